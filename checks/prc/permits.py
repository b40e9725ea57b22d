"""Permits as this family takes them, and joins by key that a million rows can afford."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.rows import RowContext, Tables

#: Kind of the documents that the order of the process governs; a register that names no kinds has no others.
WORK_PERMIT = "work-permit"


def work_permits(tables: Tables, *columns: str) -> pl.LazyFrame:
    """`row` and these columns of the work permits that have been issued."""
    kind = pl.col("kind").fill_null(WORK_PERMIT) == WORK_PERMIT
    return tables["permits"].filter(kind & pl.col("issued_at").is_not_null()).select("row", *columns)


def matched(frame: pl.LazyFrame, other: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Rows of both that have the same key, without the key.

    They are matched by 64-bit hashes, which takes a fifth of the time of texts; two keys of one hash are to be expected
    once in 10 million registers of a million rows. What is found must be joined again by `detailed` and by text.
    """
    hashed = pl.col(key).hash().alias("_key")
    left = frame.filter(pl.col(key).is_not_null()).with_columns(hashed).drop(key)
    return left.join(other.filter(pl.col(key).is_not_null()).with_columns(hashed).drop(key), on="_key").drop("_key")


def unmatched(frame: pl.LazyFrame, other: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Rows whose key, where they have one, does not stand in the other; matched as by `matched`."""
    hashed = pl.col(key).hash().alias("_key")
    known = other.filter(pl.col(key).is_not_null()).select(hashed)
    return frame.filter(pl.col(key).is_not_null()).with_columns(hashed).join(known, on="_key", how="anti").drop("_key")


def detailed(found: pl.LazyFrame, tables: Tables, *columns: str) -> pl.LazyFrame:
    """The permits whose `row` was found, once each, with these columns beside those found."""
    return found.unique("row", keep="any").join(tables["permits"].select("row", *columns), on="row")


def named(column: str) -> pl.Expr:
    """A category or another word as law packs write it: capitals, single blanks."""
    return pl.col(column).str.strip_chars().str.replace_all(r"\s+", " ").str.to_uppercase()


def known_rows(tables: Tables, table: str) -> pl.LazyFrame:
    """`key` of rows that were delivered but could not be taken: nobody may call them absent."""
    return tables["refused"].filter(pl.col("table") == table).select("key").drop_nulls().unique()


def register_to(tables: Tables, context: RowContext) -> pl.Expr:
    """The instant up to which the register goes: that of its snapshot, else the day of the run."""
    # One row: looked at once.
    last = tables["snapshot"].select(pl.col("as_of").max()).collect().item()
    return pl.lit(last or dt.datetime.combine(context.today, dt.time(), dt.UTC))
