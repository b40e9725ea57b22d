"""A clinic examined more people within an hour than it can (EMP109).

What it looks at:
    The time of examination of the medical certificates of each clinic: stretches in which more than 1.5 times the
    number that the clinic can examine in an hour lie within 60 minutes. Where the clinic's capacity is not known, the
    certificates of one doctor there, and 20 an hour.

Why it matters:
    An examination takes its time. Certificates that follow each other faster than anybody can be examined were written
    without one.

What else it can be:
    - The results of a day were printed in one batch; that shows in the time of issue, which is not looked at.
    - A mobile clinic came with several doctors; so it is taken where a mobile clinic's doctors share the number so
      that each is within the capacity.
    - The day's list was entered with one round time; so it is taken where all of them bear the same full or half hour.

When it is not applied:
    The register has no times of examination. A certificate whose time is midnight has only a date and is left out.

What to check next:
    Ask the clinic for its appointment book and laboratory log of that hour.

Source:
    The Daily Star, 2025, on medical centres that sold certificates of fitness to workers bound for the Gulf.
"""

from __future__ import annotations

import polars as pl

from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Examinations an hour by one doctor where the clinic's capacity is not known: three minutes each.
DOCTOR_AN_HOUR = 20
#: Times the capacity that no busy hour reaches.
TIMES_CAPACITY = 1.5
HOUR = 3600


def examinations_above_capacity(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each certificate in a stretch that is too dense."""
    dense = _dense(_by_place(tables, context)).with_columns(
        pl.len().over("stretch").alias("count"),
        pl.col("doctor_id").n_unique().over("stretch").alias("doctors"),
        pl.col("time").min().over("stretch").alias("first"),
        pl.col("time").max().over("stretch").alias("last"),
    )
    found = with_row_of(dense, tables, "permits", "medical_id", permit_number="permit_number")
    seconds = pl.col("last") - pl.col("first")
    hours = (seconds / HOUR).clip(lower_bound=1)
    shared = pl.col("mobile").fill_null(False) & (pl.col("doctors") > 1)
    within = pl.col("count") <= pl.col("doctors") * pl.col("capacity") * hours
    round_time = (seconds == 0) & (pl.col("first") % (HOUR // 2) == 0)
    return flags(
        found,
        Cell("medicals", pl.col("medical_id"), "examined_at", pl.col("examined_at")),
        "one of {} examinations within {} minutes at clinic {}, which can do {} an hour",
        pl.col("count"),
        seconds // 60,
        pl.col("clinic_id"),
        pl.col("capacity"),
        cause="examined_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(shared & within)
        .then(pl.format("a mobile clinic with {} doctors", "doctors"))
        .when(round_time)
        .then(pl.lit("the day's list was entered with one round time")),
        also=[Cell("clinics", pl.col("known"), "capacity_per_hour", pl.col("capacity"))],
    )


def _by_place(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """Examinations in order of place and time: the `place` that has the capacity, and `most`, allowed in an hour."""
    times = context.threshold("EMP109", "times_capacity", TIMES_CAPACITY)
    a_doctor = context.threshold("EMP109", "doctor_an_hour", DOCTOR_AN_HOUR)
    clinics = tables["clinics"].select("clinic_id", "mobile", "capacity_per_hour", pl.col("clinic_id").alias("known"))
    clock = pl.col("examined_at").dt.epoch("s") + pl.col("examined_at_offset").fill_null(0).cast(pl.Int64) * 60
    capacity = pl.col("capacity_per_hour")
    place = (
        pl.when(capacity.is_null())
        .then(pl.struct("clinic_id", "doctor_id").hash())
        .otherwise(pl.col("clinic_id").hash())
    )
    # A hash of the place above the seconds is one number to sort by; `place` itself says what is the same.
    order = (pl.col("place") // 2**32) * 2**32 + pl.col("time").cast(pl.UInt64)
    return (
        tables["medicals"]
        .select("medical_id", "clinic_id", "doctor_id", "examined_at", clock.alias("time"))
        .filter(pl.col("clinic_id").is_not_null() & (pl.col("time") > 0) & (pl.col("time") % (24 * HOUR) != 0))
        .join(clinics, on="clinic_id", how="left")
        .with_columns(place.alias("place"), capacity.fill_null(a_doctor).alias("capacity"))
        .with_columns((pl.col("capacity") * times).ceil().cast(pl.Int64).clip(lower_bound=1).alias("most"))
        .sort(order)
    )


def _dense(by_place: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of stretches in which one more than `most` lie within an hour, numbered by `stretch`."""
    at, most = pl.int_range(pl.len()), pl.col("most")
    back = (at - most).clip(lower_bound=0)
    same = (at >= most) & (pl.col("place").gather(back) == pl.col("place"))
    full = same & (pl.col("time") - pl.col("time").gather(back) < HOUR)
    # A row is in a stretch if the next one that fills an hour reaches back to it.
    reach = pl.when(full).then(at - most).alias("reach")
    covered = (pl.col("reach").fill_null(strategy="backward") <= at).fill_null(False).alias("covered")
    begins = pl.col("covered") & ~pl.col("covered").shift(1, fill_value=False)
    return (
        by_place.with_columns(reach)
        .with_columns(covered)
        .with_columns((begins | (pl.col("place") != pl.col("place").shift(1))).cum_sum().alias("stretch"))
        .filter("covered")
    )


CHECK = RowCheck(
    code="EMP109",
    name="examinations-above-capacity",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="medicals",
    needs=("medicals.medical_id", "medicals.clinic_id", "medicals.examined_at"),
    innocent=(
        "The results of a day were printed in one batch",
        "A mobile clinic came with several doctors",
        "The day's list was entered with one round time",
    ),
    next_check="Ask the clinic for its appointment book and laboratory log of that hour",
    source="The Daily Star, 2025, on medical centres that sold certificates of fitness to workers bound for the Gulf",
    thresholds=(("doctor_an_hour", DOCTOR_AN_HOUR), ("times_capacity", TIMES_CAPACITY)),
    rule=examinations_above_capacity,
)
