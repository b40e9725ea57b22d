"""A step was taken in the name of an officer who was not in service then (OFR102).

What it looks at:
    Entry, approval, printing and hand-over of each permit: the officer who is named for the step against the first
    and the last day of that officer's service.

Why it matters:
    Somebody who left or died signs nothing. The name was written by another hand, or an access that should have been
    closed is still used.

What else it can be:
    - The last day in service was entered too early; taken up to 3 days after it.
    - The first day in service was entered too late; taken up to 7 days before it.
    - The days of service were exchanged; taken where the step lies between them.
    - A batch job ran under the account; taken where 50 or more such stamps of one officer fall into one minute.
    - The identifier of a colleague was meant, one character off; taken where the access log names that colleague for
      this step, or, without a row there, where such a colleague took the same step there that day.

When it is not applied:
    The register does not say when officers entered or left service. Entry is judged at its row in the access log, and
    left alone where that names another user; without one it is left alone where the officer was in service on any day
    between the application and the next stamp.

What to check next:
    Ask personnel for the officer's last day, and the administrator when the account was closed.

Source:
    ISO/IEC 27002:2022 clause 5.18 (access rights are removed at the end of employment)
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.declaration import NotApplicable
from checks.ofr.slips import with_slip
from checks.ofr.steps import looked_up, narrowed, told
from checks.rows import Cell, RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength

#: Days after the last day in service: a weekend, and the day on which accounts are closed.
LEAVING_DAYS = 3
#: Days before the first day in service, entered late.
JOINING_DAYS = 7
#: Stamps of one officer in one minute that no hand can set.
BATCH = 50

_EVER = (dt.date(1, 1, 1), dt.date(9999, 12, 1))


def step_outside_service(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and step."""
    if not (context.has("officers.active_from") or context.has("officers.active_to")):
        raise NotApplicable("not in the register: officers.active_from, officers.active_to")
    first, last = pl.col("active_from").fill_null(_EVER[0]), pl.col("active_to").fill_null(_EVER[1])
    service = tables["officers"].select(
        pl.col("officer_id").alias("officer"),
        pl.min_horizontal(first, last).alias("since"),
        pl.max_horizontal(first, last).alias("till"),
        (last < first).alias("exchanged"),
    )
    day = pl.col("at").dt.date()
    # A day stricter at both ends than the officer's service, because local time is worked out only below.
    perhaps = (day <= pl.col("since")) | (day >= pl.col("till")) | pl.col("exchanged")
    steps = narrowed(tables, lambda steps: steps.join(service, on="officer").filter(perhaps))
    out = (pl.col("last_day") < pl.col("since")) | (pl.col("day") > pl.col("till")) | pl.col("exchanged")
    return _told(with_slip(looked_up(steps, tables).filter(out), tables), context)


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    leaving = context.threshold("OFR102", "leaving_days", LEAVING_DAYS)
    joining = context.threshold("OFR102", "joining_days", JOINING_DAYS)
    batch = context.threshold("OFR102", "batch", BATCH)
    after = (pl.col("day") - pl.col("till")).dt.total_days()
    before = (pl.col("since") - pl.col("day")).dt.total_days()
    in_one_minute = pl.len().over("officer", "action", pl.col("at").dt.truncate("1m"))
    innocent = (
        pl.when(pl.col("exchanged") & pl.col("day").is_between("since", "till"))
        .then(pl.lit("the days of service were exchanged"))
        .when(in_one_minute >= batch)
        .then(pl.lit("a batch job ran under the account"))
        .when(after.is_between(1, leaving))
        .then(pl.lit("the last day in service was entered too early"))
        .when(before.is_between(1, joining))
        .then(pl.lit("the first day in service was entered too late"))
    )
    gone = (pl.col("day") > pl.col("till")) | pl.col("exchanged")
    return told(
        found,
        ", who was in service {} {}",
        pl.when(gone).then(pl.lit("until")).otherwise(pl.lit("from")),
        pl.when(gone).then("till").otherwise("since"),
        expected=pl.format("an officer in service on {}", "day"),
        likely_innocent=innocent,
        slip=pl.col("slip"),
        also=[
            Cell("officers", pl.when(gone.not_()).then("officer"), "active_from", pl.col("since")),
            Cell("officers", pl.when(gone).then("officer"), "active_to", pl.col("till")),
        ],
    )


CHECK = RowCheck(
    code="OFR102",
    name="step-outside-service",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "officers.officer_id"),
    innocent=(
        "the last day in service was entered too early",
        "the first day in service was entered too late",
        "the days of service were exchanged",
        "a batch job ran under the account",
        "the identifier of a colleague was meant, one character off",
    ),
    next_check="Ask personnel for the officer's last day, and the administrator when the account was closed",
    source="ISO/IEC 27002:2022 clause 5.18 (access rights are removed at the end of employment)",
    thresholds=(("leaving_days", LEAVING_DAYS), ("joining_days", JOINING_DAYS), ("batch", BATCH)),
    rule=step_outside_service,
)
