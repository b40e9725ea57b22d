"""Workstations: where they stand, who uses them, and whose own desk they are."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables

#: Share of an officer's rows at one office that makes a workstation this officer's own desk.
OWN = 0.5
#: Least share of all the officer's rows, or so many, so that the one desk of a visit is not the visitor's own.
SETTLED = 0.05
SETTLED_ROWS = 10
#: Actions that maintenance takes in the name of a user, wherever that user is.
_MAINTENANCE = ("cleanup", "migrate")


def rows(tables: Tables) -> pl.LazyFrame:
    """The access log's rows with user and workstation, maintenance left out."""
    log = tables["access_log"].drop_nulls(["user_id", "workstation_id"])
    return log.filter(pl.col("action").is_null() | ~pl.col("action").is_in(_MAINTENANCE))


def sites(tables: Tables) -> pl.LazyFrame:
    """Columns workstation_id, site: the office of each workstation, those at two offices left out."""
    stations = tables["stations"].drop_nulls(["workstation_id", "office_id"])
    named = stations.group_by("workstation_id").agg(
        pl.col("office_id").first().alias("site"), pl.col("office_id").n_unique().alias("sites")
    )
    return named.filter(pl.col("sites") == 1).drop("sites")


def uses(tables: Tables) -> pl.LazyFrame:
    """One row for each user and workstation: used (rows), first and last (instants with offsets), site, own.

    `site`: the workstation's office, null where it is not known.
    `own`: at least half of the user's rows at that office, and a twentieth of all or ten, are
    from this workstation.
    """
    # Asked for only where an office's zone is not known: any of the offsets written will do.
    offset = pl.col("at_offset").first().alias("first_offset"), pl.col("at_offset").first().alias("last_offset")
    pairs = (
        rows(tables)
        .group_by("user_id", "workstation_id")
        .agg(pl.len().alias("used"), pl.col("at").min().alias("first"), pl.col("at").max().alias("last"), *offset)
        .join(sites(tables), on="workstation_id", how="left")
    )
    at_office = pl.col("used").sum().over("user_id", pl.coalesce("site", "workstation_id"))
    everywhere = pl.col("used").sum().over("user_id")
    settled = (pl.col("used") >= SETTLED * everywhere) | (pl.col("used") >= SETTLED_ROWS)
    own = (pl.col("used") >= OWN * at_office) & settled
    return pairs.with_columns(own.alias("own"))


def with_permit(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `permit`: the number of the permit that the row is about, null where the register has none.

    Args:
        found: few rows of the access log, with row, object_type, object_id.
        tables: has permits.
    """
    about = pl.when(pl.col("object_type") == "permit").then("object_id")
    known = tables["permits"].select(pl.col("permit_number").alias("number"), pl.col("permit_number").alias("permit"))
    named = found.with_columns(about.alias("number")).join(known, on="number", how="left").drop("number")
    # A number may stand in several rows of permits.
    return named.unique("row", keep="any")
