"""The quota was granted to an employer that nobody had inspected, where others are inspected first (EMP113).

What it looks at:
    Quotas of 10 workers or more, against the inspections of the employer in the 365 days before they began. It is
    asked only of quotas that began at least 365 days after the first inspection in the register, and only where at
    least 90 in 100 of them have one.

Why it matters:
    The inspection is where the need for workers is seen. A quota without one rests on the assessor's word.

What else it can be:
    - The quota carries an earlier one on; so it is no finding where a quota of at least the same size ended within 90
      days before.
    - The inspection was entered late, or took place soon afterwards; so it is taken where there is one within 60 days
      after the quota began.

When it is not applied:
    The register has no inspections or no quotas, or inspections before quotas are not the custom.

What to check next:
    Ask the assessor for the file on which the quota was granted.

Source:
    Times Kuwait, 2015 (a ministry's official granted 65 places where 4 were needed).
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Workers below which a desk assessment does.
FEWEST = 10
#: Days before the quota in which an inspection counts.
BEFORE_DAYS = 365
#: Share of quotas with an inspection that makes it the custom.
CUSTOM = 0.9
#: Days between a quota and the one that it carries on; days after the start in which the inspection may follow.
CARRIED_DAYS = 90
LATE_DAYS = 60


def quota_without_inspection(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each quota that was granted without an inspection against the custom."""
    before = pl.duration(days=int(context.threshold("EMP113", "before_days", BEFORE_DAYS)))
    late = pl.duration(days=int(context.threshold("EMP113", "late_days", LATE_DAYS)))
    fewest = context.threshold("EMP113", "fewest", FEWEST)
    seen = tables["inspections"].select("employer_id", day_of("started_at").alias("seen_on")).drop_nulls()
    start, seen_on = pl.col("valid_from"), pl.col("seen_on")
    judged = (
        tables["quotas"]
        .filter(pl.col("quantity") >= fewest)
        .join(seen.select(pl.col("seen_on").min().alias("since")), how="cross")
        .filter(start >= pl.col("since") + before)
        .join(seen, on="employer_id", how="left")
        .group_by("row", "employer_id", "category", "quantity", "valid_from", "assessed_by")
        .agg(
            seen_on.is_between(start - before, start).any().fill_null(False).alias("inspected"),
            seen_on.filter(seen_on.is_between(start, start + late, closed="right")).min().alias("later"),
        )
        .with_columns(pl.col("inspected").mean().alias("share"))
        .filter(~pl.col("inspected") & (pl.col("share") >= context.threshold("EMP113", "custom", CUSTOM)))
    )
    return flags(
        judged.join(_carried(judged, tables, context), on="row", how="anti"),
        Cell("quotas", pl.col("row"), "valid_from", start),
        "quota of {} for employer {} from {}, assessed by {}; no inspection in the year before, as {} in 100 have",
        pl.col("quantity"),
        pl.col("employer_id"),
        start,
        pl.col("assessed_by"),
        (pl.col("share") * 100).floor().cast(pl.Int64),
        cause="valid_from",
        likely_innocent=pl.when(pl.col("later").is_not_null()).then(pl.format("an inspection followed on {}", "later")),
        also=[Cell("quotas", pl.col("row"), "quantity", pl.col("quantity"))],
    )


def _carried(judged: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """`row` of quotas that carry on an earlier one of the employer."""
    gap = pl.duration(days=int(context.threshold("EMP113", "carried_days", CARRIED_DAYS)))
    earlier = tables["quotas"].select(
        "employer_id",
        pl.col("category").alias("of"),
        pl.col("quantity").alias("had"),
        pl.col("valid_from").alias("had_from"),
        "valid_to",
    )
    return (
        judged.join(earlier, on="employer_id")
        .filter(
            pl.col("category").eq_missing(pl.col("of"))
            & (pl.col("had_from") < pl.col("valid_from"))
            & (pl.col("valid_to") >= pl.col("valid_from") - gap)
            & (pl.col("had") >= pl.col("quantity"))
        )
        .select("row")
    )


CHECK = RowCheck(
    code="EMP113",
    name="quota-without-inspection",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="quotas",
    needs=(
        "quotas.employer_id",
        "quotas.quantity",
        "quotas.valid_from",
        "inspections.employer_id",
        "inspections.started_at",
    ),
    innocent=(
        "The quota carries an earlier one on",
        "The inspection was entered late, or took place soon afterwards",
    ),
    next_check="Ask the assessor for the file on which the quota was granted",
    source="Times Kuwait, 2015 (a ministry's official granted 65 places where 4 were needed)",
    thresholds=(
        ("fewest", FEWEST),
        ("before_days", BEFORE_DAYS),
        ("custom", CUSTOM),
        ("carried_days", CARRIED_DAYS),
        ("late_days", LATE_DAYS),
    ),
    rule=quota_without_inspection,
)
