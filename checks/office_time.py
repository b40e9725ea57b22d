"""When something happened by the clock on the office's wall."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables


def office_time(frame: pl.LazyFrame, tables: Tables, *columns: str, office: str = "office_id") -> pl.LazyFrame:
    """The frame with `<column>_local` for each instant: date and time of day at the office, without a zone.

    The zone is the office's own; where the register does not say it, the offset that was written with the instant.

    Args:
        frame: rows with the instants, their offsets and the office.
        tables: has `offices`.
        columns: names of the instants.
        office: column that names the office.
    """
    offices = tables["offices"].select(pl.col("office_id").alias(office), pl.col("timezone").alias("_zone"))
    # Some dozens of offices: looked at once, because a conversion takes its zone from the query and not from a column.
    zones = offices.select(pl.col("_zone").drop_nulls().unique()).collect()["_zone"].sort().to_list()
    joined = frame.join(offices, on=office, how="left")
    for column in columns:
        instant = pl.col(column)
        local = (instant + pl.duration(minutes=pl.col(f"{column}_offset").fill_null(0))).dt.replace_time_zone(None)
        for zone in zones:
            there = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
            local = pl.when(pl.col("_zone") == zone).then(there).otherwise(local)
        joined = joined.with_columns(local.alias(f"{column}_local"))
    return joined.drop("_zone")
