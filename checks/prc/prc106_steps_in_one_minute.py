"""Steps that different people must take carry the same minute (PRC106).

What it looks at:
    The times at which one permit was applied for, assessed, decided, issued and handed over: three of them in one
    minute by the clock, or application and decision in one minute.

Why it matters:
    Intake, assessment and approval are separate so that one pair of eyes looks at what the other did. Steps within
    one minute were taken by one person, or were entered to complete a file that nobody looked at.

What else it can be:
    - A batch job stamped them; so it is taken where at least 20 permits of the office have that minute.
    - They were entered after an outage; so it is taken where at least 20 permits of the office were entered in this
      way on that day.
    - The office's system stamps several steps when the file is closed; so it is taken where a fifth of all its
      permits look so, or where the access log has the steps in different minutes.
    - Only the date of the steps was recorded, and their time of day is midnight.

When it is not applied:
    Fewer than two of the times are there.

What to check next:
    Ask who sat at which workstation in that minute.

Source:
    ICAO Doc 9303-2 appendix D (no single person able to do the whole process); GAO-06-115 (2005).
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.prc.causes import first_of
from checks.prc.order import date_only, share_of_office
from checks.prc.permits import detailed, matched
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

STEPS = ("applied_at", "assessed_at", "decided_at", "issued_at", "handed_at")
#: Steps in one minute from which it is not two neighbouring ones that fell together.
TOGETHER = 3
#: Permits of one office in one minute (a batch), or entered so on one day (after an outage).
BULK = 20
#: Share of an office's permits from which its system does so.
CUSTOM = 0.2


def steps_in_one_minute(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit of which several steps carry one minute."""
    columns = [*("permit_number", "office_id"), *STEPS, *(f"{step}_offset" for step in STEPS)]
    full = office_time(detailed(_alike(tables), tables, *columns), tables, "decided_at")
    found = _with_log(_with_crowd(share_of_office(full, tables), tables), tables)
    innocent = _innocent(context)
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "decided_at", pl.col("decided_at_local"), "a minute of its own"),
        "{} steps in one minute: applied {}, assessed {}, decided {}, issued {}, handed over {}",
        pl.col("together"),
        *(pl.col(step) for step in STEPS),
        cause="decided_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), step, pl.col(step)) for step in STEPS if step != "decided_at"],
    )


def _alike(tables: Tables) -> pl.LazyFrame:
    """`row`, `minute` and `together`, the number of steps in it, of permits with too many steps in one minute."""
    minutes = {step: pl.col(step).dt.epoch("s") // 60 for step in STEPS}

    def with_(step: str) -> pl.Expr:
        """How many of the steps carry the minute of this one, itself included."""
        return pl.sum_horizontal((minutes[step] == minutes[other]).fill_null(False) for other in STEPS)

    # Where that many steps are together, one of the first few is among them.
    first = STEPS[: len(STEPS) + 1 - TOGETHER]
    most = pl.max_horizontal(with_(step) for step in first)
    minute = pl.coalesce(pl.when(with_(step) == most).then(minutes[step]) for step in first)
    unread = (minutes["applied_at"] == minutes["decided_at"]).fill_null(False)
    return (
        tables["permits"]
        .filter((most >= TOGETHER) | unread)
        .select("row", minute.alias("minute"), most.alias("together"))
    )


def _with_crowd(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `crowd`: permits of the office decided or issued in that minute, whichever are more."""
    minutes = found.select("office_id", "minute").unique()
    for step in ("decided_at", "issued_at"):
        stamped = tables["permits"].select("office_id", (pl.col(step).dt.epoch("s") // 60).alias("minute"))
        count = (
            stamped.join(minutes, on=["office_id", "minute"], how="semi")
            .group_by("office_id", "minute")
            .agg(pl.len().alias(f"_{step}"))
        )
        found = found.join(count, on=["office_id", "minute"], how="left")
    return found.with_columns(pl.max_horizontal("_decided_at", "_issued_at").alias("crowd")).drop(
        "_decided_at", "_issued_at"
    )


def _with_log(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `apart`: the log has the steps of the office, and each in a minute of its own."""
    steps = tables["access_log"].filter(pl.col("action").is_in(["assess", "approve", "print"]))
    ours = matched(
        found.select("row", pl.col("permit_number").alias("object_id")),
        steps.select("object_id", pl.col("at").dt.truncate("1m"), "action"),
        "object_id",
    )
    apart = ours.group_by("row").agg(
        ((pl.col("at").n_unique() == pl.len()) & (pl.col("action").n_unique() > 1)).alias("apart")
    )
    return found.join(apart, on="row", how="left")


def _innocent(context: RowContext) -> pl.Expr:
    bulk = context.threshold("PRC106", "bulk", BULK)
    on_day = pl.len().over("office_id", pl.col("decided_at_local").dt.date())
    custom = pl.col("share") >= context.threshold("PRC106", "custom", CUSTOM)
    return first_of(
        (date_only("decided_at"), "only the date of the steps was recorded"),
        (pl.col("crowd") >= bulk, "a batch job stamped them"),
        (on_day >= bulk, "they were entered after an outage"),
        (custom | pl.col("apart"), "the office's system stamps several steps when the file is closed"),
    )


CHECK = RowCheck(
    code="PRC106",
    name="steps-in-one-minute",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.decided_at", "permits.issued_at"),
    innocent=(
        "a batch job stamped them",
        "they were entered after an outage",
        "the office's system stamps several steps when the file is closed",
        "only the date of the steps was recorded",
    ),
    next_check="Ask who sat at which workstation in that minute",
    source="ICAO Doc 9303-2 appendix D (no single person able to do the whole process); GAO-06-115 (2005)",
    thresholds=(("bulk", BULK), ("custom", CUSTOM)),
    rule=steps_in_one_minute,
)
