"""identity_conflicts.csv: pairs of permits that contradict each other about who somebody is."""

from __future__ import annotations

import csv
from typing import TextIO

import polars as pl

from pipeline.report.cells import cell

NAME = "identity_conflicts.csv"
COLUMNS = ("permit_number", "other_permit", "office_id", "kind", "basis")


def write_identity_conflicts(file: TextIO, conflicts: pl.DataFrame) -> None:
    """Write a row for each pair, by permit number; nothing in it can run as a formula."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    ordered = conflicts.select(COLUMNS).sort("permit_number", "other_permit", "kind")
    writer.writerows([["" if value is None else cell(value) for value in row] for row in ordered.iter_rows()])
