"""Steps of the process by the clock and calendar of the office that took them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from checks.office_time import clock_range, office_time
from checks.prc.causes import clerical
from checks.prc.permits import matched
from checks.prc.slips import with_slip
from checks.rows import Cell, Tables, flags

#: The steps that an office takes, those that say most first, with who takes them.
STEPS = (
    ("issued_at", "printed_by"),
    ("decided_at", "approved_by"),
    ("handed_at", "handed_by"),
    ("assessed_at", None),
    ("applied_at", "entered_by"),
)
#: Channels in which nobody of the office is there when the step is stamped: an application by the web or by post comes
#: at any hour, and so does what the post hands over.
UNATTENDED = {"applied_at": ("online", "post", "renewal"), "handed_at": ("post",)}
#: Share of an office's stamps below which an offset is not its habit.
RARE = 0.05
NAMES = {
    "issued_at": "issued",
    "decided_at": "decided",
    "handed_at": "handed over",
    "assessed_at": "assessed",
    "applied_at": "application entered",
}
#: The access log's word for each step.
ACTIONS = {
    "issued_at": "print",
    "decided_at": "approve",
    "handed_at": "hand",
    "assessed_at": "assess",
    "applied_at": "create",
}
_DAY = 86_400
#: More than the days since 1970 of any date.
_CODE = 10_000_000

Seconds = Callable[[pl.Expr], pl.Expr]


def steps_late(tables: Tables) -> pl.LazyFrame:
    """Steps that may lie outside the opening hours of their office; see `_steps`."""
    days = tables["calendar"].filter(pl.col("open") & pl.col("opens").is_not_null() & pl.col("closes").is_not_null())
    opens, closes = (pl.col(name).cast(pl.Int64) // 1_000_000_000 for name in ("opens", "closes"))
    # Hours that hold on every day; none where the office is ever open past midnight.
    whole_day = opens < closes
    hours = days.group_by("office_id").agg(
        pl.when(whole_day).then(opens).otherwise(_DAY).max().alias("from"),
        pl.when(whole_day).then(closes).otherwise(-1).min().alias("to"),
    )
    return _steps(tables, hours, lambda seconds: ~(seconds % _DAY).is_between("from", "to"))


def steps_on_closed_days(tables: Tables) -> pl.LazyFrame:
    """Steps that may lie on a day on which their office is closed; see `_steps`."""
    code = tables["offices"].select("office_id", (pl.col("row") * _CODE).alias("code"))
    shut = tables["calendar"].filter(~pl.col("open")).join(code, on="office_id")
    # A hundred and some numbers for an office and year: looked at once, because they stand in the query.
    days = shut.select(pl.col("code") + pl.col("date").dt.epoch("d")).collect().to_series()
    return _steps(tables, code, lambda seconds: (pl.col("code") + seconds // _DAY).is_in(days.implode()))


def _steps(tables: Tables, of_office: pl.LazyFrame, odd: Seconds) -> pl.LazyFrame:
    """Steps that are odd at one of the times that their office's clock can have shown.

    A superset by arithmetic on seconds: to convert every instant of a million permits takes half a second and more.

    Args:
        tables: the register.
        of_office: columns that `odd` asks for, by `office_id`; an office that is not in it is passed over.
        odd: whether a local time, in seconds since 1970, is odd.

    Returns:
        `row` of the permit, `office_id`, `channel`, `step`, `rank` (0 says most), `at`, `at_offset`, `by`.
    """
    offices = of_office.join(clock_range(tables), on="office_id", how="left")
    parts = []
    for rank, (step, by) in enumerate(STEPS):
        attended = ~pl.col("channel").fill_null("").is_in(UNATTENDED.get(step, ()))
        seconds = [
            pl.col("at").dt.epoch("s") + pl.coalesce(name, "at_offset", 0).cast(pl.Int64) * 60
            for name in ("least_offset", "most_offset")
        ]
        taken = tables["permits"].select(
            "row",
            "office_id",
            "channel",
            pl.lit(step).alias("step"),
            pl.lit(rank).alias("rank"),
            pl.col(step).alias("at"),
            pl.col(f"{step}_offset").alias("at_offset"),
            (pl.col(by) if by else pl.lit(None, pl.String)).alias("by"),
        )
        possible = taken.filter(pl.col("at").is_not_null() & attended).join(offices, on="office_id")
        parts.append(
            possible.filter(pl.any_horizontal(odd(one) for one in seconds)).select(taken.collect_schema().names())
        )
    return pl.concat(parts)


def by_calendar(steps: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The steps with `at_local`, `date`, the office's calendar of that day and the closing time of the night before.

    Columns added: `open`, `opens`, `closes`, `reason`, `source`, and `night_until`, at which a desk that opened on the
    day before closes; null where there is none.
    """
    return _with_calendar(office_time(steps, tables, "at"), tables)


def _with_calendar(local: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    days = tables["calendar"].select("office_id", "date", "open", "opens", "closes", "reason", "source")
    nights = (
        tables["calendar"]
        .filter(pl.col("open") & (pl.col("closes") <= pl.col("opens")))
        .select("office_id", pl.col("date").dt.offset_by("1d").alias("date"), pl.col("closes").alias("night_until"))
    )
    dated = local.with_columns(pl.col("at_local").dt.date().alias("date"))
    keys = ["office_id", "date"]
    return dated.join(days, on=keys, how="left").join(nights, on=keys, how="left")


def in_hours(grace: pl.Expr) -> pl.Expr:
    """Whether `at_local` lies within the day's hours, or those of the night desk of the day before.

    Null, which is no finding, where the hours are not known.
    """
    time, opens, closes = time_of("at_local"), since_midnight("opens"), since_midnight("closes")
    by_day = (time >= opens - grace) & ((closes <= opens) | (time <= closes + grace))
    return by_day | (time <= since_midnight("night_until") + grace).fill_null(False)


def since_midnight(column: str) -> pl.Expr:
    """A time of day as a duration."""
    return pl.col(column).cast(pl.Duration("ns")).cast(pl.Duration("us"))


def time_of(column: str) -> pl.Expr:
    """The time of day of a local time, as a duration."""
    return pl.col(column) - pl.col(column).dt.truncate("1d")


def open_then(found: pl.LazyFrame, tables: Tables, local: str, name: str, grace: pl.Expr) -> pl.LazyFrame:
    """The steps with `name`: whether the office was open at the time in column `local`; false where not known."""
    when = found.select("row", "step", "office_id", pl.col(local).alias("at_local")).drop_nulls("at_local")
    served = _with_calendar(when, tables).filter(pl.col("open") & in_hours(grace))
    marks = served.select("row", "step", pl.lit(True).alias(name)).unique()
    return found.join(marks, on=["row", "step"], how="left").with_columns(pl.col(name).fill_null(False))


def logged_steps(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The steps with what the access log says of them: `logged_at`, `logged_local`, `logged_row`.

    Of several acts the one nearest to the stamp. `slip` is the slip that leads from the date in the log to the stamp's.

    Args:
        found: from `by_calendar`, with `permit_number`.
        tables: the register.
    """
    log = tables["access_log"].filter(pl.col("action").is_in(list(ACTIONS.values())))
    acts = log.select(
        "object_id",
        "action",
        pl.col("row").alias("logged_row"),
        pl.col("at").alias("logged_at"),
        pl.col("at_offset").alias("logged_at_offset"),
    )
    asked = found.select("row", "step", "office_id", "at", pl.col("permit_number").alias("object_id"))
    same = matched(asked, acts, "object_id").filter(pl.col("step").replace(ACTIONS) == pl.col("action"))
    away = (pl.col("logged_at") - pl.col("at")).abs()
    nearest = same.with_columns(away.alias("away")).sort("away", "logged_row").unique(["row", "step"], keep="first")
    local = office_time(nearest, tables, "logged_at")
    wanted = local.select("row", "step", "logged_at", "logged_row", pl.col("logged_at_local").alias("logged_local"))
    joined = found.join(wanted, on=["row", "step"], how="left")
    logged_on = pl.col("logged_local").dt.date()
    return with_slip(joined, "slip", pl.col("date"), logged_on, logged_on)


def at_a_desk(found: pl.LazyFrame, tables: Tables, grace: pl.Expr) -> pl.LazyFrame:
    """The steps with `at_desk`: one of the office's hours covers them, by the rows as delivered.

    An office may have several desks on one weekday, and a night desk closes on the day after. On a day on which the
    office is not open only the night desk of the day before counts.

    Args:
        found: from `by_calendar`, with `row` and `step`.
        tables: has `hours`.
        grace: how long before opening and after closing is in order, a duration.
    """
    hours = tables["hours"].select("office_id", "weekday", "valid_from", "valid_to", "opens", "closes")
    time, opens, closes = time_of("at_local"), since_midnight("opens"), since_midnight("closes")
    marks = []
    for ago in (0, 1):
        day = pl.col("date").dt.offset_by(f"-{ago}d")
        valid = pl.col("valid_from").fill_null(day) <= day, pl.col("valid_to").fill_null(day) >= day
        night = pl.col("closes") <= pl.col("opens")
        late, early = time >= opens - grace, time <= closes + grace
        covers = pl.col("open") & late & (night | early) if ago == 0 else night & early
        weekday = (day.dt.weekday() - 1).cast(pl.Int64).alias("weekday")
        joined = found.drop("opens", "closes").with_columns(weekday).join(hours, on=["office_id", "weekday"])
        marks.append(joined.filter(*valid, covers).select("row", "step"))
    desks = pl.concat(marks).unique().with_columns(pl.lit(True).alias("at_desk"))
    return found.join(desks, on=["row", "step"], how="left").with_columns(pl.col("at_desk").fill_null(False))


def clock_causes(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The steps with what their clock may have done.

    Columns added: `moved`: the office's clocks were changed in the week before; `other_clock`: the offset written
    differs from the zone's and is rare in that office; `as_written`: the time by that offset; `date_only`: the time
    of day is midnight, as where only a date was recorded.
    """
    usual = tables["permits"].group_by("office_id", pl.col("issued_at_offset").alias("at_offset")).agg(pl.len())
    rare = usual.with_columns((pl.col("len") / pl.col("len").sum().over("office_id") < RARE).alias("rare")).drop("len")
    before = found.with_columns(
        pl.col("at").dt.offset_by("-7d").alias("before"), pl.col("at_offset").alias("before_offset")
    )
    local = office_time(before, tables, "before").join(rare, on=["office_id", "at_offset"], how="left")
    as_written = (pl.col("at") + pl.duration(minutes="at_offset")).dt.replace_time_zone(None)
    midnight = pl.any_horizontal(at.dt.time() == dt.time() for at in (as_written, pl.col("at_local")))
    return local.with_columns(
        (pl.col("at_local") - pl.col("before_local") != dt.timedelta(days=7)).alias("moved"),
        (pl.col("rare").fill_null(True) & (as_written != pl.col("at_local"))).alias("other_clock"),
        as_written.alias("as_written"),
        midnight.alias("date_only"),
    ).drop("before", "before_offset", "before_local", "rare")


def crowds(found: pl.LazyFrame) -> pl.LazyFrame:
    """The steps with `in_minute` and `on_day`, how many were found at the office then, and `people` of that day."""
    return found.with_columns(
        pl.len().over("office_id", "step", pl.col("at").dt.truncate("1m")).alias("in_minute"),
        pl.len().over("office_id", "date").alias("on_day"),
        pl.col("by").drop_nulls().n_unique().over("office_id", "date").alias("people"),
    )


def flags_by_step(found: pl.LazyFrame, expected: pl.Expr, also: Sequence[Cell]) -> pl.LazyFrame:
    """One finding for each permit and day, at the step that says most.

    Args:
        found: from `logged_steps`, with `innocent` and `said`, what the office's calendar says of the day.
        expected: when the step would have been in order.
        also: further cells.
    """
    others = pl.len().over("row", "date") - 1
    told = (
        found.with_columns(others.alias("others"))
        .sort("rank")
        .unique(["row", "date"], keep="first", maintain_order=True)
    )
    return pl.concat(
        flags(
            told.filter(pl.col("step") == step),
            Cell("permits", pl.col("permit_number"), step, pl.col("at_local"), expected),
            NAMES[step] + " {} at office {}, {}; {} more steps of the permit on that day alike",
            pl.col("at_local"),
            pl.col("office_id"),
            pl.col("said"),
            pl.col("others"),
            cause=step,
            likely_innocent=pl.col("innocent"),
            hypothesis=clerical(pl.col("innocent")),
            also=[Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_local")), *also],
        )
        for step, _ in STEPS
    )
