"""A step was taken by an officer who was not posted to that office then (OFR101).

What it looks at:
    Entry, approval, printing and hand-over of each permit: the officer who is named for the step against the postings
    of that officer to the issuing office, at the day of that step. Postings that overlap or follow each other count
    as one; a posting as delegate or cover is in order.

Why it matters:
    Who is not yet, or no longer, at an office has no part in its work. A name or an access that is used before or
    after may be used by somebody else, or by its owner without a mandate.

What else it can be:
    - The posting was entered late; taken where a posting to this office begins within 7 days after the step.
    - Work was handed over after a transfer; taken where a posting to this office ended within 7 days before the step.
    - The identifier of a colleague was meant, one character off; taken where the access log names that colleague for
      this step, or, without a row there, where such a colleague took the same step there that day.

When it is not applied:
    Without postings. Nothing is said of officers and offices of which no posting is known, of officers of whom a
    delivered posting could not be taken, nor of days before the first posting that is known for the office. Entry is
    judged at its row in the access log, and left alone where that names another user; without one it is left alone
    where the officer was posted on any day between the application and the next stamp.

What to check next:
    Ask personnel for the posting order of that officer, and whose workstation took the step.

Source:
    ISO/IEC 27002:2022 clause 5.18 (access rights are removed or changed with the post)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.postings import covers, perhaps_outside, postings, refused
from checks.ofr.slips import with_slip
from checks.ofr.steps import KEY, looked_up, narrowed, told
from checks.rows import Cell, RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength

#: Days between a step and a posting for which a late entry or a hand-over of work is taken.
HANDOVER_DAYS = 7


def step_without_posting(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and step."""
    days = context.threshold("OFR101", "handover_days", HANDOVER_DAYS)
    posted = postings(tables)
    steps = _known(narrowed(tables, lambda steps: perhaps_outside(steps, posted)), posted, refused(tables))
    found = _here(looked_up(steps, tables), posted)
    return _told(_elsewhere(with_slip(found, tables), posted), days)


def _known(steps: pl.LazyFrame, posted: pl.LazyFrame, untaken: pl.LazyFrame) -> pl.LazyFrame:
    """Steps of officers and offices of which all postings are known, since the office's first; with `known_from`."""
    first = posted.group_by("office_id").agg(pl.col("since").min().alias("known_from"))
    return (
        steps.join(first, on="office_id")
        .filter(pl.col("at").dt.date() >= pl.col("known_from"))
        .join(posted.select("officer").unique(), on="officer", how="semi")
        .join(untaken, on="officer", how="anti")
    )


def _here(found: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Steps that no posting to this office covers, with the nearest: here_row, since, till, gap (days)."""
    day = pl.col("day").cast(pl.Int32)
    to_come, gone = pl.col("since").cast(pl.Int32) - day, day - pl.col("till").cast(pl.Int32)
    own = posted.select("officer", "office_id", "since", "till", pl.col("posting_row").alias("here_row"))
    return (
        found.join(own, on=["officer", "office_id"], how="left")
        .filter(covers().any().over(KEY).not_())
        .with_columns(pl.max_horizontal(to_come, gone).clip(0).alias("gap"))
        .sort("gap", "here_row", nulls_last=True)
        .unique(KEY, keep="first", maintain_order=True)
    )


def _elsewhere(found: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """With the office to which that officer was posted on that day: there, there_row."""
    others = posted.select(
        "officer",
        pl.col("since").alias("from_day"),
        pl.col("till").alias("to_day"),
        pl.col("office_id").alias("there"),
        pl.col("posting_row").alias("there_row"),
    )
    then = pl.col("day").is_between("from_day", "to_day") & (pl.col("there") != pl.col("office_id"))
    return (
        found.join(others, on="officer", how="left")
        .with_columns(pl.when(then).then("there").alias("there"), pl.when(then).then("there_row").alias("there_row"))
        .sort("there_row", nulls_last=True)
        .unique(KEY, keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, days: float) -> pl.LazyFrame:
    early = pl.col("since") > pl.col("day")
    near = pl.col("gap") <= days
    here = (
        pl.when(pl.col("since").is_null())
        .then(pl.lit("never posted there"))
        .when(early)
        .then(pl.format("posted there from {}", "since"))
        .otherwise(pl.format("posted there until {}", "till"))
    )
    innocent = (
        pl.when(near & early)
        .then(pl.lit("the posting was entered late"))
        .when(near)
        .then(pl.lit("work was handed over after a transfer"))
    )
    return told(
        found,
        " at office {}; {}, that day {}",
        pl.col("office_id"),
        here,
        pl.coalesce(pl.format("posted to office {}", "there"), pl.lit("posted nowhere")),
        expected=pl.format("an officer posted to office {} on {}", "office_id", "day"),
        likely_innocent=innocent,
        slip=pl.col("slip"),
        also=[
            Cell("postings", pl.col("here_row"), "from", pl.col("since")),
            Cell("postings", pl.col("there_row"), "office_id", pl.col("there")),
        ],
    )


CHECK = RowCheck(
    code="OFR101",
    name="step-without-posting",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.office_id", "postings.officer_id", "postings.office_id", "postings.from"),
    innocent=(
        "the posting was entered late",
        "work was handed over after a transfer",
        "the identifier of a colleague was meant, one character off",
    ),
    next_check="Ask personnel for the posting order of that officer, and whose workstation took the step",
    source="ISO/IEC 27002:2022 clause 5.18 (access rights are removed or changed with the post)",
    thresholds=(("handover_days", HANDOVER_DAYS),),
    rule=step_without_posting,
)
