"""Joins by a text key that a million rows can afford."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables


def unknown(rows: pl.LazyFrame, column: str, *known: pl.LazyFrame) -> pl.LazyFrame:
    """Rows whose `column` has a value that none of the `known` frames has in their only column.

    Keys are compared by 64-bit hashes, which takes a fifth of the time of texts; two keys of one hash are to be
    expected once in 10 million registers of a million rows.
    """
    keys = [frame.select(pl.first().drop_nulls().hash().alias("_key")) for frame in known]
    return _hashed(rows, column).join(pl.concat(keys), on="_key", how="anti").drop("_key")


def having(rows: pl.LazyFrame, column: str, listed: pl.LazyFrame) -> pl.LazyFrame:
    """Rows whose `column` has a value that stands in the only column of `listed`; compared as by `unknown`."""
    keys = listed.select(pl.first().drop_nulls().hash().alias("_key"))
    return _hashed(rows, column).join(keys, on="_key", how="semi").drop("_key")


def _hashed(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    return rows.filter(pl.col(column).is_not_null()).with_columns(pl.col(column).hash().alias("_key"))


def refused(tables: Tables, table: str) -> pl.LazyFrame:
    """`key` of the rows of a table that were delivered but could not be taken: nobody may call them absent."""
    return tables["refused"].filter(pl.col("table") == table).select("key")


def of_rows(found: pl.LazyFrame, tables: Tables, table: str, *columns: str) -> pl.LazyFrame:
    """These columns, and `row`, of the rows of a table that were found, beside what was found; `found` has `row`."""
    return found.join(tables[table].select("row", *columns), on="row")
