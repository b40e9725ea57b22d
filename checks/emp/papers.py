"""The rows of another table that belong to a few rows at hand."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables


def with_row_of(few: pl.LazyFrame, tables: Tables, table: str, key: str, **columns: str) -> pl.LazyFrame:
    """The rows with columns of another table's row of the same key, null where it has none.

    The other table is cut down to the keys at hand before it is joined, so that a million rows are passed by and not
    held. Of several rows with one key the first counts.

    Args:
        few: rows with `key`.
        tables: the register.
        table: name of the other table.
        key: column in both.
        columns: new name and the other table's name of each column.
    """
    rows = (
        tables[table]
        .select(key, "row", *(pl.col(theirs).alias(ours) for ours, theirs in columns.items()))
        .join(few.select(key), on=key, how="semi")
        .sort("row")
        .unique(key, keep="first")
        .drop("row")
    )
    return few.join(rows, on=key, how="left")
