"""names_of_officers.csv: printed names of the officers of leads; written only for the role that may see them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

from pipeline.report.cells import cell
from pipeline.types.leads import Lead

NAME = "names_of_officers.csv"
COLUMNS = ("officer_id", "name_as_printed", "leads")


def write_names(file: TextIO, names: Mapping[str, str], leads: Sequence[Lead]) -> None:
    """Write a row for each officer, by id, with the leads (lines of leads.jsonl) that are about the officer."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for officer, name in sorted(names.items()):
        about = [str(at) for at, lead in enumerate(leads, start=1) if ("officer", officer) in lead.subject]
        writer.writerow([cell(officer), cell(name), " ".join(about)])
