"""control_sample.csv: unflagged permits drawn at random of each office, to be looked at like the others."""

from __future__ import annotations

import csv
from typing import TextIO

import polars as pl

from pipeline.report.cells import cell

NAME = "control_sample.csv"
COLUMNS = ("office_id", "permit_number", "issued_on", "stratum")


def control_sample(exposure: pl.DataFrame, flagged: pl.Series, of_each: int, seed: int) -> pl.DataFrame:
    """Up to `of_each` permits of each office that nothing was flagged on; the same seed draws the same.

    Args:
        exposure: a row a permit, with the columns of COLUMNS.
        flagged: numbers of permits that any row check flagged or a lead rests on.
        of_each: how many at most.
        seed: of the draw.

    Returns:
        The columns of COLUMNS, by office and number.
    """
    plain = exposure.filter(~pl.col("permit_number").is_in(flagged.implode()), pl.col("office_id").is_not_null())
    ordered = plain.select(COLUMNS).sort("office_id", "permit_number")
    rank = pl.int_range(pl.len()).shuffle(seed).over("office_id")
    return ordered.filter(rank < of_each)


def write_control_sample(file: TextIO, sample: pl.DataFrame) -> None:
    """Write the sample; nothing in it can run as a formula."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([["" if value is None else cell(value) for value in row] for row in sample.iter_rows()])
