"""The quota is several times what employers of the same trade and size were granted (EMP114).

What it looks at:
    The quantity of each quota for each of the employer's declared staff, against the middle value of its trade: at
    least 4 times as much, and beyond 3.5 robust standard deviations, for quotas of 20 workers or more in trades with
    at least 20 quotas. Where one assessor granted 3 or more such quotas it is moderate, else weak.

Why it matters:
    Places beyond the need are places that can be sold. An assessor found 65 where 4 were needed.

What else it can be:
    - The work is seasonal; so it is taken where the quota is valid for at most 270 days.
    - The ministry approved a project of that size; so it is taken where an approval for the employer of at least so
      many is in force when the quota begins.

When it is not applied:
    The register has no quotas, or no staff or trade of employers. An employer without declared staff is not judged.

What to check next:
    Compare the file of the quota with that of an employer of the same trade and size, assessed by somebody else.

Source:
    Times Kuwait, 2015 (a ministry's official granted 65 places where 4 were needed).
"""

from __future__ import annotations

import polars as pl

from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Times the middle value of the trade, and robust standard deviations (of the logarithm) from it.
TIMES_MIDDLE = 4.0
DEVIATIONS = 3.5
#: Workers below which a quota is too small to say, and quotas that make a trade.
FEWEST = 20
PEERS = 20
#: Quotas of one assessor that make a pattern.
SAME_ASSESSOR = 3
#: Days of a season.
SEASON_DAYS = 270
#: A median absolute deviation times this is a standard deviation of the normal distribution; a floor for trades where
#: nearly all have the same ratio.
_ROBUST = 1.4826
_LEAST_DEVIATION = 0.1


def quota_above_peers(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each quota far above its trade."""
    times = context.threshold("EMP114", "times_middle", TIMES_MIDDLE)
    deviations = context.threshold("EMP114", "deviations", DEVIATIONS)
    employers = tables["employers"].select("employer_id", "sector", "staff").filter(pl.col("staff") > 0)
    ratio = (pl.col("quantity") / pl.col("staff")).log()
    rated = (
        tables["quotas"]
        .filter(pl.col("quantity") > 0)
        .join(employers.drop_nulls("sector"), on="employer_id")
        .with_columns(ratio.alias("ratio"))
        .with_columns(pl.col("ratio").median().over("sector").alias("middle"), pl.len().over("sector").alias("peers"))
        .with_columns((pl.col("ratio") - pl.col("middle")).alias("above"))
        .with_columns(
            (pl.col("above").abs().median().over("sector") * _ROBUST).clip(_LEAST_DEVIATION).alias("deviation")
        )
    )
    high = rated.filter(
        (pl.col("peers") >= context.threshold("EMP114", "peers", PEERS))
        & (pl.col("quantity") >= context.threshold("EMP114", "fewest", FEWEST))
        & (pl.col("above") >= pl.lit(times).log())
        & (pl.col("above") >= pl.col("deviation") * deviations)
    )
    return _found(high, tables, context)


def _found(high: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    least = context.threshold("EMP114", "same_assessor", SAME_ASSESSOR)
    season = pl.duration(days=int(context.threshold("EMP114", "season_days", SEASON_DAYS)))
    start = pl.col("valid_from")
    approvals = tables["approvals"].select(
        "employer_id",
        pl.col("quantity").alias("approved"),
        pl.col("valid_from").alias("approved_from"),
        pl.col("valid_to").fill_null(pl.date(9999, 12, 31)).alias("approved_to"),
    )
    in_force = start.is_between("approved_from", "approved_to")
    columns = high.collect_schema().names()
    judged = (
        high.join(approvals, on="employer_id", how="left")
        .group_by(columns)
        .agg(pl.col("approved").filter(in_force).sum())
        .with_columns(
            pl.when(pl.col("valid_to") - start <= season)
            .then(pl.lit("the work is seasonal: the quota is for some months"))
            .when(pl.col("approved") >= pl.col("quantity"))
            .then(pl.format("an approval of {} was in force", "approved"))
            .alias("innocent")
        )
        .with_columns(
            pl.col("innocent").is_null().sum().over("assessed_by").alias("by_assessor"),
            pl.col("above").exp().round(1).alias("times"),
        )
    )
    pattern = pl.col("assessed_by").is_not_null() & (pl.col("by_assessor") >= least) & pl.col("innocent").is_null()
    return flags(
        judged,
        Cell("quotas", pl.col("row"), "quantity", pl.col("quantity")),
        "{} workers for {} staff, {} times the middle of {} ({} quotas); assessed by {}, who granted {} such",
        pl.col("quantity"),
        pl.col("staff"),
        pl.col("times"),
        pl.col("sector"),
        pl.col("peers"),
        pl.col("assessed_by"),
        pl.col("by_assessor"),
        cause="quantity",
        likely_innocent=pl.col("innocent"),
        strength=pl.when(~pattern).then(int(Strength.WEAK)),
        also=[Cell("employers", pl.col("employer_id"), "staff", pl.col("staff"))],
    )


CHECK = RowCheck(
    code="EMP114",
    name="quota-above-peers",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="quotas",
    needs=("quotas.employer_id", "quotas.quantity", "employers.sector", "employers.staff"),
    innocent=("The work is seasonal", "The ministry approved a project of that size"),
    next_check="Compare the file of the quota with that of an employer of the same trade and size, assessed by "
    "somebody else",
    source="Times Kuwait, 2015 (a ministry's official granted 65 places where 4 were needed)",
    thresholds=(
        ("times_middle", TIMES_MIDDLE),
        ("deviations", DEVIATIONS),
        ("fewest", FEWEST),
        ("peers", PEERS),
        ("same_assessor", SAME_ASSESSOR),
        ("season_days", SEASON_DAYS),
    ),
    rule=quota_above_peers,
)
