"""Keys that another table does not know, and the slips of the pen that explain them."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables
from pipeline.reference.register_tables import TABLES


def plain(text: pl.Expr) -> pl.Expr:
    """Text in capitals without blanks, hyphens and other marks between letters and digits."""
    return text.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def listed(tables: Tables, table: str, name: str) -> pl.LazyFrame:
    """Column `name`: every key of a table, those of rows that were delivered and could not be taken among them."""
    refused = tables["refused"].filter(pl.col("table") == table).select(pl.col("key").alias(name))
    return pl.concat([tables[table].select(pl.col(TABLES[table].key or "").alias(name)), refused]).drop_nulls()


def not_listed(rows: pl.LazyFrame, column: str, tables: Tables, table: str) -> pl.LazyFrame:
    """Rows whose `column` is no key of a table, also when both are written plainly; a null is no key."""
    known = listed(tables, table, column)
    absent = rows.drop_nulls(column).join(known, on=column, how="anti")
    strangers = (
        absent.select(column)
        .unique()
        .with_columns(plain(pl.col(column)).alias("_plain"))
        .join(known.select(plain(pl.col(column)).alias("_plain")), on="_plain", how="anti")
    )
    return absent.join(strangers.select(column), on=column, how="semi")


def with_slip(absent: pl.LazyFrame, column: str, tables: Tables, table: str, other: str) -> pl.LazyFrame:
    """The rows of `not_listed` with `slip`: the listed key that one slip of the pen turned into theirs, else null.

    Where keys are dense nearly every stranger is one slip from some key, so more is asked: another paper names that
    very key, or the stranger stands on this one row only.

    Args:
        absent: the rows.
        column: their key.
        tables: the register.
        table: whose keys are listed.
        other: column of the rows with the key that another paper gives; null where none does.
    """
    near = _one_slip_apart(absent.select(column), listed(tables, table, column), column)
    first = near.group_by(column).agg(pl.col("near").min())
    named = near.select(column, pl.col("near").alias(other), pl.col("near").alias("_named"))
    alone = pl.len().over(column) == 1
    return (
        absent.join(named, on=[column, other], how="left")
        .join(first, on=column, how="left")
        .with_columns(pl.coalesce("_named", pl.when(alone).then(pl.col("near"))).alias("slip"))
        .drop("_named", "near")
    )


def with_named_slip(rows: pl.LazyFrame, column: str, other: str) -> pl.LazyFrame:
    """The rows with `slip`: the key in `other`, where one slip of the pen lies between it and that in `column`."""
    near = _one_slip_apart(rows.select(column), rows.select(pl.col(other).alias(column)).drop_nulls(), column)
    pairs = near.select(column, pl.col("near").alias(other), pl.col("near").alias("slip"))
    return rows.join(pairs, on=[column, other], how="left")


def _one_slip_apart(strangers: pl.LazyFrame, known: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Pairs of a stranger and a listed key (`near`) with a character too many, too few, changed or exchanged.

    Each key is spelt with every one of its characters left out in turn; two keys one slip apart meet in a spelling.
    """
    near = _spellings(known, column).rename({column: "near", "_at": "_near_at", "_left_out": "_near_left_out"})
    met = _spellings(strangers, column).join(near, on="_spelt")
    at, near_at = pl.col("_at"), pl.col("_near_at")
    one_longer = (at < 0) ^ (near_at < 0)
    changed = (at >= 0) & (at == near_at)
    exchanged = ((at - near_at).abs() == 1) & (pl.col("_left_out") == pl.col("_near_left_out"))
    slip = (one_longer | changed | exchanged) & (pl.col(column) != pl.col("near"))
    return met.filter(slip).select(column, "near").unique()


def _spellings(keys: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """`_spelt`: the key in capitals as it is (`_at` -1), and without the character `_left_out` at `_at`."""
    text, at = pl.col("_text"), pl.col("_at")
    without = text.str.head(at) + text.str.slice(at + 1)
    return (
        keys.unique()
        .with_columns(pl.col(column).str.to_uppercase().alias("_text"))
        .with_columns(pl.int_ranges(-1, text.str.len_chars().cast(pl.Int64)).alias("_at"))
        .explode("_at")
        .select(
            column,
            "_at",
            text.str.slice(at, 1).alias("_left_out"),
            pl.when(at < 0).then(text).otherwise(without).alias("_spelt"),
        )
    )
