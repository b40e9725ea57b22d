"""An application was assigned to an officer who was posted to other desks than the application's (OFR114).

What it looks at:
    Desk and officer of each application against the desks of that officer's postings at the office on the day of the
    assignment. A posting without a desk, and one as supervisor, delegate or cover, holds for every desk.

Why it matters:
    The desk decides who sees a case. A case that goes to somebody of another desk was steered there, or taken.

What else it can be:
    - Nobody of the desk was at work; taken where no officer was posted to it that day, or all were on leave.
    - The new desk was entered late; taken where the officer's posting to the desk begins within 7 days after.
    - Work was handed over after a change of desk; taken where that posting ended within 7 days before.
    - The desk takes in officers of others as a rule; taken where a tenth of its applications at that office, and at
      least 20, went to such officers.

When it is not applied:
    Without desks in applications or postings, at an office of which no posting names the desk, and for officers who
    were not posted to the office that day.

What to check next:
    Ask the head of the desk who assigned the case, and why not to the desk.

Source:
    Chalendard and others, Corruption in Customs, Quarterly Journal of Economics 138(1), 2023 (assignment that was not
    left to chance)
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.ofr.postings import ACTING, postings
from checks.ofr.spells import spells
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days between an assignment and a posting for which a late entry or a hand-over of work is taken.
HANDOVER_DAYS = 7
#: Applications, and their share of the desk's, that show a rule and not an exception.
USUAL = 20
USUAL_SHARE = 0.1

_DESK = ("office_id", "desk")


def assigned_outside_desk(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each application."""
    assigned = (
        tables["applications"]
        .select(
            "application_id",
            "office_id",
            pl.col("desk").str.strip_chars(),
            pl.col("assigned_to").alias("officer"),
            pl.col("assigned_at").alias("at"),
            pl.col("assigned_at_offset").alias("at_offset"),
        )
        .drop_nulls(["office_id", "desk", "officer", "at"])
    )
    posted = postings(tables)
    unsure = office_time(_perhaps_outside(assigned, posted), tables, "at")
    found = _others(_outside(unsure, posted), posted, tables)
    number = tables["permits"].select("application_id", "permit_number").drop_nulls()
    of_desk = assigned.group_by(*_DESK).agg(pl.len().alias("of_desk"))
    named = found.join(number, on="application_id", how="left").unique("application_id", keep="any")
    return _told(named.join(of_desk, on=_DESK, how="left"), context)


def _perhaps_outside(assigned: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Applications that do not plainly lie within one spell of the officer at the desk; of desks that postings name."""
    held = spells(posted.select("officer", *_DESK, "since", "till").drop_nulls("desk"), "officer", *_DESK)
    bounds = held.group_by("officer", *_DESK).agg(
        pl.col("since").min().alias("first"), pl.col("till").max().alias("last"), pl.len().alias("spells")
    )
    day = pl.col("at").dt.date()
    inside = (day > pl.col("first")) & (day < pl.col("last")) & (pl.col("spells") == 1)
    return (
        assigned.join(bounds, on=["officer", *_DESK], how="left")
        .filter(inside.fill_null(False).not_())
        .drop("first", "last", "spells")
        .join(held.select(*_DESK).unique(), on=_DESK, how="semi")
    )


def _outside(unsure: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Those whose officer was posted there that day, for other desks: with `day`, posting_row, own_desk.

    `late` and `gone`: days until the next, and since the last, posting that holds for the desk; null without one.
    """
    own = posted.select(
        "officer", "office_id", "role", "since", "till", "posting_row", pl.col("desk").alias("own_desk")
    )
    day, one = pl.col("day"), "application_id"
    then = day.is_between("since", "till")
    any_desk = pl.col("own_desk").is_null() | pl.col("role").is_in([*ACTING, "supervisor"]).fill_null(False)
    holds = any_desk | (pl.col("own_desk") == pl.col("desk"))
    to_come, gone = (pl.col("since") - day).dt.total_days(), (day - pl.col("till")).dt.total_days()
    return (
        unsure.with_columns(pl.col("at_local").dt.date().alias("day"))
        .join(own, on=["officer", "office_id"])
        .with_columns(
            (then & holds).any().over(one).alias("held"),
            pl.when(holds & (to_come > 0)).then(to_come).min().over(one).alias("late"),
            pl.when(holds & (gone > 0)).then(gone).min().over(one).alias("gone"),
        )
        .filter(then & pl.col("held").not_())
        .sort("posting_row")
        .unique(one, keep="first", maintain_order=True)
        .drop("role", "since", "till", "held")
    )


def _others(found: pl.LazyFrame, posted: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `others`: how many officers were posted to the desk that day and not on leave."""
    desk = posted.select(*_DESK, "since", "till", pl.col("officer").alias("other"))
    leave = tables["leave"].select(
        pl.col("officer_id").alias("other"), pl.col("from").alias("away_from"), pl.col("to").alias("away_to")
    )
    away = pl.col("day").is_between("away_from", "away_to").fill_null(False).any().over("application_id", "other")
    there = pl.col("day").is_between("since", "till").fill_null(False)
    return (
        found.join(desk, on=_DESK, how="left")
        .join(leave, on="other", how="left")
        .with_columns(away.alias("away"))
        .with_columns(
            pl.when(there & pl.col("away").not_())
            .then("other")
            .drop_nulls()
            .n_unique()
            .over("application_id")
            .alias("others")
        )
        .unique("application_id", keep="any")
    )


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    days = context.threshold("OFR114", "handover_days", HANDOVER_DAYS)
    usual = context.threshold("OFR114", "usual", USUAL)
    share = context.threshold("OFR114", "usual_share", USUAL_SHARE)
    outside = pl.len().over(_DESK)
    return flags(
        found.with_columns(((outside >= usual) & (outside >= share * pl.col("of_desk"))).alias("usual")),
        Cell(
            "applications",
            pl.col("application_id"),
            "assigned_to",
            pl.col("officer"),
            pl.format("an officer of desk {}", "desk"),
        ),
        "of desk {}, assigned on {} to {}, who was posted to desk {}",
        pl.col("desk"),
        pl.col("day"),
        pl.col("officer"),
        pl.col("own_desk"),
        cause="assigned_to",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("others") == 0)
        .then(pl.lit("nobody of the desk was at work"))
        .when(pl.col("late") <= days)
        .then(pl.lit("the new desk was entered late"))
        .when(pl.col("gone") <= days)
        .then(pl.lit("work was handed over after a change of desk"))
        .when("usual")
        .then(pl.lit("the desk takes in officers of others as a rule")),
        also=[
            Cell("applications", pl.col("application_id"), "desk", pl.col("desk")),
            Cell("postings", pl.col("posting_row"), "desk", pl.col("own_desk")),
        ],
    )


CHECK = RowCheck(
    code="OFR114",
    name="assigned-outside-desk",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="applications",
    needs=(
        "applications.application_id",
        "applications.office_id",
        "applications.desk",
        "applications.assigned_to",
        "applications.assigned_at",
        "postings.desk",
        "postings.from",
    ),
    innocent=(
        "nobody of the desk was at work",
        "the new desk was entered late",
        "work was handed over after a change of desk",
        "the desk takes in officers of others as a rule",
    ),
    next_check="Ask the head of the desk who assigned the case, and why not to the desk",
    source="Chalendard and others, Corruption in Customs, Quarterly Journal of Economics 138(1), 2023",
    thresholds=(("handover_days", HANDOVER_DAYS), ("usual", USUAL), ("usual_share", USUAL_SHARE)),
    rule=assigned_outside_desk,
)
