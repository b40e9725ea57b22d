"""One inspector was at two sites at once, or on visits for longer than a day's work can be (EMP112).

What it looks at:
    The visits of each inspector: those at different sites that overlap by at least 10 minutes, and days on which
    visits add up to more than 16 hours, which is moderate.

Why it matters:
    Nobody is in two places. One of the visits did not take place as it was written down.

What else it can be:
    - A clerk entered the visits of the day with default times; so it is taken where all visits of the inspector on
      that day begin at one full hour and end at one.
    - The end of a visit was entered wrongly; so it is taken where one of the visits lasts longer than 12 hours.
    - The sites are two parts of one; so it is taken where both are the same employer's.

When it is not applied:
    The register has no inspections with start and end. A visit without length is left out.

What to check next:
    Ask for the inspector's travel claims and car log of that day.

Source:
    Kept by this project (DOMAIN INSPECT-IMPOSSIBLE): a person is at one place at a time.
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Minutes by which visits may overlap because times are rounded.
ROUNDED_MINUTES = 10
#: Hours of visits that no day's work holds.
DAY_HOURS = 16
#: Hours that no single visit lasts.
VISIT_HOURS = 12
HOUR = 3600
#: Above any instant in seconds since 1970.
_SPAN = 2**40


def inspector_at_two_sites(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each visit that overlaps an earlier one elsewhere, and for each day that is too long."""
    visits = _visits(tables["inspections"])
    return pl.concat([_overlapping(visits, context), _long_days(visits, context)])


def _visits(inspections: pl.LazyFrame) -> pl.LazyFrame:
    """Visits by inspector in order of time, with `start` and `end` in seconds and what is said of their day."""
    day = ("inspector_id", "day")
    hours_only = (pl.col("start") % HOUR == 0) & (pl.col("end") % HOUR == 0)
    same = (pl.col("start").n_unique().over(day) == 1) & (pl.col("end").n_unique().over(day) == 1)
    offset = pl.col("started_at_offset").fill_null(0).cast(pl.Int64) * 60
    return (
        inspections.select(
            "inspection_id",
            "inspector_id",
            "site_id",
            "employer_id",
            "started_at",
            "ended_at",
            day_of("started_at").alias("day"),
            (pl.col("started_at").dt.epoch("s") + offset).alias("start"),
            (pl.col("ended_at").dt.epoch("s") + offset).alias("end"),
        )
        .drop_nulls(["inspector_id", "site_id", "start", "end"])
        .filter(pl.col("start") < pl.col("end"))
        .sort("inspector_id", "start", "end")
        .with_columns((same & hours_only).alias("default"), (pl.col("end") - pl.col("start")).alias("length"))
    )


def _overlapping(visits: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    rounded = context.threshold("EMP112", "rounded_minutes", ROUNDED_MINUTES) * 60
    changes = (pl.col("inspector_id") != pl.col("inspector_id").shift(1)).fill_null(True).cum_sum().cast(pl.Int64)
    latest = (pl.col("one") * _SPAN + pl.col("end")).cum_max().shift(1) - pl.col("one") * _SPAN
    earlier = visits.select(
        "inspector_id",
        pl.col("end").alias("latest"),
        *(
            pl.col(name).alias(f"other_{name}")
            for name in ("inspection_id", "site_id", "employer_id", "ended_at", "length")
        ),
    )
    found = (
        visits.with_columns(changes.alias("one"))
        .with_columns(latest.alias("latest"))
        .filter(pl.min_horizontal("latest", "end") - pl.col("start") >= rounded)
        .join(earlier, on=["inspector_id", "latest"])
        .filter(
            (pl.col("site_id") != pl.col("other_site_id")) & (pl.col("inspection_id") != pl.col("other_inspection_id"))
        )
        .unique("inspection_id", keep="first")
    )
    minutes = (pl.min_horizontal("latest", "end") - pl.col("start")) // 60
    return flags(
        found,
        Cell("inspections", pl.col("inspection_id"), "started_at", pl.col("started_at")),
        "inspector {} was at {} and at {} for the same {} minutes on {}",
        pl.col("inspector_id"),
        pl.col("site_id"),
        pl.col("other_site_id"),
        minutes,
        pl.col("day"),
        cause="started_at",
        likely_innocent=_innocent(pl.max_horizontal("length", "other_length"), context)
        .when(pl.col("employer_id") == pl.col("other_employer_id"))
        .then(pl.lit("the sites are two parts of one: the same employer's")),
        also=[Cell("inspections", pl.col("other_inspection_id"), "ended_at", pl.col("other_ended_at"))],
    )


def _long_days(visits: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    most = context.threshold("EMP112", "day_hours", DAY_HOURS) * HOUR
    days = (
        visits.group_by("inspector_id", "day", maintain_order=True)
        .agg(
            pl.col("inspection_id", "ended_at").last(),
            pl.col("length").max(),
            pl.col("length").sum().alias("total"),
            pl.col("default").all(),
            (pl.col("start").shift(-1) < pl.col("end")).any().alias("overlap"),
        )
        .filter((pl.col("total") > most) & ~pl.col("overlap").fill_null(False))
    )
    return flags(
        days,
        Cell("inspections", pl.col("inspection_id"), "ended_at", pl.col("ended_at")),
        "inspector {} was on visits for {} hours on {}",
        pl.col("inspector_id"),
        (pl.col("total") / HOUR).round(1),
        pl.col("day"),
        cause="ended_at",
        strength=pl.when(_innocent(pl.col("length"), context).is_not_null())
        .then(int(Strength.WEAK))
        .otherwise(int(Strength.MODERATE)),
        likely_innocent=_innocent(pl.col("length"), context),
    )


def _innocent(longest: pl.Expr, context: RowContext) -> pl.expr.whenthen.ChainedThen:
    limit = context.threshold("EMP112", "visit_hours", VISIT_HOURS) * HOUR
    return (
        pl.when("default")
        .then(pl.lit("a clerk entered the visits of the day with default times"))
        .when(longest > limit)
        .then(pl.lit("the end of a visit was entered wrongly: it lasts longer than any visit"))
    )


CHECK = RowCheck(
    code="EMP112",
    name="inspector-at-two-sites",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="inspections",
    needs=(
        "inspections.inspection_id",
        "inspections.site_id",
        "inspections.inspector_id",
        "inspections.started_at",
        "inspections.ended_at",
    ),
    innocent=(
        "A clerk entered the visits of the day with default times",
        "The end of a visit was entered wrongly",
        "The sites are two parts of one",
    ),
    next_check="Ask for the inspector's travel claims and car log of that day",
    source="Kept by this project (DOMAIN INSPECT-IMPOSSIBLE): a person is at one place at a time",
    thresholds=(
        ("rounded_minutes", ROUNDED_MINUTES),
        ("day_hours", DAY_HOURS),
        ("visit_hours", VISIT_HOURS),
    ),
    rule=inspector_at_two_sites,
)
