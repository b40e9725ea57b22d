"""The validity of the permit begins before the day on which it was issued (PRC120).

What it looks at:
    The first day of validity of each permit against the day of issue at the office.

Why it matters:
    A permit back-dated by its validity makes work lawful that was done without one.

What else it can be:
    - It continues the holder's permit before it; so it is taken where that one ended within 30 days before the first
      day, or later.
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in the first day puts it on the day of issue or within 60 days after.
    - The validity counts from the decision; so it is taken where the first day lies on or after the day of the
      decision, and the permit was issued within 14 days of it.

When it is not applied:
    The register has no first day of validity or no time of issue.

What to check next:
    Ask for the decision and from which day it grants the permit.

Source:
    Issuing states' practice that a permit counts from its issue; alleged in the special audits 2011-13 of the Auditor
    General of Belize (back-dating), parts of which the government publicly disputed.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.office_time import office_time
from checks.prc.causes import clerical, first_of
from checks.prc.slips import slip
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

CONTINUED_DAYS = 30
AFTER_DECISION_DAYS = 14
_SLIP_DAYS = 60


def validity_begins_before_issue(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that is valid from a day before its issue."""
    columns = ("permit_number", "office_id", "holder_id", "valid_from", "issued_at", "issued_at_offset", "decided_at")
    permits = tables["permits"].select(*columns).drop_nulls(["valid_from", "issued_at"])
    # A day more, for offices behind the universal time.
    early = permits.filter(pl.col("valid_from") <= pl.col("issued_at").dt.date())
    local = office_time(early, tables, "issued_at").with_columns(pl.col("issued_at_local").dt.date().alias("issued_on"))
    found = _continued(local.filter(pl.col("valid_from") < pl.col("issued_on")), tables)
    decided = pl.col("decided_at").dt.date()
    soon = dt.timedelta(days=AFTER_DECISION_DAYS)
    from_decision = (pl.col("valid_from") >= decided) & (pl.col("issued_on") - decided <= soon)
    innocent = first_of(
        (pl.col("continued"), "it continues the holder's permit before it"),
        (from_decision, "the validity counts from the decision"),
        slip(pl.col("valid_from"), pl.col("issued_on"), pl.col("issued_on") + dt.timedelta(days=_SLIP_DAYS)),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "valid_from", pl.col("valid_from"), pl.format("from {}", "issued_on")),
        "valid from {}, issued {}",
        pl.col("valid_from"),
        pl.col("issued_on"),
        cause="valid_from",
        likely_innocent=pl.col("innocent"),
        hypothesis=clerical(pl.col("innocent")),
        also=[Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at"))],
    )


def _continued(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The rows with `continued`: whether a permit of the holder issued before ended about the first day, or later."""
    holders = found.select("holder_id").drop_nulls().unique()
    others = tables["permits"].select("holder_id", "issued_at", "valid_until").join(holders, on="holder_id", how="semi")
    pairs = found.select("permit_number", "holder_id", "issued_at", "valid_from").join(
        others, on="holder_id", suffix="_before"
    )
    runs_on = pl.col("valid_until") >= pl.col("valid_from") - dt.timedelta(days=CONTINUED_DAYS)
    continued = pairs.filter((pl.col("issued_at_before") < pl.col("issued_at")) & runs_on)
    marks = continued.select("permit_number", pl.lit(True).alias("continued")).unique()
    return found.join(marks, on="permit_number", how="left").with_columns(pl.col("continued").fill_null(False))


CHECK = RowCheck(
    code="PRC120",
    name="validity-begins-before-issue",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.valid_from"),
    innocent=(
        "it continues the holder's permit before it",
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
        "the validity counts from the decision",
    ),
    next_check="Ask for the decision and from which day it grants the permit",
    source="Issuing states' practice that a permit counts from its issue; alleged in the special audits 2011-13 of the "
    "Auditor General of Belize (back-dating), parts of which the government publicly disputed",
    rule=validity_begins_before_issue,
)
