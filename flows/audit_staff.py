"""What the register says of the staff beside their permits: the assignment log, and when postings ended."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.office_time import office_time
from checks.rows import Tables
from pipeline.audit.assignment_log import LOG
from pipeline.audit.timing import ENDS

_APPLICATIONS = "applications."
#: Days between two postings at one office that are one stay.
_ONE_STAY = 31


def assignment_log(
    tables: Tables, delivered: frozenset[str], first: dt.date | None, last: dt.date | None
) -> pl.DataFrame:
    """The applications assigned in the period, with the columns of LOG that the register has; times as the office's.

    Args:
        tables: of the register.
        delivered: `table.column` of what the register has.
        first: first day of assignment; None: from the beginning; `last` likewise.
        last: last day.
    """
    known = [name for name in LOG if f"{_APPLICATIONS}{name}" in delivered]
    if "application_id" not in known:
        return LOG.to_frame()
    local = office_time(tables["applications"], tables, "lodged_at", "assigned_at")
    at = pl.col("assigned_at_local").dt.date()
    inside = [at >= first] if first is not None else []
    inside += [at <= last] if last is not None else []
    chosen = local.filter(*inside) if inside else local
    columns = [pl.col(f"{name}_local").alias(name) if f"{name}_local" in _TIMES else pl.col(name) for name in known]
    return chosen.select(columns).cast({name: LOG[name] for name in known}).drop_nulls("application_id").collect()


_TIMES = frozenset({"lodged_at_local", "assigned_at_local"})


def postings_ended(tables: Tables, delivered: frozenset[str]) -> pl.DataFrame | None:
    """Days on which officers left an office, by their postings, or the service; None where the register says neither.

    A posting that is followed by another at the same office within a month has not ended there.
    """
    found = [ENDS.to_frame()]
    if {"postings.officer_id", "postings.office_id", "postings.to"} <= delivered:
        stays = tables["postings"].select("officer_id", "office_id", "from", "to").collect()
        open_ended = pl.col("to").fill_null(dt.date(9999, 12, 31)).alias("until")
        stays = stays.with_columns(open_ended).drop_nulls("officer_id").sort("officer_id", "office_id", "from")
        follows = stays.select("officer_id", "office_id", pl.col("from").alias("next"), pl.col("until").alias("then"))
        goes_on = (
            stays.select("officer_id", "office_id", "until")
            .join(follows, on=["officer_id", "office_id"])
            .filter(
                pl.col("next").fill_null(dt.date(1, 1, 1)) <= pl.col("until").dt.offset_by(f"{_ONE_STAY}d"),
                pl.col("then") > pl.col("until"),
            )
        )
        ended = stays.filter(pl.col("to").is_not_null())
        found.append(ended.join(goes_on, on=["officer_id", "office_id", "until"], how="anti").select(list(ENDS)))
    if {"officers.officer_id", "officers.active_to"} <= delivered:
        left = tables["officers"].select("officer_id", pl.lit(None, pl.String).alias("office_id"), until="active_to")
        found.append(left.drop_nulls(["officer_id", "until"]).select(list(ENDS)).collect())
    return pl.concat(found).unique(maintain_order=True) if len(found) > 1 else None
