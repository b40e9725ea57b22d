"""A step of the process was taken on a day on which the office was closed (PRC108).

What it looks at:
    Application, assessment, decision, issue and hand-over of each permit by the clock of the office, against its
    calendar: weekends, public holidays, its own closures. One finding for a permit and day, at the step that says
    most.

Why it matters:
    Nobody is at the counter on a closed day. A permit of such a day was made without the public and the colleagues,
    or its date was chosen by somebody who did not look at the calendar.

What else it can be:
    - The office has a weekend or emergency service; a day with hours of its own is in order, and so is the night desk
      of the day before.
    - The weekend is assumed, because the register says nothing about the days of this office.
    - The date of validity was entered as the date of issue; so it is taken where both are one and no time of day was
      recorded.
    - The clock of the workstation was set to another zone; so it is taken where the offset written differs from that
      of the zone, is rare in the office, and the date as written is another.
    - Day and month were exchanged, or one digit of a date was typed wrongly; so it is taken where such a slip leads
      from the date that the access log has of the step to this one.
    - A batch job stamped it; so it is taken where at least 20 such steps of the office carry that minute.
    - The office worked that day; so it is taken where at least three people took 20 such steps on it.
    - A mobile team stamped it on its way.

When it is not applied:
    The calendar does not know the day. Applications by web or post and hand-over by post are passed over.

What to check next:
    Ask the office whether it was open that day, and for the door log if it was not.

Source:
    Issuing state's calendar; audit practice of testing entries of weekends and holidays (Nigrini, Forensic
    Analytics).
"""

from __future__ import annotations

import polars as pl

from checks.prc.causes import first_of
from checks.prc.hours import (
    at_a_desk,
    by_calendar,
    clock_causes,
    crowds,
    flags_by_step,
    logged_steps,
    steps_on_closed_days,
)
from checks.rows import Cell, RowCheck, RowContext, Tables, settled
from pipeline.types.findings import Hypothesis, Strength

#: Steps in one minute that are a batch, or on one day that are work in order if PEOPLE take them.
BULK = 20
PEOPLE = 3


def step_on_closed_day(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and day with a step while the office was closed."""
    shut = settled(by_calendar(steps_on_closed_days(tables), tables).filter(~pl.col("open")))
    away = at_a_desk(shut, tables, pl.duration()).filter(~pl.col("at_desk"))
    permits = tables["permits"].select("row", "permit_number", "valid_from")
    closures = (
        tables["closures"]
        .select("office_id", "date", pl.col("row").alias("closure"))
        .unique(["office_id", "date"], keep="first")
    )
    whole = crowds(clock_causes(away, tables)).join(permits, on="row")
    found = settled(logged_steps(whole, tables).join(closures, on=["office_id", "date"], how="left"))
    bulk = context.threshold("PRC108", "bulk", BULK)
    as_valid = pl.col("date_only") & (pl.col("valid_from") == pl.col("date")) & (pl.col("step") == "issued_at")
    innocent = first_of(
        (pl.col("source") == "weekend", "the weekend is assumed"),
        (as_valid, "the date of validity was entered as the date of issue"),
        (
            pl.col("other_clock") & (pl.col("as_written").dt.date() != pl.col("date")),
            "the clock of the workstation was set to another zone",
        ),
        pl.col("slip"),
        (pl.col("in_minute") >= bulk, "a batch job stamped it"),
        ((pl.col("on_day") >= bulk) & (pl.col("people") >= PEOPLE), "the office worked that day"),
        (pl.col("channel") == "mobile", "a mobile team stamped it on its way"),
    )
    said = pl.format("closed: {}", pl.coalesce(pl.col("reason"), pl.col("source"), pl.lit("no hours")))
    return flags_by_step(
        found.with_columns(innocent.alias("innocent"), said.alias("said")),
        pl.lit("a day on which the office is open"),
        [Cell("closures", pl.col("closure"), "date", pl.col("date"))],
    )


CHECK = RowCheck(
    code="PRC108",
    name="step-on-closed-day",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.office_id", "calendar.open"),
    innocent=(
        "the office has a weekend or emergency service",
        "the weekend is assumed",
        "the date of validity was entered as the date of issue",
        "the clock of the workstation was set to another zone",
        "day and month were exchanged, or one digit of a date was typed wrongly",
        "a batch job stamped it",
        "the office worked that day",
        "a mobile team stamped it on its way",
    ),
    next_check="Ask the office whether it was open that day, and for the door log if it was not",
    source="Issuing state's calendar; audit practice of testing entries of weekends and holidays (Nigrini, Forensic "
    "Analytics)",
    thresholds=(("bulk", BULK),),
    rule=step_on_closed_day,
)
