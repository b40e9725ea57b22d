"""One person entered, approved, printed and handed over a permit (OFR109).

What it looks at:
    The four officers that the register names for each permit, and the access log's word on the same steps and on the
    assessment.

Why it matters:
    Each step is there so that a second person sees the case. Where one person does all, nobody else need know of the
    permit.

What else it can be:
    - A very small post cannot keep the duties apart; there is no finding where one officer alone was posted to the
      office in the month of the issue, or, without postings, where one alone acted there in that month.
    - The others were away that day; taken where all of them were on leave.
    - A mobile team or a night desk of one did the work; taken where the channel is mobile, where the officer was
      there for emergency cover only, or where an office that is open beyond midnight approved between 22:00 and
      05:00.

When it is not applied:
    One of the four names is missing. The finding is strong where the access log shows the same person in all steps,
    the assessment among them, moderate where it does not.

What to check next:
    Ask the others who were on duty that day what they saw of the case.

Source:
    ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart); GAO-06-115, Department of State visa controls
    (2005)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.duties import alone, with_company, with_innocent
from checks.ofr.steps import ENTRY, HAND_OVER, PRINTING, STEPS
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Words of the access log for the steps of one permit.
ACTIONS = ("create", "assess", "approve", "print", "hand")


def one_hand_in_every_step(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit."""
    same = pl.all_horizontal(pl.col("approved_by") == pl.col(step.officer) for step in (ENTRY, PRINTING, HAND_OVER))
    permits = tables["permits"].select(
        pl.col("row").alias("permit_row"),
        "permit_number",
        "office_id",
        "channel",
        *(step.officer for step in STEPS),
        pl.col("approved_by").alias("officer"),
        pl.coalesce("decided_at", "issued_at").alias("at"),
        pl.coalesce("decided_at_offset", "issued_at_offset").alias("at_offset"),
    )
    found = with_innocent(with_company(alone(permits.filter(same), tables, context), tables), tables)
    return _told(_logged(found, tables))


def _logged(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `own` and `others`: how many kinds of step the log has by that officer and by other people, and log_row."""
    log = (
        tables["access_log"]
        .filter(pl.col("object_type") == "permit")
        .select(pl.col("object_id").alias("permit_number"), "action", "user_id", pl.col("row").alias("log_row"))
    )
    own = pl.col("user_id") == pl.col("officer")
    steps = pl.col("action").is_in(ACTIONS)
    return (
        found.join(log, on="permit_number", how="left")
        .with_columns(
            pl.when(own & steps).then("action").drop_nulls().n_unique().over("permit_row").alias("own"),
            pl.when(own.not_() & steps).then("action").drop_nulls().n_unique().over("permit_row").alias("others"),
            pl.when(own & steps).then("log_row").alias("log_row"),
        )
        .sort("log_row", nulls_last=True)
        .unique("permit_row", keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame) -> pl.LazyFrame:
    number, officer = pl.col("permit_number"), pl.col("officer")
    sure = (pl.col("own") == len(ACTIONS)) & (pl.col("others") == 0)
    strength = pl.when(sure).then(int(Strength.STRONG)).otherwise(int(Strength.MODERATE))
    return flags(
        found,
        Cell("permits", number, "approved_by", officer, pl.format("somebody else than {} in one step", "officer")),
        "{} entered, approved, printed and handed over at office {}; others posted there that day: {}",
        officer,
        pl.col("office_id"),
        pl.col("company"),
        cause="approved_by",
        likely_innocent=pl.col("innocent"),
        strength=pl.when(pl.col("innocent").is_not_null()).then(int(Strength.WEAK)).otherwise(strength),
        also=[
            *(Cell("permits", number, step.officer, officer) for step in (ENTRY, PRINTING, HAND_OVER)),
            Cell("access_log", pl.col("log_row"), "user_id", officer),
        ],
    )


CHECK = RowCheck(
    code="OFR109",
    name="one-hand-in-every-step",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.office_id",
        *(f"permits.{step.officer}" for step in STEPS),
    ),
    innocent=(
        "a very small post cannot keep the duties apart",
        "the others were away that day",
        "a mobile team or a night desk of one did the work",
    ),
    next_check="Ask the others who were on duty that day what they saw of the case",
    source="ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart)",
    rule=one_hand_in_every_step,
)
