"""What the access log says about rows that look irregular."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.permits import matched
from checks.rows import Tables

#: Actions of work on legacy data.
TIDYING = ("cleanup", "migrate")
#: A person other than the one who acts orders the act at most so long before.
TICKET_DAYS = 7


def logged(found: pl.LazyFrame, tables: Tables, action: str, prefix: str = "logged") -> pl.LazyFrame:
    """The frame with `logged_at` and `logged_row`: the first act of that name on the permit, null where none is.

    Args:
        found: permits with `row` and `permit_number`.
        tables: the register.
        action: word of the log.
        prefix: of the columns added.
    """
    acts = tables["access_log"].filter(pl.col("action") == action)
    ours = matched(
        found.select("row", pl.col("permit_number").alias("object_id")),
        acts.select("object_id", pl.col("at").alias(f"{prefix}_at"), pl.col("row").alias(f"{prefix}_row")),
        "object_id",
    )
    first = ours.sort(f"{prefix}_at").unique("row", keep="first", maintain_order=True)
    return found.join(first, on="row", how="left")


def tidied(found: pl.LazyFrame, tables: Tables, *keys: str) -> pl.LazyFrame:
    """The frame with `tidied`: whether one of the objects that `keys` name was touched by work on legacy data."""
    touched = tables["access_log"].filter(pl.col("action").is_in(TIDYING)).select("object_id").drop_nulls().unique()
    marks = [f"_tidied_{key}" for key in keys]
    for key, mark in zip(keys, marks, strict=True):
        found = found.join(touched.select(pl.col("object_id").alias(key), pl.lit(True).alias(mark)), on=key, how="left")
    return found.with_columns(pl.any_horizontal(pl.col(marks).fill_null(False)).alias("tidied")).drop(marks)


def ordered(acts: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The acts (`at`, `user_id`, `object_id`) with `ordered`: the last ticket on the object is somebody else's.

    One that is older than TICKET_DAYS is none.
    """
    tickets = (
        tables["access_log"]
        .filter(pl.col("action") == "ticket")
        .select("object_id", pl.col("at").alias("_ticket_at"), pl.col("user_id").alias("_ticket_by"))
    )
    last = acts.sort("at").join_asof(
        tickets.sort("_ticket_at"),
        left_on="at",
        right_on="_ticket_at",
        by="object_id",
        strategy="backward",
        check_sortedness=False,
        tolerance=dt.timedelta(days=TICKET_DAYS),
    )
    ordered = (pl.col("_ticket_by") != pl.col("user_id")).fill_null(False)
    return last.with_columns(ordered.alias("ordered")).drop("_ticket_by", "_ticket_at", strict=False)
