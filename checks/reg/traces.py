"""What the access log says was done to a row, and whether somebody ordered it."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.rows import Tables

#: Work on legacy data.
TIDYING = ("cleanup", "migrate")
#: By which a row goes.
REMOVAL = ("delete", *TIDYING)
#: A ticket orders what is done within so many days after it.
TICKET = dt.timedelta(days=7)


def acts(tables: Tables, *actions: str) -> pl.LazyFrame:
    """`act_row`, `act`, `at`, `user_id`, `object_id`, `field`, `old` and `new` of these rare actions."""
    rows = tables["access_log"].filter(pl.col("action").is_in(actions) & pl.col("object_id").is_not_null())
    named = (pl.col("row").alias("act_row"), pl.col("action").alias("act"))
    return rows.select(*named, "at", "user_id", "object_id", "field", "old", "new")


def ordered(done: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The acts with `ticket_row`: a ticket on the same object by another user in the days before; null without one."""
    tickets = tables["access_log"].filter(pl.col("action") == "ticket")
    named = tickets.select(
        "object_id", pl.col("row").alias("ticket_row"), pl.col("at").alias("_ticket_at"), pl.col("user_id").alias("_by")
    )
    met = done.select("act_row", "at", "user_id", "object_id").join(named, on="object_id")
    before = pl.col("_ticket_at").is_between(pl.col("at") - TICKET, pl.col("at"))
    held = met.filter(before & (pl.col("_by") != pl.col("user_id")))
    first = held.group_by("act_row").agg(pl.col("ticket_row").min())
    return done.join(first, on="act_row", how="left")


def removals(tables: Tables) -> pl.LazyFrame:
    """For each object whose row was deleted, cleaned up or migrated: `act_row`, `act`, and `ticket_row`, if any."""
    done = ordered(acts(tables, *REMOVAL), tables)
    # An act that was ordered goes before one that was not.
    first = done.sort("ticket_row", "act_row", nulls_last=True).unique("object_id", keep="first", maintain_order=True)
    return first.select("object_id", "act_row", "act", "ticket_row")


def tidied(tables: Tables) -> pl.LazyFrame:
    """`object_id` of what work on legacy data has touched."""
    return acts(tables, *TIDYING).select("object_id").unique()
