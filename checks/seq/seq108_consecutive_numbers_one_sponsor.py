"""Consecutive numbers went to one sponsor's unrelated applicants within minutes (SEQ108).

What it looks at:
    Runs of at least five consecutive numbers under one agency, or one employer where there is no agency, each issued
    within 10 minutes of the one before, although the applications came in on different days; named only where so long a
    run is less than a hundredth to be expected at the sponsor's share of the office's permits.

Why it matters:
    Applications that arrived apart and belong to different people leave the printer side by side when somebody put them
    there. Which is often lawful, and sometimes what was paid for.

What else it can be:
    - An employer or agency filed for many at once, which is lawful in most states; nothing is said where all the
      applications of the run came in on one day.
    - An employer's whole intake was printed in one batch; so it is taken where one employer stands behind the run.

When it is not applied:
    The register has no dates of application or issue, or neither agencies nor employers.

What to check next:
    Ask the office how print batches are put together, and who put this one together.

Source:
    Own rule, derived from batch printing at one sponsor's request; limits are house values.
"""

from __future__ import annotations

import polars as pl

from checks.numbers import serials
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Fewest numbers of a run.
FEWEST = 5
#: Minutes between one and the next.
MINUTES = 10
#: Runs of that length to be expected by chance at the office, at most.
EXPECTED = 0.01


def consecutive_numbers_one_sponsor(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each run of consecutive numbers of one sponsor whose applications came in on different days."""
    permits = tables["permits"].select(
        "row",
        "permit_number",
        "issued_at",
        "applied_at",
        pl.col("office_id").hash().alias("office"),
        _hash(pl.coalesce("agency_id", "employer_id")).alias("sponsor"),
        _hash(pl.col("employer_id")).alias("employer"),
    )
    runs = _runs(permits, pl.duration(minutes=context.threshold("SEQ108", "minutes", MINUTES)))
    long = runs.filter(
        (pl.col("count") >= context.threshold("SEQ108", "fewest", FEWEST)) & (pl.col("days") > 1)
    ).cache()
    rare = _by_chance(long, permits).filter(pl.col("chance") <= context.threshold("SEQ108", "expected", EXPECTED))
    texts = tables["permits"].select("row", "permit_number", "agency_id", "employer_id", "issued_at")
    found = rare.join(texts, on="row").join(texts, left_on="row_last", right_on="row", suffix="_last")
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "permit_number", pl.col("permit_number")),
        "{} consecutive numbers to {} for {} from {}, applications of {} days",
        pl.col("count"),
        pl.col("permit_number_last"),
        pl.coalesce("agency_id", "employer_id"),
        pl.col("issued_at"),
        pl.col("days"),
        cause="permit_number",
        likely_innocent=pl.when((pl.col("employers") == 1) & (pl.col("none") == 0)).then(
            pl.lit("an employer's whole intake was printed in one batch")
        ),
        also=[Cell("permits", pl.col("permit_number_last"), "issued_at", pl.col("issued_at_last"))],
    )


def _hash(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_not_null()).then(value.hash())


def _runs(permits: pl.LazyFrame, near: pl.Expr) -> pl.LazyFrame:
    """Runs of consecutive numbers of one sponsor, each issued so soon after or before the one before."""
    rows = serials(permits.drop_nulls(["issued_at", "sponsor"])).sort("stem", "serial", "row")
    follows = (
        (pl.col("stem") == pl.col("stem").shift(1))
        & (pl.col("serial") == pl.col("serial").shift(1) + 1)
        & (pl.col("sponsor") == pl.col("sponsor").shift(1))
        & ((pl.col("issued_at") - pl.col("issued_at").shift(1)).abs() <= near)
    ).fill_null(False)
    linked = (
        rows.with_columns(follows.alias("follows"))
        .filter(pl.col("follows") | pl.col("follows").shift(-1).fill_null(False))
        .with_columns((~pl.col("follows")).cum_sum().alias("run"))
    )
    return linked.group_by("run").agg(
        pl.len().alias("count"),
        pl.col("row").first(),
        pl.col("row").last().alias("row_last"),
        pl.col("office").first(),
        pl.col("sponsor").first(),
        pl.col("applied_at").dt.date().n_unique().alias("days"),
        pl.col("employer").n_unique().alias("employers"),
        pl.col("employer").null_count().alias("none"),
    )


def _by_chance(runs: pl.LazyFrame, permits: pl.LazyFrame) -> pl.LazyFrame:
    """Runs with `chance`: how many of their length the office would see were its permits in random order."""
    there = permits.join(runs, on="office", how="semi")
    offices = there.group_by("office").agg(pl.len().alias("all"))
    shares = (
        there.join(runs, on=["office", "sponsor"], how="semi").group_by("office", "sponsor").agg(pl.len().alias("own"))
    )
    share = pl.col("own") / pl.col("all")
    return (
        runs.join(offices, on="office")
        .join(shares, on=["office", "sponsor"])
        .with_columns((pl.col("own") * share ** (pl.col("count") - 1)).alias("chance"))
    )


CHECK = RowCheck(
    code="SEQ108",
    name="consecutive-numbers-one-sponsor",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.applied_at"),
    innocent=(
        "an employer or agency filed for many at once",
        "an employer's whole intake was printed in one batch",
    ),
    next_check="Ask the office how print batches are put together, and who put this one together",
    source="Own rule, derived from batch printing at one sponsor's request; limits are house values",
    thresholds=(("minutes", MINUTES), ("fewest", FEWEST), ("expected", EXPECTED)),
    rule=consecutive_numbers_one_sponsor,
)
