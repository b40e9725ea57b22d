"""The employer has more live permits than its quota of that day allows (EMP105).

What it looks at:
    The number of permits of an employer that were live on the day each of them was issued, of the permit's category or
    of all, against the quota in force on that day. Quotas that are in force together are added; one without category
    adds to those of every category.

Why it matters:
    The quota is what an assessor found that the employer needs. Beyond it a permit takes the decision of somebody who
    looked away, or a register in which earlier workers were marked as gone.

What else it can be:
    - A larger quota had been applied for and was granted soon afterwards; so it is taken where quotas that began
      within 56 days after the issue cover the number.
    - The permits were approved by the ministry apart from the quota; so it is taken where approvals in force for the
      employer cover the number beyond.

When it is not applied:
    The register has no quotas, or no issue and end of validity of permits. An employer without a quota in force for
    the category on that day is not judged. Permits that are void, revoked or expired are not live; a worker's renewal
    counts once and is not itself beyond the quota, nor is the permit of a worker who has left for another employer.

What to check next:
    Ask for the file of the quota, and whether workers counted here had left by that day.

Source:
    Malaysian Anti-Corruption Commission on paid approvals of quotas for foreign workers, 2023.
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.live import DAY, NEVER, beyond, lives, midnight
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days after the issue in which a larger quota that was pending may begin.
PENDING_DAYS = 56


def permits_above_quota(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that adds a worker beyond the quota."""
    watched, limits = _limits(tables["quotas"])
    permits = tables["permits"]
    least = limits.group_by("code").agg(pl.col("quantity").min().alias("least"))
    coded = watched.join(least, on="code").select(
        pl.col("employer_id").hash().alias("employer"), pl.col("category").alias("of"), "code", "least"
    )
    judged = pl.col("of").is_null() | (pl.col("of") == pl.col("category"))
    lived = lives(permits).join(coded, on="employer").filter(judged)
    found = (
        # Without a quota in force there is nothing to compare with.
        beyond(lived, limits)
        .filter(pl.col("limit") > 0)
        .join(watched, on="code")
        .sort("category", nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
        .join(permits.select("row", "permit_number", "issued_at", day_of("issued_at").alias("issued_on")), on="row")
    )
    days = int(context.threshold("EMP105", "pending_days", PENDING_DAYS))
    excess = pl.col("live") - pl.col("limit")
    return flags(
        _with_grants(found, tables, days),
        Cell("permits", pl.col("permit_number"), "employer_id", pl.col("employer_id")),
        "{} permits live at employer {} on {} ({}), quota {}",
        pl.col("live"),
        pl.col("employer_id"),
        pl.col("issued_on"),
        pl.col("category").fill_null("all categories"),
        pl.col("limit"),
        cause="quantity",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("later") >= excess)
        .then(pl.format("a further quota of {} began within {} days", "later", pl.lit(days)))
        .when(pl.col("apart") >= excess)
        .then(pl.format("approvals for {} more were in force", "apart")),
        also=[Cell("quotas", pl.col("quota"), "quantity", pl.col("limit"))],
    )


def _limits(quotas: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What is counted together (`code`, employer_id, category; null: all), and the limits of each code."""
    watched = quotas.select("employer_id", "category").unique().sort("employer_id", "category").with_row_index("code")
    held = quotas.select(
        "employer_id",
        pl.col("category").alias("of"),
        "quantity",
        midnight(pl.col("valid_from")).alias("start"),
        (midnight(pl.col("valid_to")) + DAY).fill_null(NEVER).clip(0, NEVER).alias("end"),
    ).filter(pl.col("start") < pl.col("end"))
    return watched, watched.join(held, on="employer_id").filter(_TOGETHER).select("code", "start", "end", "quantity")


#: A quota `of` a category, or of all, bears on what is counted as `category`, or as all.
_TOGETHER = pl.col("category").is_null() | pl.col("of").is_null() | (pl.col("category") == pl.col("of"))


def _with_grants(found: pl.LazyFrame, tables: Tables, days: int) -> pl.LazyFrame:
    """The rows with `quota`, the number of a row in force, `later` and `apart`: what else was granted, and when."""

    def granted(table: str) -> pl.LazyFrame:
        return tables[table].select(
            "employer_id",
            pl.lit(table).alias("by"),
            pl.col("category").alias("of"),
            pl.col("row").alias("paper"),
            *("quantity", "valid_from", "valid_to"),
        )

    day, start, end = pl.col("issued_on"), pl.col("valid_from"), pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    in_force, by_quota = day.is_between(start, end), pl.col("by") == "quotas"
    soon = start.is_between(day, day + pl.duration(days=days), closed="right")
    papers = pl.concat([granted("quotas"), granted("approvals")]).drop_nulls("employer_id")
    quantity = pl.col("quantity")
    return (
        found.join(papers, on="employer_id")
        .filter(_TOGETHER)
        .group_by(found.collect_schema().names())
        .agg(
            pl.col("paper").filter(in_force & by_quota).max().alias("quota"),
            quantity.filter(soon & by_quota).sum().alias("later"),
            quantity.filter(in_force & ~by_quota).sum().alias("apart"),
        )
    )


CHECK = RowCheck(
    code="EMP105",
    name="permits-above-quota",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.employer_id",
        "permits.issued_at",
        "permits.valid_until",
        "quotas.employer_id",
        "quotas.quantity",
    ),
    innocent=(
        "A larger quota had been applied for and was granted soon afterwards",
        "The permits were approved by the ministry apart from the quota",
    ),
    next_check="Ask for the file of the quota, and whether workers counted here had left by that day",
    source="Malaysian Anti-Corruption Commission on paid approvals of quotas for foreign workers, 2023",
    thresholds=(("pending_days", PENDING_DAYS),),
    rule=permits_above_quota,
)
