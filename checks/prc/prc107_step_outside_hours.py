"""A step of the process was taken outside the office's opening hours (PRC107).

What it looks at:
    Application, assessment, decision, issue and hand-over of each permit by the clock of the office, against its
    calendar and hours. One finding for a permit and day, at the step that says most.

Why it matters:
    Who makes permits that should not be there does it when nobody looks. The stamp of the system is hard to avoid,
    and the hours of an office are known.

What else it can be:
    - The office has a night desk, or an evening one; its hours, also past midnight, are in order.
    - The clock was not moved, or moved twice, when daylight saving changed; so it is taken where a stamp in the week
      after a change is at most an hour outside.
    - The clock of the workstation was set to another zone; so it is taken where the offset written differs from that
      of the zone, is rare in the office, and the time as written lies within the hours.
    - The time of day was typed wrongly, day and month were exchanged, or one digit of a date was typed wrongly; so it
      is taken where the access log has the step within the hours, on that day or on the day to which such a slip
      leads.
    - A batch job stamped it; so it is taken where at least 20 such steps of the office carry that minute.
    - The office worked overtime; so it is taken where at least three people took 20 such steps on that day.
    - A mobile team stamped it on its way.
    - Only the date was recorded, and the time of day is midnight.

When it is not applied:
    The office's hours on that day are not known, or it was closed, which is another check's matter. Half an hour
    before opening and after closing is in order. Applications by web or post and hand-over by post are passed over.

What to check next:
    Ask for the door and alarm log of that evening and who was logged in.

Source:
    Reports on the Department of Home Affairs of South Africa (2022), of documents produced outside working hours.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import first_of
from checks.prc.hours import (
    at_a_desk,
    by_calendar,
    clock_causes,
    crowds,
    flags_by_step,
    in_hours,
    logged_steps,
    open_then,
    since_midnight,
    steps_late,
    time_of,
)
from checks.prc.slips import WRONG_TIME
from checks.rows import RowCheck, RowContext, Tables, settled
from pipeline.types.findings import Hypothesis, Strength

#: Before opening and after closing, in minutes.
GRACE = 30
#: Steps in one minute that are a batch, or on one day that are overtime if PEOPLE take them.
BULK = 20
PEOPLE = 3
#: How far a clock that was not moved is off.
HOUR = dt.timedelta(hours=1)


def step_outside_hours(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and day with a step outside the hours of an open office."""
    grace = pl.duration(minutes=pl.lit(context.threshold("PRC107", "grace_minutes", GRACE)))
    late = by_calendar(steps_late(tables), tables)
    off = settled(late.filter(pl.col("open") & ~in_hours(grace)))
    away = at_a_desk(off, tables, grace).filter(~pl.col("at_desk"))
    numbers = tables["permits"].select("row", "permit_number")
    timed = settled(logged_steps(crowds(clock_causes(away, tables)).join(numbers, on="row"), tables))
    written = open_then(timed, tables, "as_written", "open_as_written", grace)
    found = open_then(written, tables, "logged_local", "open_as_logged", grace)
    innocent = _innocent(context.threshold("PRC107", "bulk", BULK))
    said = pl.format("open {} to {}", pl.col("opens").dt.strftime("%H:%M"), pl.col("closes").dt.strftime("%H:%M"))
    return flags_by_step(found.with_columns(innocent.alias("innocent"), said.alias("said")), pl.col("said"), [])


def _innocent(bulk: float) -> pl.Expr:
    time, opens, closes = time_of("at_local"), since_midnight("opens"), since_midnight("closes")
    gap = pl.when(time < opens).then(opens - time).otherwise(time - closes)
    logged = pl.col("open_as_logged")
    return first_of(
        (pl.col("date_only"), "only the date was recorded"),
        (pl.col("moved") & (gap <= HOUR), "the clock was not moved, or moved twice, when daylight saving changed"),
        (pl.col("other_clock") & pl.col("open_as_written"), "the clock of the workstation was set to another zone"),
        (logged & (pl.col("logged_local").dt.date() == pl.col("date")), WRONG_TIME),
        pl.when(logged).then("slip"),
        (pl.col("in_minute") >= bulk, "a batch job stamped it"),
        ((pl.col("on_day") >= bulk) & (pl.col("people") >= PEOPLE), "the office worked overtime"),
        (pl.col("channel") == "mobile", "a mobile team stamped it on its way"),
    )


CHECK = RowCheck(
    code="PRC107",
    name="step-outside-hours",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.office_id", "hours.opens", "calendar.open"),
    innocent=(
        "the office has a night desk, or an evening one",
        "the clock was not moved, or moved twice, when daylight saving changed",
        "the clock of the workstation was set to another zone",
        "the time of day was typed wrongly, day and month were exchanged, or one digit of a date was typed wrongly",
        "a batch job stamped it",
        "the office worked overtime",
        "a mobile team stamped it on its way",
        "only the date was recorded",
    ),
    next_check="Ask for the door and alarm log of that evening and who was logged in",
    source="Reports on the Department of Home Affairs of South Africa (2022), of documents produced outside working "
    "hours",
    thresholds=(("grace_minutes", GRACE), ("bulk", BULK)),
    rule=step_outside_hours,
)
