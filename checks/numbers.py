"""Document numbers as a stem and a serial number, the blocks of numbers that hold them, and slips of one character."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables
from pipeline.reference.numbers import numbered as numbered

#: Longest text that is compared character by character.
LONGEST = 24
#: Decimal places of a serial number that are compared.
PLACES = 9


def serials(frame: pl.LazyFrame, column: str = "permit_number") -> pl.LazyFrame:
    """The frame with `stem` (a hash of the stem) and `serial` in place of the number, without rows that have none.

    Rows of integers sort and join in a third of the time that texts take; a finding joins its texts by `row` again.
    """
    stem, serial = f"{column}_stem", f"{column}_serial"
    split = numbered(frame, column).drop_nulls(serial)
    return split.with_columns(pl.col(stem).hash()).rename({stem: "stem", serial: "serial"}).drop(column)


def blocks(tables: Tables) -> pl.LazyFrame:
    """Blocks as ranges: `block_row`, `stem` (hash), `low`, `high`, `block`, and the other columns of the table.

    `block` is the lowest row among the blocks that overlap, directly or through others: its own where none does.
    """
    ends = numbered(tables["blocks"], "first_number", "last_number")
    ranges = ends.select(
        pl.col("row").alias("block_row"),
        pl.col("first_number_stem").hash().alias("stem"),
        pl.col("first_number_serial").alias("low"),
        pl.col("last_number_serial").alias("high"),
        *("office_id", "station_id", "allocated_on", "first_number", "last_number"),
    )
    in_order = ranges.drop_nulls(["low", "high"]).sort("stem", "low", "block_row")
    apart = (pl.col("low") > pl.col("high").cum_max().shift().over("stem")).fill_null(True)
    return (
        in_order.with_columns(apart.cum_sum().alias("_together"))
        .with_columns(pl.col("block_row").min().over("_together").alias("block"))
        .drop("_together")
    )


def stretches(tables: Tables) -> pl.LazyFrame:
    """The columns of `blocks` and `start`: blocks cut wherever another one begins or ends, a row for each block there.

    A stretch is named by `stem` and `start`; where no blocks overlap each block is one.
    """
    held = blocks(tables)
    return _cuts(held).join(held, on=["stem", "block"]).filter(pl.col("start").is_between("low", "high"))


def in_block(frame: pl.LazyFrame, tables: Tables, column: str = "permit_number") -> pl.LazyFrame:
    """The columns of `serials`, with the `block` that holds the number and the `start` of its stretch.

    Sorted by serial; both are null where no block holds the number.
    """
    held = blocks(tables)
    covered = stretches(tables).group_by("stem", "start").agg(pl.col("block").first())
    starts = _cuts(held).drop("block").unique().join(covered, on=["stem", "start"], how="left").sort("start")
    found = (
        serials(frame, column)
        .sort("serial")
        .join_asof(
            starts.with_columns(pl.col("start").alias("_start")),
            left_on="serial",
            right_on="_start",
            by="stem",
            check_sortedness=False,  # both are sorted above; by group it cannot be seen
        )
    )
    return found.with_columns(pl.when(pl.col("block").is_not_null()).then("start").alias("start")).drop("_start")


def _cuts(held: pl.LazyFrame) -> pl.LazyFrame:
    lows = held.select("stem", "block", pl.col("low").alias("start"))
    return pl.concat([lows, held.select("stem", "block", (pl.col("high") + 1).alias("start"))]).unique()


def one_digit_apart(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether two serial numbers differ in one digit or by two neighbouring digits exchanged (last `PLACES` places)."""
    ways: list[pl.Expr] = []
    for place in range(PLACES):
        low, high = 10**place, 10 ** (place + 1)
        ways.append((left // high == right // high) & (left % low == right % low))
        above = 10 ** (place + 2)
        exchanged = ((left // low) % 10 == (right // high) % 10) & ((left // high) % 10 == (right // low) % 10)
        ways.append((left // above == right // above) & (left % low == right % low) & exchanged)
    return ((left != right) & pl.any_horizontal(ways)).fill_null(False)


def one_character_apart(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether two texts differ by one character exchanged, added or left out, or by two neighbours swapped.

    Looked for in the first `LONGEST` characters. A null is never one slip apart from anything.
    """
    ways: list[pl.Expr] = []
    for place in range(LONGEST):
        head = left.str.slice(0, place) == right.str.slice(0, place)
        one, other = left.str.slice(place), right.str.slice(place)
        without, without_other = one.str.slice(1), other.str.slice(1)
        swapped = (one.str.slice(0, 1) == other.str.slice(1, 1)) & (one.str.slice(1, 1) == other.str.slice(0, 1))
        swapped &= one.str.slice(2) == other.str.slice(2)
        ways.append(head & ((without == without_other) | (without == other) | (one == without_other) | swapped))
    return ((left != right) & pl.any_horizontal(ways)).fill_null(False)
