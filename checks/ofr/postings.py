"""Postings: as rows, as spells, and the steps that lie outside them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.ofr.spells import spells
from checks.rows import Tables

#: Stands for an end that is not set.
OPEN_END = dt.date(9999, 12, 1)


#: Roles of postings that let an officer act in the place of others.
ACTING = ("delegate", "cover")


def postings(tables: Tables) -> pl.LazyFrame:
    """Columns posting_row, officer, office_id, role (lower case), desk, since, till; both days count."""
    return tables["postings"].select(
        pl.col("row").alias("posting_row"),
        pl.col("officer_id").alias("officer"),
        "office_id",
        pl.col("role").str.strip_chars().str.to_lowercase(),
        pl.col("desk").str.strip_chars(),
        pl.col("from").alias("since"),
        pl.col("to").fill_null(OPEN_END).alias("till"),
    )


def perhaps_outside(steps: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """The steps that are not plainly within one spell of these postings of the officer to the office.

    Days are taken at Greenwich and one is allowed at both ends, so that local time is worked out only where it matters.
    """
    who = ("officer", "office_id")
    bounds = (
        spells(posted.select(*who, "since", "till"), *who)
        .group_by(*who)
        .agg(pl.col("since").min().alias("first"), pl.col("till").max().alias("last"), pl.len().alias("spells"))
    )
    day = pl.col("at").dt.date()
    inside = (day > pl.col("first")) & (day < pl.col("last")) & (pl.col("spells") == 1)
    unsure = steps.join(bounds, on=who, how="left").filter(inside.fill_null(False).not_())
    return unsure.drop("first", "last", "spells")


def covers() -> pl.Expr:
    """Whether the posting of a joined row covers a day on which the step can have been taken."""
    return ((pl.col("since") <= pl.col("last_day")) & (pl.col("till") >= pl.col("day"))).fill_null(False)


def refused(tables: Tables) -> pl.LazyFrame:
    """`officer`: of whom a posting was delivered that could not be taken; nobody may call it absent."""
    rows = tables["refused"].filter(pl.col("table") == "postings")
    return rows.select(pl.col("key").alias("officer")).drop_nulls().unique()
