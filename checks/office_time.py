"""When something happened by the clock on the office's wall."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.rows import Tables

#: Weekly instants at which a zone is asked for its offset; no zone moved its clocks for less than a week since 1970.
_FIRST, _LAST = dt.datetime(1970, 1, 4, tzinfo=dt.UTC), dt.datetime(2050, 1, 2, tzinfo=dt.UTC)


def office_time(frame: pl.LazyFrame, tables: Tables, *columns: str, office: str = "office_id") -> pl.LazyFrame:
    """The frame with `<column>_local` for each instant: date and time of day at the office, without a zone.

    The zone is the office's own; where the register does not say it, the offset that was written with the instant.
    A conversion costs about 0.1 s for a million instants and zone that moves its clocks, so filter first.

    Args:
        frame: rows with the instants, their offsets and the office.
        tables: has `offices`.
        columns: names of the instants.
        office: column that names the office.
    """
    zones = _zones(tables)
    offices = (
        tables["offices"]
        .join(zones.lazy(), on="timezone")
        .select(
            pl.col("office_id").alias(office),
            pl.when(pl.col("_least") == pl.col("_most")).then("_least").alias("_fixed"),
            pl.when(pl.col("_least") != pl.col("_most")).then("timezone").alias("_zone"),
        )
    )
    moving = zones.filter(pl.col("_least") != pl.col("_most"))["timezone"].to_list()
    joined = frame.join(offices, on=office, how="left")
    for column in columns:
        instant = pl.col(column)
        minutes = pl.coalesce("_fixed", f"{column}_offset", pl.lit(0, pl.Int16))
        local = instant.dt.replace_time_zone(None) + pl.duration(minutes=minutes)
        for zone in moving:
            there = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
            local = pl.when(pl.col("_zone") == zone).then(there).otherwise(local)
        joined = joined.with_columns(local.alias(f"{column}_local"))
    return joined.drop("_zone", "_fixed")


def clock_range(tables: Tables) -> pl.LazyFrame:
    """`office_id` with `least_offset` and `most_offset`: minutes east of UTC that its clock can ever show.

    With it, rows can be passed over before they are converted. Offices whose zone is not known are not in it.
    """
    return (
        tables["offices"]
        .join(_zones(tables).lazy(), on="timezone")
        .select("office_id", pl.col("_least").alias("least_offset"), pl.col("_most").alias("most_offset"))
    )


def _zones(tables: Tables) -> pl.DataFrame:
    """Each zone that an office is in, with its least and greatest offset in minutes."""
    # Some dozens of offices: looked at once, because a conversion takes its zone from the query and not from a column.
    named = tables["offices"].select(pl.col("timezone").drop_nulls().unique().sort()).collect()["timezone"].to_list()
    weeks = pl.select(pl.datetime_range(_FIRST, _LAST, "1w", time_zone="UTC").alias("at"))
    offsets = weeks.select(
        (pl.col("at").dt.convert_time_zone(zone).dt.replace_time_zone(None) - pl.col("at").dt.replace_time_zone(None))
        .dt.total_minutes()
        .cast(pl.Int16)
        .alias(zone)
        for zone in named
    )
    schema = {"timezone": pl.String(), "_least": pl.Int16(), "_most": pl.Int16()}
    return pl.DataFrame([(zone, offsets[zone].min(), offsets[zone].max()) for zone in named], schema, orient="row")
