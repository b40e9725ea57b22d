"""What the access log says was done to a row, and whether somebody ordered it."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.rows import Tables

#: Work on legacy data.
TIDYING = ("cleanup", "migrate")
#: By which a row goes.
REMOVAL = ("delete", *TIDYING)
_TICKET = "ticket"
#: A ticket orders what is done within so many days after it.
TICKET = dt.timedelta(days=7)


def acts(tables: Tables, *actions: str) -> pl.LazyFrame:
    """These rare actions and the tickets: `act_row`, `act`, `at`, `user_id`, `object_id`, `field`, `old`, `new`."""
    asked = pl.col("action").is_in([*actions, _TICKET]) & pl.col("object_id").is_not_null()
    named = (pl.col("row").alias("act_row"), pl.col("action").alias("act"))
    # The log is read once, however often the acts are asked for.
    return (
        tables["access_log"].filter(asked).select(*named, "at", "user_id", "object_id", "field", "old", "new").cache()
    )


def ordered(done: pl.LazyFrame, log: pl.LazyFrame) -> pl.LazyFrame:
    """The acts with `ticket_row`: a ticket on the same object by another user in the days before; null without one.

    Args:
        done: some of `log`.
        log: from `acts`.
    """
    tickets = log.filter(pl.col("act") == _TICKET).select(
        "object_id",
        pl.col("act_row").alias("ticket_row"),
        pl.col("at").alias("_ticket_at"),
        pl.col("user_id").alias("_by"),
    )
    met = done.select("act_row", "at", "user_id", "object_id").join(tickets, on="object_id")
    before = pl.col("_ticket_at").is_between(pl.col("at") - TICKET, pl.col("at"))
    held = met.filter(before & (pl.col("_by") != pl.col("user_id")))
    first = held.group_by("act_row").agg(pl.col("ticket_row").min())
    return done.join(first, on="act_row", how="left")


def removals(log: pl.LazyFrame) -> pl.LazyFrame:
    """For each object whose row was deleted, cleaned up or migrated: `act_row`, `act`, and `ticket_row`, if any."""
    done = ordered(log.filter(pl.col("act").is_in(REMOVAL)), log)
    # An act that was ordered goes before one that was not.
    first = done.sort("ticket_row", "act_row", nulls_last=True).unique("object_id", keep="first", maintain_order=True)
    return first.select("object_id", "act_row", "act", "ticket_row")


def tidied(log: pl.LazyFrame) -> pl.LazyFrame:
    """`object_id` of what work on legacy data has touched."""
    return log.filter(pl.col("act").is_in(TIDYING)).select("object_id").unique()
