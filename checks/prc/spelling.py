"""Texts that are one slip of the keyboard apart."""

from __future__ import annotations

import polars as pl

#: Texts are compared up to this length; a slip behind it is not seen.
LONGEST = 40


def one_character_apart(one: str, other: str) -> pl.Expr:
    """Whether a character was added, left out, changed, or exchanged with the next, or day and month of a date were.

    Capitals or not is one; never null.

    Args:
        one: column of texts.
        other: column of texts.
    """
    first, second = (pl.col(name).str.to_uppercase().str.head(LONGEST) for name in (one, other))
    slips = [
        (first.str.head(place) == second.str.head(place))
        & (
            (first.str.slice(place + 1) == second.str.slice(place + 1))
            | (first.str.slice(place) == second.str.slice(place + 1))
            | (first.str.slice(place + 1) == second.str.slice(place))
            | _exchanged(first, second, place)
        )
        for place in range(LONGEST)
    ]
    day_first = first.str.replace(r"^(\d{4})-(\d\d)-(\d\d)$", "$1-$3-$2")
    # Equal texts differ in nothing past their end, and so by no slip.
    return ((pl.any_horizontal(slips) | (day_first == second)) & (first != second)).fill_null(False)


def _exchanged(first: pl.Expr, second: pl.Expr, place: int) -> pl.Expr:
    return (
        (first.str.slice(place, 1) == second.str.slice(place + 1, 1))
        & (first.str.slice(place + 1, 1) == second.str.slice(place, 1))
        & (first.str.slice(place + 2) == second.str.slice(place + 2))
    )
