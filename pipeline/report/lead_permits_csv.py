"""lead_permits.csv: the permits behind each lead with their strata, so that a lead can be counted by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

import polars as pl

from pipeline.report.cells import cell
from pipeline.types.leads import Lead

NAME = "lead_permits.csv"
#: Columns of the exposure table; the rest is the lead's.
_OF_PERMIT = (
    *("office_id", "issued_on", "stratum", "officer_id", "agency_id", "employer_id", "clinic_id", "workstation_id"),
)
COLUMNS = ("lead", "code", "subject", "window_from", "window_to", "status", "permit_number", *_OF_PERMIT, "flagged_by")


def subject_text(lead: Lead) -> str:
    """`officer OF-1, agency AG-7`."""
    return ", ".join(f"{kind} {name}" for kind, name in lead.subject)


def write_lead_permits(
    file: TextIO, leads: Sequence[Lead], exposure: pl.DataFrame, flagged_by: Mapping[str, Sequence[str]]
) -> None:
    """Write a row for each permit of each lead; nothing in it can run as a formula.

    Args:
        file: open text file.
        leads: in the order of leads.jsonl; column `lead` is the 1-based line there.
        exposure: columns of the audit's exposure table.
        flagged_by: codes of row checks by permit number.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    wanted = list({number for lead in leads for number in lead.permits})
    rows = exposure.filter(pl.col("permit_number").is_in(wanted)).select("permit_number", *_OF_PERMIT)
    known = {row[0]: row[1:] for row in rows.iter_rows()}
    for number, lead in enumerate(leads, start=1):
        head = (number, lead.code, subject_text(lead), *lead.window, lead.status)
        for permit in lead.permits:
            rest = known.get(permit, (None,) * len(_OF_PERMIT))
            codes = " ".join(flagged_by.get(permit, ()))
            writer.writerow(["" if value is None else cell(value) for value in (*head, permit, *rest, codes)])
