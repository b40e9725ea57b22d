"""Employers that have an owner, an address or a telephone number in common."""

from __future__ import annotations

import polars as pl

from checks.emp.listed import plain

#: An address or number of more employers than these is a business centre's or a book-keeper's, and ties nobody.
COMMON = 10
#: An owner of more, such as a state, ties nobody either.
LARGEST_GROUP = 100
#: Characters below which an address or a number says nothing.
SHORTEST = 6


def ties(employers: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each employer and thing that it shares with another.

    Columns: employer_id, registered_on, dissolved_on, owner_id, `by` (the column: owner_id, address or phone), `value`
    (written plainly) and `sharing` (number of employers with that value).
    """
    return groups(employers).explode("member").unnest("member")


def groups(employers: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each `by` and `value` of two employers or more: `sharing`, and `member`, the list of them."""

    def by(column: str, shortest: int) -> pl.LazyFrame:
        value = plain(pl.col(column))
        return employers.select(
            pl.lit(column).alias("by"),
            value.alias("value"),
            pl.struct("employer_id", "registered_on", "dissolved_on", "owner_id").alias("member"),
        ).filter(pl.col("value").str.len_chars() >= shortest)

    return (
        pl.concat([by("owner_id", 1), by("address", SHORTEST), by("phone", SHORTEST)])
        .group_by("by", "value")
        .agg(pl.col("member"), pl.len().alias("sharing"))
        .filter(pl.col("sharing") > 1)
    )


def relatives(employers: pl.LazyFrame, common: float) -> pl.LazyFrame:
    """Each employer with every other that shares something with it.

    Columns: employer_id, `other`, `other_registered`, `other_dissolved`, `by`. An address or number of more than
    `common` employers is left out, and so is an owner of more than LARGEST_GROUP.
    """
    own, member = pl.col("own").struct, pl.col("member").struct
    return (
        groups(employers)
        .filter(pl.col("sharing") <= pl.when(pl.col("by") == "owner_id").then(LARGEST_GROUP).otherwise(common))
        .select("by", "member", pl.col("member").alias("own"))
        .explode("own")
        .explode("member")
        .select(
            "by",
            own.field("employer_id"),
            member.field("employer_id").alias("other"),
            member.field("registered_on").alias("other_registered"),
            member.field("dissolved_on").alias("other_dissolved"),
        )
        .filter(pl.col("other") != pl.col("employer_id"))
    )
