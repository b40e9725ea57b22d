"""Cells as what their column holds, strictly: what is not written as it must be is told, never guessed.

`values_of` gives expressions over columns of trimmed text, null where nothing is written; a cell that cannot be taken
becomes null. `why_refused` says for such cells what is wrong, in words that hold nothing of the cell.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

import polars as pl

from pipeline.reference.register_tables import Column, Kind
from pipeline.register import other_calendars
from pipeline.settings import RegisterSettings

#: Years from 1900 to 2200.
_YEAR = r"(?:19\d\d|2[01]\d\d|2200)"
_DAY = r"-\d\d-\d\d"
_CLOCK = r"T\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_OFFSET = r"(Z|[+-]\d\d:\d\d)$"
_ANY_DATE, _DATE = rf"^\d{{4}}{_DAY}$", rf"^{_YEAR}{_DAY}$"
_ANY_LOCAL, _LOCAL = rf"^\d{{4}}{_DAY}{_CLOCK}$", rf"^{_YEAR}{_DAY}{_CLOCK}$"
_ANY_INSTANT, _INSTANT = rf"^\d{{4}}{_DAY}{_CLOCK}{_OFFSET}", rf"^{_YEAR}{_DAY}{_CLOCK}{_OFFSET}"
#: Other ways of ISO 8601 to write an instant (RFC 3339 has the space and the small letters): blank or `t` before the
#: time, no seconds, comma, more digits than microseconds, `z`, offset without colon or minutes.
_REWRITTEN = (
    (r"^(\d{4}-\d\d-\d\d)[t ]", "${1}T"),
    (r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)( ?[Zz+-]|$)", "${1}:00${2}"),
    (r"^(.{19})[.,](\d{1,6})\d*", "${1}.${2}"),
    (r"^(.{19}\S*) ?z$|^(.{19}\S*) Z$", "${1}${2}Z"),
    (r"^(.{19}[.\d]*) ?([+-]\d\d)$", "${1}${2}:00"),
    (r"^(.{19}[.\d]*) ?([+-]\d\d):?(\d\d)$", "${1}${2}:${3}"),
)
#: Letters of an instant up to its date and up to its seconds.
_DAY_LETTERS, _SECONDS = len("YYYY-MM-DD"), len("YYYY-MM-DDTHH:MM:SS")
_MOST_OFFSET_MINUTES = 14 * 60
#: Letters in one cell.
_LONGEST = 100_000
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
#: Columns of kind WHOLE that hold no more than this.
_MOST = {"weekday": 6}
#: Not zones of a place, or not known to Polars.
_NO_ZONES = {"Factory", "localtime", "posixrules"}

EMPTY = "empty, but every row needs it"


@cache
def _offsets() -> dict[str, int]:
    """Every offset as written -> minutes east of UTC."""
    written = {"Z": 0}
    for minutes in range(_MOST_OFFSET_MINUTES + 1):
        for sign, factor in (("+", 1), ("-", -1)):
            written[f"{sign}{minutes // 60:02}:{minutes % 60:02}"] = factor * minutes
    return written


@cache
def _zones() -> list[str]:
    return sorted(zoneinfo.available_timezones() - _NO_ZONES)


def prepare(text: pl.Series, kind: Kind, settings: RegisterSettings) -> pl.Series:
    """Dates in the Gregorian calendar, instants in the one way that `values_of` reads; other text as it is."""
    if kind not in (Kind.DATE, Kind.INSTANT):
        return text
    if settings.calendar != "gregorian":
        text = other_calendars.to_gregorian(text, settings.calendar)
    if kind is Kind.DATE or text.str.contains(_ANY_INSTANT).all():
        return text
    for pattern, written in _REWRITTEN:
        text = text.str.replace(pattern, written)
    return text


def values_of(column: Column, prepared: pl.Series, settings: RegisterSettings) -> list[pl.Expr]:
    """The column's values over a frame with the prepared text; for an instant its offset as well."""
    text = pl.col(column.name)
    match column.kind:
        case Kind.TEXT:
            return [pl.when(text.str.len_bytes() <= _LONGEST).then(text).alias(column.name)]
        case Kind.DATE:
            return [_day(text)]
        case Kind.INSTANT:
            return _instant(prepared, settings.timezone)
        case Kind.TIME:
            with_seconds = pl.when(text.str.len_bytes() == len("HH:MM")).then(text + ":00").otherwise(text)
            shaped = pl.when(with_seconds.str.contains(r"^\d\d:\d\d:\d\d$")).then(with_seconds)
            return [shaped.str.to_time("%H:%M:%S", strict=False)]
        case Kind.WHOLE:
            number = pl.when(text.str.contains(r"^\d{1,18}$")).then(text).cast(pl.Int64)
            most = _MOST.get(column.name)
            return [number if most is None else pl.when(number <= most).then(number)]
        case Kind.NUMBER:
            return [pl.when(text.str.contains(r"^\d{1,15}(\.\d{1,15})?$")).then(text).cast(pl.Float64)]
        case Kind.FLAG:
            flag = text.str.to_lowercase()
            return [flag.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean).alias(column.name)]
        case Kind.ZONE:
            return [pl.when(text.is_in(_zones())).then(text).alias(column.name)]
        case Kind.JSON:
            is_object = text.str.starts_with("{") & text.str.json_path_match("$").is_not_null()
            return [pl.when(is_object & (text.str.len_bytes() <= _LONGEST)).then(text).alias(column.name)]


def _day(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_DATE)).then(text).str.to_date("%Y-%m-%d", strict=False)


def _instant(text: pl.Series, timezone: str | None) -> list[pl.Expr]:
    name = text.name
    shaped = pl.when(pl.col(name).str.contains(_INSTANT)).then(pl.col(name))
    if text.str.contains(".", literal=True).any():
        wall, written = _wall_time(shaped.str.replace(_OFFSET, "")), shaped.str.extract(_OFFSET)
    else:
        wall, written = _wall_time(shaped.str.head(_SECONDS), "%S"), shaped.str.slice(_SECONDS)
    offset = written.replace_strict(_offsets(), default=None, return_dtype=pl.Int16)
    instant = (wall - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    if timezone is not None:
        local = _wall_time(pl.when(pl.col(name).str.contains(_LOCAL)).then(pl.col(name)))
        there = local.dt.replace_time_zone(timezone, ambiguous="null", non_existent="null")
        ahead = (there.dt.base_utc_offset() + there.dt.dst_offset()).dt.total_minutes().cast(pl.Int16)
        instant, offset = pl.coalesce(instant, there.dt.convert_time_zone("UTC")), pl.coalesce(offset, ahead)
    return [instant.alias(name), offset.alias(f"{name}_offset")]


def _wall_time(text: pl.Expr, seconds: str = "%S%.f") -> pl.Expr:
    return text.str.to_datetime(f"%Y-%m-%dT%H:%M:{seconds}", time_unit="us", strict=False)


def why_refused(column: Column, text: pl.Series, settings: RegisterSettings) -> pl.Series:
    """For prepared cells that gave no value: the reason of each."""
    frame = pl.DataFrame({"text": text})
    given = pl.col("text")
    match column.kind:
        case Kind.DATE:
            reason = _why_no_date(given)
        case Kind.INSTANT:
            reason = _why_no_instant(given, settings.timezone)
        case Kind.TIME:
            reason = (
                pl.when(given.str.contains(r"^\d\d:\d\d(:\d\d)?$"))
                .then(pl.lit("no such time of day; midnight is 00:00"))
                .otherwise(pl.lit("not a time of the form HH:MM"))
            )
        case Kind.WHOLE if column.name in _MOST:
            reason = pl.lit("not a day of the week from 0 (Monday) to 6 (Sunday)")
        case Kind.WHOLE | Kind.NUMBER:
            reason = _why_no_number(given, column.kind)
        case Kind.FLAG:
            reason = pl.lit("not one of true, false, yes, no, 1, 0")
        case Kind.ZONE:
            reason = pl.lit("no zone of the IANA time zone database, such as Europe/Berlin")
        case Kind.JSON:
            reason = (
                pl.when(given.str.len_bytes() > _LONGEST)
                .then(pl.lit(_too_long()))
                .otherwise(pl.lit("not a JSON object"))
            )
        case Kind.TEXT:
            reason = pl.lit(_too_long())
    reasons = frame.select(reason.alias("reason"), given)
    if settings.calendar != "gregorian" and column.kind in (Kind.DATE, Kind.INSTANT):
        other = {one: other_calendars.why_not(one, settings.calendar) for one in text.unique()}
        found = {one: why for one, why in other.items() if why is not None}
        reasons = reasons.with_columns(
            pl.coalesce(given.replace_strict(found, default=None, return_dtype=pl.String), "reason").alias("reason")
        )
    return reasons["reason"]


def _too_long() -> str:
    return f"longer than {_LONGEST:,} bytes"


def _why_no_date(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains(_ANY_DATE))
        .then(_why_no_day(text))
        .when(text.str.contains(r"^\d{4}-\d\d-\d\d[Tt ]\d"))
        .then(pl.lit("a time of day where a date alone is needed"))
        .otherwise(pl.lit("not a date of the form YYYY-MM-DD"))
    )


def _why_no_day(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains(rf"^{_YEAR}-"))
        .then(pl.lit("no such day in the calendar"))
        .otherwise(pl.lit("the year is not between 1900 and 2200; another calendar? set register.calendar"))
    )


def _why_no_instant(text: pl.Expr, timezone: str | None) -> pl.Expr:
    local = text.str.replace(_OFFSET, "")
    if timezone is None:
        without = "no offset from UTC; write it, or set register.timezone to the zone to assume"
    else:
        without = f"clocks in {timezone} (register.timezone) never showed this time, or twice; write the offset"
    return (
        pl.when(text.str.contains(_ANY_DATE))
        .then(pl.lit("a date without time of day where an instant is needed"))
        .when(~local.str.contains(_ANY_LOCAL))
        .then(pl.lit("not an instant of the form YYYY-MM-DDTHH:MM:SS+HH:MM"))
        .when(_day(text.str.head(_DAY_LETTERS)).is_null())
        .then(_why_no_day(text))
        .when(_wall_time(local).is_null())
        .then(pl.lit("no such time of day"))
        .when(text.str.contains(_ANY_INSTANT))
        .then(pl.lit("no such offset from UTC"))
        .otherwise(pl.lit(without))
    )


def _why_no_number(text: pl.Expr, kind: Kind) -> pl.Expr:
    return (
        pl.when(text.str.contains(r"^-\s?[\d.,]+$"))
        .then(pl.lit("a negative number"))
        .when(text.str.contains(r"^\d+([,' \u{a0}\u{202f}.]\d+)+$") & ~text.str.contains(r"^\d+\.\d+$"))
        .then(pl.lit("a mark other than the decimal point between the digits"))
        .when(text.str.contains(r"^\d+\.\d+$"))
        .then(pl.lit("not a whole number" if kind is Kind.WHOLE else "more than 15 digits"))
        .when(text.str.contains(r"^\d+$"))
        .then(pl.lit("more digits than a number can have"))
        .otherwise(pl.lit("not a number"))
    )
