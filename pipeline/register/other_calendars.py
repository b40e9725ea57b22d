"""Dates of other calendars as Gregorian ones; each distinct date is converted once, by a kept library.

The calendars of registers are so far apart that a year tells them apart: 1900 to 2200 is Gregorian in all of them.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl
from hijridate import Hijri
from persiantools.jdatetime import JalaliDate

#: Thailand's year began in April until 2483 (1940 AD): Royal Act on the Calendar Year, B.E. 2483.
_FIRST_BUDDHIST = 2484
_BUDDHIST_AHEAD = 543

_SHAPE = r"^\d{4}-\d\d-\d\d"
_DATE_LENGTH = 10


def to_gregorian(text: pl.Series, calendar: str) -> pl.Series:
    """The texts with the date at their beginning in the Gregorian calendar; what cannot be converted stays as it is."""
    heads = _other(text)
    if heads.is_empty():
        return text
    known = {head: str(day) for head in heads if isinstance(day := converted(head, calendar), dt.date)}
    frame = pl.DataFrame({"text": text}).select(
        pl.col("text").str.head(_DATE_LENGTH).replace(known) + pl.col("text").str.slice(_DATE_LENGTH)
    )
    return frame.to_series().alias(text.name)


def why_not(text: str, calendar: str) -> str | None:
    """Why the date at the beginning of a text cannot be converted; None where it can, or is none of that calendar."""
    heads = _other(pl.Series([text], dtype=pl.String))
    reason = converted(heads[0], calendar) if heads.len() else None
    return f"no date of the {calendar} calendar: {reason}" if isinstance(reason, str) else None


def _other(text: pl.Series) -> pl.Series:
    """The distinct dates whose year is not Gregorian."""
    heads = text.filter(text.str.contains(_SHAPE)).str.head(_DATE_LENGTH).unique()
    return heads.filter(~heads.str.head(4).cast(pl.Int32).is_between(1900, 2200))


@lru_cache(maxsize=500_000)
def converted(text: str, calendar: str) -> dt.date | str:
    """The Gregorian date of `YYYY-MM-DD` in another calendar, else the reason why there is none."""
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    try:
        match calendar:
            case "umm-al-qura":
                return dt.date(*Hijri(year, month, day).to_gregorian().datetuple())
            case "persian":
                return JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
            case "buddhist" if year >= _FIRST_BUDDHIST:
                return dt.date(year - _BUDDHIST_AHEAD, month, day)
            case "buddhist":
                return f"years before {_FIRST_BUDDHIST} did not begin in January"
            case _:
                return "the calendar is not known"
    except (ValueError, OverflowError) as error:
        # The libraries say what the value was; a reason says only what it should be.
        return str(error.args[0]).partition(", got")[0]
