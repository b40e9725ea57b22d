"""The number that a permit should have had by its place in the sequence, where a slip of one digit explains another."""

from __future__ import annotations

import polars as pl

from checks.numbers import one_digit_apart, serials
from checks.rows import Tables

#: Numbers on either side of the neighbour's that are tried.
REACH = 5


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
    """For rows of permits: the unused number next to the one issued just before at the same office and station.

    Args:
        found: row, permit_number, office_id, station_id, issued_at.
        tables: the register.

    Returns:
        `row` and `meant`, the serial number, for those rows whose number differs from it by one slip: of one digit, or
        of the part before the serial; the one nearest to the next in line. Rows without such a number are left out.
    """
    place = pl.struct("office_id", pl.col("station_id").fill_null("")).hash().alias("place")
    columns = ("row", "permit_number", "place", "issued_at")
    wrong = serials(found.with_columns(place).select(*columns).drop_nulls("issued_at")).cache()
    office = tables["permits"].join(found.select("office_id"), on="office_id", how="semi").with_columns(place)
    there = serials(office.select(columns)).join(wrong, on="row", how="anti").cache()
    before = there.drop_nulls("issued_at").join(wrong, on="place", how="semi").sort("issued_at")
    tried = (
        wrong.sort("issued_at")
        .join_asof(before.drop("row"), on="issued_at", by="place", check_sortedness=False)
        .drop_nulls("serial_right")
        .with_columns((pl.col("serial_right") + pl.int_ranges(-REACH, REACH + 1)).alias("meant"))
        .explode("meant")
    )
    slip = (
        pl.when(pl.col("stem") == pl.col("stem_right"))
        .then(one_digit_apart(pl.col("serial"), pl.col("meant")))
        .otherwise(pl.col("serial") == pl.col("meant"))
    )
    away = (pl.col("meant") - pl.col("serial_right") - 1).abs().alias("away")
    fitting = tried.filter(slip).select(
        "row", pl.col("stem_right").alias("stem"), pl.col("meant").alias("serial"), away
    )
    used = pl.concat([there.select("stem", "serial"), unissued(tables)])
    unused = fitting.join(used, on=["stem", "serial"], how="anti")
    return unused.group_by("row").agg(pl.col("serial").sort_by("away", "serial").first().alias("meant"))
