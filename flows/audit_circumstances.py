"""The circumstances in which permits were handled: offices and their nights, work on closed days, edits.

For the innocent causes that are tried on leads; nothing of it counts towards one.
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.prc.hours import at_a_desk, by_calendar, steps_on_closed_days
from checks.prc.prc109_edited_after_approval import KEY_FIELDS
from checks.rows import Tables
from pipeline.audit.innocent import CLOSED, EDITS, OFFICES, Circumstances

_CALENDAR = frozenset({"calendar.open", "permits.office_id", "permits.issued_at"})
_LOG = frozenset({f"access_log.{name}" for name in ("at", "user_id", "action", "object_id", "field")})


def circumstances(tables: Tables, delivered: frozenset[str]) -> Circumstances:
    """Everything that innocent causes are tried on beside the permits.

    Args:
        tables: of the register.
        delivered: `table.column` of what the register has.
    """
    return Circumstances(_offices(tables), closed_days(tables, delivered), edits(tables, delivered))


def _offices(tables: Tables) -> pl.DataFrame:
    """When each office opened, and whether its hours reach into the night."""
    opens, closes = pl.col("opens").dt.hour(), pl.col("closes").dt.hour()
    night = (closes >= 22) | (opens < 5) | (pl.col("closes") <= pl.col("opens"))
    hours = tables["hours"].group_by("office_id").agg(night.any().alias("night"))
    known = tables["offices"].select("office_id", "opened_on").join(hours, on="office_id", how="left")
    return known.select(list(OFFICES)).cast(OFFICES).collect()


def closed_days(tables: Tables, delivered: frozenset[str]) -> pl.DataFrame | None:
    """Steps of permits on days on which their office was closed, columns of CLOSED; None without a calendar."""
    if not delivered >= _CALENDAR:
        return None
    shut = by_calendar(steps_on_closed_days(tables), tables).filter(~pl.col("open"))
    away = at_a_desk(shut, tables, pl.duration()).filter(~pl.col("at_desk"))
    numbers = tables["permits"].select("row", "permit_number")
    found = away.join(numbers, on="row").select(
        "permit_number", "office_id", pl.col("date").alias("day"), pl.col("by").alias("who")
    )
    return found.drop_nulls("permit_number").unique().cast(CLOSED).collect().sort(CLOSED.names())


def edits(tables: Tables, delivered: frozenset[str]) -> pl.DataFrame | None:
    """Edits of key fields of permits, columns of EDITS; None without an access log.

    An edit of an application is one of each of its permits. Days are the office's.
    """
    if not delivered >= _LOG:
        return None
    made = tables["access_log"].filter((pl.col("action") == "edit") & pl.col("field").is_in(KEY_FIELDS))
    permits = tables["permits"].select("permit_number", "application_id", "office_id")
    parts = [
        made.join(permits.with_columns(pl.col(key).alias("object_id")).drop_nulls("object_id"), on="object_id")
        for key in ("permit_number", "application_id")
    ]
    local = office_time(
        pl.concat([part.select("permit_number", "office_id", "at", "at_offset", "user_id", "field") for part in parts]),
        tables,
        "at",
    )
    found = local.select(
        "permit_number", pl.col("at_local").dt.date().alias("day"), pl.col("user_id").alias("who"), "field"
    )
    return found.drop_nulls().unique().cast(EDITS).collect().sort(EDITS.names())
