"""Whether one slip of the pen explains a date."""

from __future__ import annotations

import polars as pl

EXCHANGED = "day and month were exchanged"
OLD_YEAR = "the old year was typed in January"
MISTYPED = "one digit of a date was typed wrongly"

#: Places of YYYYMMDD from the right, with the digits that can stand there; a century is not mistyped.
_DIGITS = ((0, 10), (1, 4), (2, 10), (3, 2), (4, 10), (5, 10))


def slip(day: pl.Expr, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Which one slip would bring a date to a day from `first` to `last`, null where none does.

    The three are dates; where `first` or `last` is null no slip is seen.
    """
    written, low, high = _number(day), _number(first), _number(last)
    month, of_month = day.dt.month(), day.dt.day()
    exchanged = _number(day) + (of_month.cast(pl.Int32) - month.cast(pl.Int32)) * 99
    swapped = (of_month <= 12) & (of_month != month) & exchanged.is_between(low, high)
    old_year = (month == 1) & (written + 10_000).is_between(low, high)
    mistyped = pl.any_horizontal(
        _in_calendar(other) & other.is_between(low, high)
        for place, digits in _DIGITS
        for other in (_with_digit(written, place, digit) for digit in range(digits))
    )
    return (
        pl.when(day.is_between(first, last))
        .then(None)
        .when(swapped)
        .then(pl.lit(EXCHANGED))
        .when(old_year)
        .then(pl.lit(OLD_YEAR))
        .when(mistyped)
        .then(pl.lit(MISTYPED))
    )


def _number(day: pl.Expr) -> pl.Expr:
    """A date as the number YYYYMMDD."""
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)


def _with_digit(written: pl.Expr, place: int, digit: int) -> pl.Expr:
    step: int = 10**place
    return written + (digit - (written // step) % 10) * step


def _in_calendar(written: pl.Expr) -> pl.Expr:
    # 31 June passes: it lies between the same two days as 30 June or 1 July, and nothing is made of it.
    return (written // 100 % 100).is_between(1, 12) & (written % 100).is_between(1, 31)
