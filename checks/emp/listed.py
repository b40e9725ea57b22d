"""Keys that another table does not know, and the slips of the pen that explain them.

A slip is a character too many, too few, changed, or exchanged with its neighbour.
"""

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
    plainly = plain(pl.col(column)).alias("_plain")
    return (
        rows.drop_nulls(column)
        .join(known, on=column, how="anti")
        .with_columns(plainly)
        .join(known.select(plainly), on="_plain", how="anti")
        .drop("_plain")
    )


def with_named_slip(rows: pl.LazyFrame, column: str, other: str) -> pl.LazyFrame:
    """The rows with `slip`: the key in `other`, where one slip lies between it and that in `column`."""
    ours, theirs = pl.col(column).str.to_uppercase(), pl.col(other).str.to_uppercase()
    at = pl.col("_at")
    changed = _without(ours, at) == _without(theirs, at)
    longer = (_without(ours, at) == theirs) | (_without(theirs, at) == ours)
    same_out = ours.str.slice(at, 1) == theirs.str.slice(at + 1, 1)
    exchanged = same_out & (_without(ours, at) == _without(theirs, at + 1))
    slip = (ours != theirs) & (changed | longer | exchanged)
    most = pl.max_horizontal(ours.str.len_chars(), theirs.str.len_chars()).fill_null(1).cast(pl.Int64)
    return (
        rows.with_row_index("_row")
        .with_columns(pl.int_ranges(0, most).alias("_at"))
        .explode("_at")
        .with_columns(pl.when(slip).then(other).alias("slip"))
        .group_by("_row", *rows.collect_schema().names())
        .agg(pl.col("slip").drop_nulls().first())
        .drop("_row")
    )


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
    known = listed(tables, table, "slip").unique()
    named = with_named_slip(absent, column, other).join(
        known.select("slip", pl.col("slip").alias("_named")), on="slip", how="left"
    )
    names = [*absent.collect_schema().names(), "_named"]
    alone = pl.when(pl.len().over(column) == 1).then(column).alias("_key")
    # Without a stranger, which is the rule, no key need be spelt.
    asked = known.join(absent.head(1).select(pl.lit(True).alias("_any")), how="cross").select(
        pl.col("slip").alias("_near")
    )
    near = _spelt(asked, "_near").rename({"_at": "_near_at", "_out": "_near_out"})
    at, near_at = pl.col("_at"), pl.col("_near_at")
    longer = (at < 0) ^ (near_at < 0)
    changed = (at >= 0) & (at == near_at)
    exchanged = ((at - near_at).abs() == 1) & (pl.col("_out") == pl.col("_near_out"))
    slip = (longer | changed | exchanged) & (pl.col("_key") != pl.col("_near"))
    return (
        _spelt(named.select(*names, alone).with_row_index("_row"), "_key")
        .join(near, on="_spelt", how="left")
        .group_by("_row", *names)
        .agg(pl.col("_near").filter(slip).min())
        .with_columns(pl.coalesce("_named", "_near").alias("slip"))
        .drop("_row", "_named", "_near")
    )


def _spelt(keys: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Each row once for the key as it is (`_at` -1), and once without each of its characters (`_out`, at `_at`)."""
    text, at = pl.col(column).str.to_uppercase(), pl.col("_at")
    last = text.str.len_chars().fill_null(0).cast(pl.Int64)
    return (
        keys.with_columns(pl.int_ranges(-1, last).alias("_at"))
        .explode("_at")
        .with_columns(
            text.str.slice(at, 1).alias("_out"),
            pl.when(at < 0).then(text).otherwise(_without(text, at)).alias("_spelt"),
        )
    )


def _without(text: pl.Expr, at: pl.Expr) -> pl.Expr:
    """The text without its character at a place."""
    return text.str.head(at) + text.str.slice(at + 1)
