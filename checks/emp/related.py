"""Employers that have an owner, an address or a telephone number in common."""

from __future__ import annotations

import polars as pl

from checks.emp.listed import plain

#: An address or number of more employers than these is a business centre's or a book-keeper's, and ties nobody.
COMMON = 10
#: Characters below which an address or a number says nothing.
SHORTEST = 6


def ties(employers: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each employer and thing that it may share.

    Columns: employer_id, registered_on, dissolved_on, owner_id, `by` (the column: owner_id, address or phone), `value`
    (written plainly) and `sharing` (number of employers with that value).
    """

    def by(column: str, shortest: int) -> pl.LazyFrame:
        value = plain(pl.col(column))
        return employers.select(
            "employer_id",
            "registered_on",
            "dissolved_on",
            "owner_id",
            pl.lit(column).alias("by"),
            value.alias("value"),
        ).filter(pl.col("value").str.len_chars() >= shortest)

    tied = pl.concat([by("owner_id", 1), by("address", SHORTEST), by("phone", SHORTEST)])
    counted = tied.group_by("by", "value").agg(pl.col("employer_id").n_unique().alias("sharing"))
    return tied.join(counted.filter(pl.col("sharing") > 1), on=["by", "value"])


def relatives(few: pl.LazyFrame, employers: pl.LazyFrame, common: float) -> pl.LazyFrame:
    """Each employer of `few` with every other that shares something with it.

    Columns: employer_id, `other`, `other_registered`, `other_dissolved`, `by`. An address or number of more than
    `common` employers is left out.
    """
    tied = ties(employers).filter((pl.col("by") == "owner_id") | (pl.col("sharing") <= common))
    own = tied.select("employer_id", "by", "value").join(few.select("employer_id"), on="employer_id", how="semi")
    others = tied.select(
        "by",
        "value",
        pl.col("employer_id").alias("other"),
        pl.col("registered_on").alias("other_registered"),
        pl.col("dissolved_on").alias("other_dissolved"),
    )
    return own.join(others, on=["by", "value"]).filter(pl.col("other") != pl.col("employer_id")).drop("value")
