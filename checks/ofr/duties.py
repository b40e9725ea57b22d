"""Whether duties could be kept apart: who else was there."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.office_time import office_time
from checks.ofr.postings import postings
from checks.ofr.steps import STEPS
from checks.rows import RowContext, Tables

#: The hours at which an office with a night desk has one person: from, until.
NIGHT = (dt.time(22), dt.time(5))


def alone(found: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The rows of offices that had more than one officer in that month, with at_local, day and month.

    Args:
        found: few rows with office_id, at, at_offset.
        tables: has postings; without any, permits are asked who acted.
        context: says whether postings were delivered.
    """
    dated = office_time(found.drop_nulls(["office_id", "at"]), tables, "at").with_columns(
        pl.col("at_local").dt.date().alias("day"), pl.col("at_local").dt.month_start().dt.date().alias("month")
    )
    staffed = _posted(tables) if context.has("postings.officer_id", "postings.from") else _acted(tables)
    return dated.join(staffed, on=["office_id", "month"], how="semi")


def _posted(tables: Tables) -> pl.LazyFrame:
    """Office and month with postings of more than one officer; an office without any posting is as if it had."""
    months = (
        tables["permits"]
        .select("office_id", pl.coalesce("decided_at", "issued_at").dt.date().alias("day"))
        .drop_nulls()
    )
    # A day at either end more, because local time may lie in the next or the last month.
    spread = pl.concat([months.with_columns(pl.col("day").dt.offset_by(by)) for by in ("-1d", "1d")])
    months = spread.select("office_id", pl.col("day").dt.month_start().alias("month")).unique()
    posted = postings(tables).select("officer", "office_id", "since", "till")
    then = (pl.col("since") <= pl.col("month").dt.month_end()) & (pl.col("till") >= pl.col("month"))
    there = pl.when(then).then("officer").drop_nulls().n_unique()
    return (
        months.join(posted, on="office_id", how="left")
        .group_by("office_id", "month")
        .agg(there.alias("there"), pl.col("officer").is_null().all().alias("unknown"))
        .filter((pl.col("there") > 1) | pl.col("unknown"))
    )


def _acted(tables: Tables) -> pl.LazyFrame:
    """Office and month in which more than one officer took a step."""
    steps = pl.concat(
        [
            tables["permits"]
            .select(
                "office_id",
                pl.col(step.officer).alias("officer"),
                pl.col(step.instant).dt.date().dt.month_start().alias("month"),
            )
            .drop_nulls()
            .unique()
            for step in STEPS
        ]
    )
    counted = steps.group_by("office_id", "month").agg(pl.col("officer").n_unique().alias("there"))
    return counted.filter(pl.col("there") > 1)


def with_company(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `posted`, how many others were posted there that day, `company`, those of them not on leave, and cover_row.

    `cover_row`: the officer's own posting as cover, where the officer had no other there that day.

    Args:
        found: few rows with permit_row, office_id, officer, day.
        tables: has postings and leave.
    """
    posted = postings(tables).select(
        "office_id",
        "since",
        "till",
        "posting_row",
        pl.col("officer").alias("other"),
        pl.col("role").alias("other_role"),
    )
    leave = tables["leave"].select(
        pl.col("officer_id").alias("other"), pl.col("from").alias("away_from"), pl.col("to").alias("away_to")
    )
    there = pl.col("day").is_between("since", "till").fill_null(False)
    away = pl.col("day").is_between("away_from", "away_to").fill_null(False).any().over("permit_row", "other")
    own = pl.col("other") == pl.col("officer")
    others = pl.when(there & own.not_()).then("other").drop_nulls().n_unique().over("permit_row")
    present = pl.when(there & own.not_() & pl.col("away").not_()).then("other").drop_nulls().n_unique()
    covering = (pl.col("other_role") == "cover").fill_null(False)
    at_home = (there & own & covering.not_()).any().over("permit_row")
    cover = pl.when(there & own & covering & at_home.not_()).then("posting_row").min().over("permit_row")
    return (
        found.join(posted, on="office_id", how="left")
        .join(leave, on="other", how="left")
        .with_columns(away.alias("away"))
        .with_columns(others.alias("posted"), present.over("permit_row").alias("company"), cover.alias("cover_row"))
        .unique("permit_row", keep="first", maintain_order=True)
        .drop("since", "till", "posting_row", "other", "other_role", "away", "away_from", "away_to")
    )


def with_innocent(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `innocent`: why one person did the work, null where nothing says so.

    Args:
        found: as from `with_company`, with channel and at_local.
        tables: has hours.
    """
    weekday = (pl.col("at_local").dt.weekday() - 1).cast(pl.Int64)
    clock = pl.col("at_local").dt.time()
    hours = tables["hours"].select("office_id", "weekday", "opens", "closes", "valid_from", "valid_to")
    valid = pl.all_horizontal(
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("day")),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("day")),
    )
    late = (clock >= pl.lit(NIGHT[0])) | (clock <= pl.lit(NIGHT[1]))
    desk = valid & (pl.col("closes") < pl.col("opens"))
    night = late & desk.fill_null(False).any().over("permit_row")
    mobile = pl.col("channel") == "mobile"
    return (
        found.with_columns(weekday.alias("weekday"))
        .join(hours, on=["office_id", "weekday"], how="left")
        .with_columns(
            pl.when((pl.col("posted") > 0) & (pl.col("company") == 0))
            .then(pl.lit("the others were away that day"))
            .when(mobile | pl.col("cover_row").is_not_null() | night)
            .then(pl.lit("a mobile team or a night desk of one did the work"))
            .alias("innocent")
        )
        .unique("permit_row", keep="first", maintain_order=True)
        .drop("weekday", "opens", "closes", "valid_from", "valid_to")
    )
