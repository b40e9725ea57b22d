"""The permits of the earlier delivery beside those of the present one."""

from __future__ import annotations

import polars as pl

from checks.reg.days import month_of
from checks.reg.keys import refused, unknown
from checks.rows import Tables

MONTH = ["office_id", "month"]
#: An office, or a month, of which at most such a share of at least so many permits is there was not delivered.
_LEFT_OUT_SHARE = 0.01
_LEFT_OUT_PERMITS = 20
#: So many permits gone, at such a share of the earlier delivery, are another extract of the register.
EXTRACT_PERMITS = 20
EXTRACT_SHARE = 0.1


def vanished(tables: Tables) -> pl.LazyFrame:
    """Rows of the earlier delivery whose number no permit has, nor a row that was delivered and could not be taken."""
    before = tables["earlier.permits"].select("row", "permit_number")
    return unknown(before, "permit_number", tables["permits"].select("permit_number"), refused(tables, "permits"))


def counts(tables: Tables) -> pl.LazyFrame:
    """Permits `before` and `now` by office_id, agency_id and `month` (its first day) of issue."""
    parts = []
    for name, column in (("earlier.permits", "before"), ("permits", "now")):
        rows = tables[name].select("office_id", "agency_id", month_of("issued_at").alias("month"))
        parts.append(rows.drop_nulls(MONTH).group_by(*MONTH, "agency_id").agg(pl.len().cast(pl.Int64).alias(column)))
    both = pl.concat(parts, how="diagonal")
    return both.group_by(*MONTH, "agency_id").agg(pl.col("before", "now").sum())


def left_out(found: pl.LazyFrame, counted: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with `left_out`: whether the present delivery leaves out their whole office, or the whole month.

    Args:
        found: has office_id and `month`.
        counted: from `counts`.
    """
    joined = found
    for column in MONTH:
        sums = counted.group_by(column).agg(pl.col("before", "now").sum())
        gone = (pl.col("before") >= _LEFT_OUT_PERMITS) & (pl.col("now") <= pl.col("before") * _LEFT_OUT_SHARE)
        joined = joined.join(sums.select(column, gone.alias(f"_no_{column}")), on=column, how="left")
    absent = pl.col("_no_office_id").fill_null(False) | pl.col("_no_month").fill_null(False)
    return joined.with_columns(absent.alias("left_out")).drop("_no_office_id", "_no_month")
