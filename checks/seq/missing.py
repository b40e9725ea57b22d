"""The number that a permit should have had by its place in the sequence, where a slip of one digit explains another."""

from __future__ import annotations

from typing import Literal

import polars as pl

from checks.numbers import one_digit_apart, serials
from checks.rows import Tables

#: Numbers on either side of the neighbour's that are tried.
REACH = 5
#: Days before and after in which a neighbour is looked for.
DAYS = 7
#: Last digits by which numbers are looked for before they are taken apart.
ENDING = 5


def unissued(tables: Tables) -> pl.LazyFrame:
    """Numbers that are no permit and yet accounted for: `stem`, `serial` of voids and of rows that were refused."""
    refused = tables["refused"].filter(pl.col("table").is_in(["permits", "voids"]))
    return pl.concat(
        [
            serials(tables["voids"].select("permit_number")),
            serials(refused.select(pl.col("key").alias("permit_number"))),
        ]
    )


def meant(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """For rows of permits: the unused number beside those issued just before and after at the same office and station.

    Args:
        found: row, permit_number, kind, office_id, station_id, issued_at.
        tables: the register.

    Returns:
        `row` and `meant`, the serial number, for those rows whose number differs from it by one slip: of one digit, or
        of the part before the serial; the one nearest to the neighbours. Rows without such a number are left out.
    """
    place = pl.struct("office_id", pl.col("station_id", "kind").fill_null("")).hash().alias("place")
    columns = ("row", "permit_number", "place", "issued_at")
    wrong = serials(found.with_columns(place).select(*columns).drop_nulls("issued_at")).sort("issued_at").cache()
    # Few days of few stations: only their numbers are taken apart.
    day = pl.col("issued_at").dt.epoch("d")
    days = wrong.select("place", (day + pl.int_ranges(-DAYS, DAYS + 1)).alias("day")).explode("day").unique()
    about = tables["permits"].with_columns(place, day.alias("day")).join(days, on=["place", "day"], how="semi")
    near = serials(about.select(columns)).join(wrong, on="row", how="anti").sort("issued_at", "stem", "serial")
    tried = (
        pl.concat([_beside(wrong, near, "backward", 1), _beside(wrong, near, "forward", -1)])
        .with_columns((pl.col("next") + pl.int_ranges(-REACH, REACH + 1)).alias("meant"))
        .explode("meant")
    )
    slip = (
        pl.when(pl.col("stem") == pl.col("stem_right"))
        .then(one_digit_apart(pl.col("serial"), pl.col("meant")))
        .otherwise(pl.col("serial") == pl.col("meant"))
    )
    fitting = (
        tried.filter(slip)
        .select(
            "row",
            pl.col("stem_right").alias("stem"),
            pl.col("meant").alias("serial"),
            (pl.col("meant") - pl.col("next")).abs().alias("away"),
        )
        .cache()
    )
    used = pl.concat([_with_ending_of(fitting, tables), unissued(tables)])
    unused = fitting.join(used, on=["stem", "serial"], how="anti")
    return unused.group_by("row").agg(pl.col("serial").sort_by("away", "serial").first().alias("meant"))


def _with_ending_of(fitting: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`stem` and `serial` of permits whose number may be one of these: whose last digits are."""
    ending = pl.col("permit_number").str.tail(ENDING).cast(pl.Int64, strict=False)
    endings = fitting.select((pl.col("serial") % 10**ENDING).alias("ending")).unique()
    # Numbers with fewer digits have no such ending and are all taken apart.
    every = pl.concat([endings, pl.LazyFrame({"ending": [None]}, schema={"ending": pl.Int64})])
    numbers = tables["permits"].select("permit_number", ending.alias("ending"))
    return serials(numbers.join(every, on="ending", how="semi", nulls_equal=True).select("permit_number"))


def _beside(
    wrong: pl.LazyFrame, near: pl.LazyFrame, strategy: Literal["backward", "forward"], step: int
) -> pl.LazyFrame:
    """Rows with the stem of their neighbour at that place, and the number `next` to its own, so many steps away."""
    joined = wrong.join_asof(near, on="issued_at", by="place", strategy=strategy, check_sortedness=False)
    return joined.drop_nulls("serial_right").with_columns((pl.col("serial_right") + step).alias("next"))
