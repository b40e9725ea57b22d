"""Whether one slip of the pen explains a date."""

from __future__ import annotations

import polars as pl

EXCHANGED = "day and month were exchanged"
OLD_YEAR = "the old year was typed in January"
MISTYPED = "one digit of a date was typed wrongly"
WRONG_TIME = "the time of day was typed wrongly"


def with_slip(frame: pl.LazyFrame, name: str, day: pl.Expr, first: pl.Expr, last: pl.Expr) -> pl.LazyFrame:
    """The frame with the one slip that would bring a date to a day between two others, null where none does.

    Args:
        frame: any rows.
        name: of the new column, EXCHANGED, OLD_YEAR or MISTYPED.
        day: the date as written.
        first: first day that would be in order; where it is null no slip is seen.
        last: last day that would be in order, likewise.
    """
    # Dates as numbers YYYYMMDD, worked out once: the slips ask for them again and again.
    numbers = frame.with_columns(_number(day).alias("_day"), _number(first).alias("_low"), _number(last).alias("_high"))
    digits = numbers.with_columns(
        (pl.col("_day") % 100).alias("_of_month"), (pl.col("_day") // 100 % 100).alias("_month")
    )
    return digits.with_columns(_slip().alias(name)).drop("_day", "_low", "_high", "_of_month", "_month")


def _number(day: pl.Expr) -> pl.Expr:
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)


def _slip() -> pl.Expr:
    day, of_month, month = pl.col("_day"), pl.col("_of_month"), pl.col("_month")
    exchanged = day + (of_month - month) * 99
    swapped = (of_month <= 12) & (of_month != month) & _between(exchanged)
    return (
        pl.when(pl.any_horizontal(pl.col("_day", "_low", "_high").is_null()) | _between(day))
        .then(None)
        .when(swapped)
        .then(pl.lit(EXCHANGED))
        .when((month == 1) & _between(day + 10_000))
        .then(pl.lit(OLD_YEAR))
        .when(_mistyped())
        .then(pl.lit(MISTYPED))
    )


def _between(number: pl.Expr) -> pl.Expr:
    return number.is_between(pl.col("_low"), pl.col("_high"))


def _mistyped() -> pl.Expr:
    """Whether another digit at one place gives a date between the two; a century is not mistyped.

    At each place the digits that are possible, beside those that stand, are an interval, and so are those that lead
    between the two days. 31 June is taken for a date here, which matters to one pair in a thousand.
    """
    of_month, month = pl.col("_of_month"), pl.col("_month")
    zero, nine = pl.lit(0), pl.lit(9)
    not_zero = [
        pl.when(rest == 0).then(1).otherwise(0) for rest in (of_month // 10, of_month % 10, month // 10, month % 10)
    ]
    return pl.any_horizontal(
        _reaches(1, not_zero[0], pl.when(of_month >= 30).then(1).otherwise(9)),
        _reaches(10, not_zero[1], pl.when(of_month % 10 <= 1).then(3).otherwise(2)),
        _reaches(100, not_zero[2], pl.when(month >= 10).then(2).otherwise(9)),
        _reaches(1_000, not_zero[3], pl.when(month % 10 <= 2).then(1).otherwise(0)),
        _reaches(10_000, zero, nine),
        _reaches(100_000, zero, nine),
    )


def _reaches(step: int, least: pl.Expr, most: pl.Expr) -> pl.Expr:
    """Whether a digit from `least` to `most` at the place worth `step` leads between the two days."""
    day = pl.col("_day")
    without = day - (day // step % 10) * step
    from_digit, to_digit = -((without - pl.col("_low")) // step), (pl.col("_high") - without) // step
    return pl.max_horizontal(from_digit, least) <= pl.min_horizontal(to_digit, most)
