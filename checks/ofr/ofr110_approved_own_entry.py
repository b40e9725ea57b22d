"""An officer approved a permit that the same officer had entered (OFR110).

What it looks at:
    Who entered and who approved each permit.

Why it matters:
    Approval is the second look at a case. Given by the hand that wrote it, there was no second look.

What else it can be:
    - A very small post cannot keep the duties apart; there is no finding where one officer alone was posted to the
      office in the month of the approval, or, without postings, where one alone acted there in that month.
    - The others were away that day; taken where all of them were on leave.
    - A mobile team or a night desk of one did the work; taken where the channel is mobile, where the officer was
      there for emergency cover only, or where an office that is open beyond midnight approved between 22:00 and
      05:00.
    - A supervisor corrected the entry and was written down as who made it; taken where the access log names another
      user for the entry.

When it is not applied:
    One of the two names is missing.

What to check next:
    See in the paper file whose hand filled in the entry.

Source:
    GAO-06-115, Border Security: More Emphasis on State's Consular Safeguards (2005); ICAO Doc 9303-2 appendix D.3
    (duties of issue are kept apart)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.duties import alone, with_company, with_innocent
from checks.ofr.steps import ENTRY
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


def approved_own_entry(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit."""
    permits = tables["permits"].select(
        pl.col("row").alias("permit_row"),
        "permit_number",
        "office_id",
        "channel",
        "entered_by",
        pl.col("approved_by").alias("officer"),
        pl.coalesce("decided_at", "issued_at").alias("at"),
        pl.coalesce("decided_at_offset", "issued_at_offset").alias("at_offset"),
    )
    own = permits.filter(pl.col("entered_by") == pl.col("officer"))
    found = _logged(with_innocent(with_company(alone(own, tables, context), tables), tables), tables)
    number, officer = pl.col("permit_number"), pl.col("officer")
    corrected = (pl.col("log_user") != officer).fill_null(False)
    return flags(
        found,
        Cell("permits", number, "approved_by", officer, pl.format("somebody else than {}", "entered_by")),
        "{} entered and approved at office {}; others posted there that day: {}",
        officer,
        pl.col("office_id"),
        pl.col("company"),
        cause="approved_by",
        likely_innocent=pl.coalesce(
            "innocent",
            pl.when(corrected).then(pl.lit("a supervisor corrected the entry and was written down as who made it")),
        ),
        also=[
            Cell("permits", number, "entered_by", pl.col("entered_by")),
            Cell("access_log", pl.col("log_row"), "user_id", pl.col("log_user")),
        ],
    )


def _logged(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With log_user and log_row: the access log's first word on the entry."""
    log = (
        tables["access_log"]
        .filter((pl.col("object_type") == "permit") & (pl.col("action") == ENTRY.action))
        .select(
            pl.col("object_id").alias("permit_number"),
            pl.col("user_id").alias("log_user"),
            pl.col("row").alias("log_row"),
        )
    )
    return (
        found.join(log, on="permit_number", how="left")
        .sort("log_row", nulls_last=True)
        .unique("permit_row", keep="first", maintain_order=True)
    )


CHECK = RowCheck(
    code="OFR110",
    name="approved-own-entry",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.office_id", "permits.entered_by", "permits.approved_by"),
    innocent=(
        "a very small post cannot keep the duties apart",
        "the others were away that day",
        "a mobile team or a night desk of one did the work",
        "a supervisor corrected the entry and was written down as who made it",
    ),
    next_check="See in the paper file whose hand filled in the entry",
    source="GAO-06-115, Border Security: More Emphasis on State's Consular Safeguards (2005)",
    rule=approved_own_entry,
)
