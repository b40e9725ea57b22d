"""A permit was approved by an officer whose posting does not give that role (OFR105).

What it looks at:
    Who approved each permit, against the roles of that officer's postings at the office on that day. Approval belongs
    to the roles approval and supervisor; a posting as delegate or cover, and one without a role, is in order.

Why it matters:
    The power to approve is given to few. Used by a clerk or a printer, it was taken, lent, or never asked for.

What else it can be:
    - The new role was entered late; taken where a posting with the role begins within 7 days after the approval.
    - Work was handed over after a change of role; taken where such a posting ended within 7 days before it.
    - Nobody at a small post had the role that day; taken where no posting with the role covers the day, or all who
      held one were on leave.
    - The list of postings is behind the list of officers; taken where that one says approval or supervisor of this
      officer.

When it is not applied:
    Without postings with roles, at an office at which no posting says approval or supervisor, and where the officer
    was not posted to the office at all (OFR101).

What to check next:
    Ask who gave this officer the right to approve in the system, and when.

Source:
    ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart); ISO/IEC 27002:2022 clause 8.2
"""

from __future__ import annotations

import polars as pl

from checks.ofr.postings import ACTING, covers, perhaps_outside, postings
from checks.ofr.steps import APPROVAL, KEY, looked_up, narrowed
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Roles of postings that give the power to approve.
APPROVING = ("approval", "supervisor")
#: Days between an approval and a posting for which a late entry or a hand-over of work is taken.
HANDOVER_DAYS = 7


def approved_without_role(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit."""
    posted = postings(tables)
    holders = posted.filter(pl.col("role").is_in(APPROVING))
    allowed = posted.filter(pl.col("role").is_in([*APPROVING, *ACTING]) | pl.col("role").is_null())
    # Who is not posted to the office at all is another check's, so that such steps leave early.
    steps = (
        narrowed(tables, lambda steps: perhaps_outside(steps, allowed), (APPROVAL,))
        .join(posted.select("officer", "office_id").unique(), on=["officer", "office_id"], how="semi")
        .join(holders.select("office_id").unique(), on="office_id", how="semi")
    )
    found = _others(_without(looked_up(steps, tables), posted), holders, tables)
    return _told(found, tables, context.threshold("OFR105", "handover_days", HANDOVER_DAYS))


def _without(found: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Approvals of officers posted there that day in other roles, with that posting: here_row and role.

    `late` and `gone`: days until the next, and since the last, posting that allows it; null where there is none.
    """
    own = posted.select("officer", "office_id", "since", "till", "role", pl.col("posting_row").alias("here_row"))
    allowing = pl.col("role").is_in([*APPROVING, *ACTING]) | pl.col("role").is_null()
    to_come = (pl.col("since") - pl.col("day")).dt.total_days()
    gone = (pl.col("day") - pl.col("till")).dt.total_days()
    return (
        found.join(own, on=["officer", "office_id"])
        .with_columns(
            pl.when(allowing & (to_come > 0)).then(to_come).min().over(KEY).alias("late"),
            pl.when(allowing & (gone > 0)).then(gone).min().over(KEY).alias("gone"),
            (allowing & covers()).any().over(KEY).alias("allowed"),
        )
        .filter(covers() & pl.col("allowed").not_())
        .sort("here_row")
        .unique(KEY, keep="first", maintain_order=True)
        .drop("since", "till", "allowed")
    )


def _others(found: pl.LazyFrame, holders: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `others`: how many officers with the role were posted there that day and not on leave."""
    posted = holders.select("office_id", "since", "till", pl.col("officer").alias("other"))
    leave = tables["leave"].select(
        pl.col("officer_id").alias("other"), pl.col("from").alias("away_from"), pl.col("to").alias("away_to")
    )
    away = pl.col("day").is_between("away_from", "away_to").fill_null(False).any().over(*KEY, "other")
    return (
        found.join(posted, on="office_id", how="left")
        .join(leave, on="other", how="left")
        .with_columns(pl.when(covers() & away.not_()).then("other").drop_nulls().n_unique().over(KEY).alias("others"))
        .unique(KEY, keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, tables: Tables, days: float) -> pl.LazyFrame:
    grades = tables["officers"].select(
        pl.col("officer_id").alias("officer"), pl.col("role").str.strip_chars().str.to_lowercase().alias("grade")
    )
    return flags(
        found.join(grades, on="officer", how="left"),
        Cell(
            "permits",
            pl.col("permit_number"),
            "approved_by",
            pl.col("officer"),
            pl.format("an officer with the role approval at office {}", "office_id"),
        ),
        "approved on {} by {}, who was posted to office {} for {}",
        pl.col("day"),
        pl.col("officer"),
        pl.col("office_id"),
        pl.col("role"),
        cause="approved_by",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("others") == 0)
        .then(pl.lit("nobody at a small post had the role that day"))
        .when(pl.col("late") <= days)
        .then(pl.lit("the new role was entered late"))
        .when(pl.col("gone") <= days)
        .then(pl.lit("work was handed over after a change of role"))
        .when(pl.col("grade").is_in(APPROVING))
        .then(pl.lit("the list of postings is behind the list of officers")),
        also=[
            Cell("permits", pl.col("permit_number"), "decided_at", pl.col("at_local")),
            Cell("postings", pl.col("here_row"), "role", pl.col("role")),
        ],
    )


CHECK = RowCheck(
    code="OFR105",
    name="approved-without-role",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.approved_by", "permits.decided_at", "permits.office_id", "postings.role", "postings.from"),
    innocent=(
        "the new role was entered late",
        "work was handed over after a change of role",
        "nobody at a small post had the role that day",
        "the list of postings is behind the list of officers",
    ),
    next_check="Ask who gave this officer the right to approve in the system, and when",
    source="ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart)",
    thresholds=(("handover_days", HANDOVER_DAYS),),
    rule=approved_without_role,
)
