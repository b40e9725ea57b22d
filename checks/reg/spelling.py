"""Whether two spellings are one slip of the pen apart."""

from __future__ import annotations

import polars as pl

#: Spellings are compared up to this length from either end.
_LONGEST = 40


def plain(text: pl.Expr) -> pl.Expr:
    """Text in capitals without blanks, hyphens and other marks between letters and digits."""
    return text.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def one_slip(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether a character too many, too few, changed, or exchanged with its neighbour is all that differs.

    False where they are equal, and where one is null.
    """
    begin = pl.sum_horizontal((one.str.head(n) == other.str.head(n)).cast(pl.Int64) for n in range(1, _LONGEST))
    end = pl.sum_horizontal((one.str.tail(n) == other.str.tail(n)).cast(pl.Int64) for n in range(1, _LONGEST))
    length, other_length = one.str.len_chars().cast(pl.Int64), other.str.len_chars().cast(pl.Int64)
    near = (length - other_length).abs() <= 1
    changed = near & (begin + end >= pl.max_horizontal(length, other_length) - 1)
    neighbours = (one.str.slice(begin, 1) == other.str.slice(begin + 1, 1)) & (
        one.str.slice(begin + 1, 1) == other.str.slice(begin, 1)
    )
    exchanged = (length == other_length) & (begin + end == length - 2) & neighbours
    return ((one != other) & (changed | exchanged)).fill_null(False)


def near_keys(strangers: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """For each stranger `near`: the first known key of its table that is one slip of the pen away.

    Each key is spelt with every one of its characters left out in turn, so that two keys one slip apart meet in a
    spelling. For tables with some thousands of keys.

    Args:
        strangers: `table` and `key`.
        known: the same of the keys that are there.

    Returns:
        `table`, `key`, `near` of the strangers that have one.
    """
    near = _spellings(known).rename({"key": "near"})
    met = _spellings(strangers).join(near, on=["table", "spelt"])
    slip = one_slip(pl.col("key").str.to_uppercase(), pl.col("near").str.to_uppercase())
    return met.filter(slip).group_by("table", "key").agg(pl.col("near").min())


def _spellings(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The keys with `spelt`: in capitals, whole and without each one of their characters."""
    text, at = pl.col("_text"), pl.col("_at")
    spelt = pl.when(at < 0).then(text).otherwise(text.str.head(at) + text.str.slice(at + 1))
    return (
        keys.select("table", "key")
        .drop_nulls()
        .unique()
        .with_columns(pl.col("key").str.to_uppercase().alias("_text"))
        .with_columns(pl.int_ranges(-1, text.str.len_chars().cast(pl.Int64)).alias("_at"))
        .explode("_at")
        .select("table", "key", spelt.alias("spelt"))
    )
