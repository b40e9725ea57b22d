"""Intervals of days that overlap or follow each other, as one."""

from __future__ import annotations

import polars as pl


def spells(intervals: pl.LazyFrame, *who: str) -> pl.LazyFrame:
    """One row for each spell, `since` to `till` (both days count); other columns are those of its first interval.

    Args:
        intervals: a small table with since, till and the columns `who`.
        who: columns within which intervals are joined.
    """
    order = ["since", "till"]
    before = pl.col("till").cum_max().shift().over(*who, order_by=order)
    fresh = (pl.col("since").cast(pl.Int32) > before.cast(pl.Int32) + 1).fill_null(True)
    numbered = intervals.with_columns(fresh.cast(pl.Int32).alias("spell")).with_columns(
        pl.col("spell").cum_sum().over(*who, order_by=order)
    )
    return (
        numbered.sort(order)
        .group_by(*who, "spell", maintain_order=True)
        .agg(pl.col("till").max().alias("_till"), pl.all().first())
        .with_columns(pl.col("_till").alias("till"))
        .drop("_till", "spell")
    )
