"""Which office was open on which day, and when: the derived table `calendar`.

For each office and day the first that knows decides: whether the office existed, its closures, hours that were set for
these days only, holidays of the office's own country and of its state's law, its weekly hours, its weekend service,
the weekend of law and country. Where none knows, `open` is null.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipeline.reference.policy import Policies
from pipeline.reference.register_tables import TABLES, Kind
from pipeline.register.holidays import days_off

#: Office-days made at most where a slip of the pen puts a date centuries away; beyond it only the months in which the
#: office did something.
_MOST_ROWS = 2_000_000
#: Hours that hold for no more days than these were set for an occasion, and go before holidays.
_OCCASION_DAYS = 31
_DAY = 24 * 60
_LAST_MINUTE = dt.time(23, 59, 59, 999999)
_OFFICES, _HOURS = pl.lit("offices"), pl.lit("hours")


def calendar_of(tables: Mapping[str, pl.LazyFrame], policies: Policies) -> pl.DataFrame:
    """One row for each office and day between the first and the last date of permits and applications.

    Args:
        tables: of the register, typed.
        policies: weekend and public holidays of states whose law is known.

    Returns:
        The columns of table `calendar`, by office and day.
    """
    named = [tables[name].select("office_id") for name in ("offices", "hours", "closures")]
    known = tables["offices"].select("office_id", "country", "opened_on", "closed_on", "weekend_service")
    offices = pl.concat(named).unique().join(known, on="office_id", how="left").collect()
    days = _office_days(tables, offices.lazy())
    off = days_off(offices["country"].str.to_uppercase().unique(), days["date"], policies)
    grid = days.lazy().join(offices.with_columns(pl.col("country").str.to_uppercase()).lazy(), on="office_id")
    grid = grid.with_columns(weekday=pl.col("date").dt.weekday().cast(pl.Int64) - 1)
    closures = (
        tables["closures"]
        .group_by("office_id", "date")
        .agg(pl.col("reason").drop_nulls().first().alias("closure"), pl.lit(True).alias("is_closure").first())
    )
    grid = (
        grid.join(closures, on=["office_id", "date"], how="left")
        .join(_hours(grid, tables["hours"]), on=["office_id", "date"], how="left")
        .join(off.lazy(), on=["country", "date"], how="left", nulls_equal=True)
    )
    decided = _decided(grid).sort("office_id", "date").with_row_index("row", 1)
    return decided.select(pl.col(name).cast(dtype) for name, dtype in TABLES["calendar"].schema.items()).collect()


def _office_days(tables: Mapping[str, pl.LazyFrame], offices: pl.LazyFrame) -> pl.DataFrame:
    """`office_id` and `date`; a day more at both ends, because an instant may fall on the next one there."""
    months = []
    for name in ("permits", "applications"):
        for column in TABLES[name].columns:
            if column.kind is Kind.INSTANT and column.name != "revoked_at":
                day = pl.col(column.name).dt.date()
                grouped = tables[name].group_by("office_id", day.dt.truncate("1mo").alias("month"))
                months.append(grouped.agg(day.min().alias("first"), day.max().alias("last")))
    seen = pl.concat(months).drop_nulls("month").collect(engine="streaming")
    if seen.is_empty():
        return pl.DataFrame(schema={"office_id": pl.String, "date": pl.Date})
    margin = dt.timedelta(days=1)
    first, last = seen["first"].min(), seen["last"].max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    count = offices.select(pl.len()).collect().item()
    if count * ((last - first).days + 3) <= _MOST_ROWS:
        every = pl.LazyFrame({"date": pl.date_range(first - margin, last + margin, eager=True)})
        return offices.select("office_id").join(every, how="cross").collect()
    busy = (
        seen.lazy().select("office_id", "month").unique().join(offices.select("office_id"), on="office_id", how="semi")
    )
    dates = pl.date_ranges(pl.col("month"), pl.col("month").dt.month_end())
    return busy.select("office_id", dates.alias("date")).explode("date").collect()


def _hours(grid: pl.LazyFrame, hours: pl.LazyFrame) -> pl.LazyFrame:
    """For office and day: the hours that hold, whether for an occasion, and whether any day of that week has hours.

    Several on one day are taken as one from the first opening to the last closing.
    """
    from_to = (pl.col("date") >= pl.col("valid_from").fill_null(dt.date.min)) & (
        pl.col("date") <= pl.col("valid_to").fill_null(dt.date.max)
    )
    opens, closes = (pl.col(name).cast(pl.Int64) // 60_000_000_000 for name in ("opens", "closes"))
    rows = hours.select(
        "office_id",
        "weekday",
        "valid_from",
        "valid_to",
        opening=opens,
        closing=closes + pl.when(closes <= opens).then(_DAY).otherwise(0),
        occasion=(pl.col("valid_to") - pl.col("valid_from")).dt.total_days().fill_null(_DAY) < _OCCASION_DAYS,
    )
    days = grid.select("office_id", "date", "weekday")
    held = (
        days.join(rows, on=["office_id", "weekday"])
        .filter(from_to)
        .group_by("office_id", "date")
        .agg(pl.col("opening").min(), pl.col("closing").max(), pl.col("occasion").any())
    )
    weekly = rows.filter(~pl.col("occasion")).select("office_id", "valid_from", "valid_to").unique()
    in_week = days.join(weekly, on="office_id").filter(from_to).select("office_id", "date", has_hours=True).unique()
    return (
        days.join(held, on=["office_id", "date"], how="left")
        .join(in_week, on=["office_id", "date"], how="left")
        .drop("weekday")
    )


def _decided(grid: pl.LazyFrame) -> pl.LazyFrame:
    """`open`, `opens`, `closes`, `reason` and `source` of every row."""
    day = pl.col("date")
    listed = pl.col("opening").is_not_null()
    at_weekend = pl.col("has_hours") | pl.col("weekend").is_not_null()
    none = pl.lit(None, pl.String)
    cases = [
        (day < pl.col("opened_on"), False, pl.format("the office opened on {}", "opened_on"), _OFFICES),
        (day > pl.col("closed_on"), False, pl.format("the office closed on {}", "closed_on"), _OFFICES),
        (pl.col("is_closure"), False, pl.col("closure"), pl.lit("closures")),
        (listed & pl.col("occasion"), True, pl.lit("hours set for these days"), _HOURS),
        (pl.col("holiday").is_not_null(), False, pl.col("holiday"), pl.col("holiday_source")),
        (listed, True, none, _HOURS),
        (pl.col("weekend_service") & at_weekend, True, pl.lit("weekend service"), _OFFICES),
        (pl.col("has_hours"), False, pl.lit("no hours on this day of the week"), _HOURS),
        (pl.col("weekend").is_not_null(), False, pl.col("weekend"), pl.col("weekend_source")),
        (pl.col("weekdays_known"), True, none, pl.lit("weekend")),
    ]
    is_open, reason, source = pl.lit(None, pl.Boolean), none, none
    for when, opened, why, where in reversed(cases):
        holds = when.fill_null(False)
        is_open = pl.when(holds).then(pl.lit(opened)).otherwise(is_open)
        reason = pl.when(holds).then(why).otherwise(reason)
        source = pl.when(holds).then(where).otherwise(source)
    known = is_open & listed
    whole_day = pl.col("closing") - pl.col("opening") >= _DAY
    opens = pl.when(whole_day).then(0).otherwise(pl.col("opening"))
    closes = (pl.col("closing") % _DAY) * 60_000_000_000
    return grid.select(
        "office_id",
        "date",
        is_open.alias("open"),
        pl.when(known).then((opens * 60_000_000_000).cast(pl.Time)).alias("opens"),
        pl.when(known & whole_day).then(pl.lit(_LAST_MINUTE)).when(known).then(closes.cast(pl.Time)).alias("closes"),
        reason.alias("reason"),
        source.alias("source"),
    )
