"""Printed dates: every form that ICAO Doc 9303-3 clauses 3.8 and 4.8 allow, and the usual national ones.

Words of months come from the tables of languages (`pipeline.reference.labels`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipeline.reference.labels import Words, bare_capitals, shipped_words
from pipeline.types.dates import PartialDate


class DateRole(StrEnum):
    """What a date is of; decides the century of a two-digit year."""

    BIRTH = "birth"
    ISSUE = "issue"
    EXPIRY = "expiry"


#: Two-digit years above it belong to the last century. Nobody in work was born in the years it takes for this one's,
#: no document in use was issued before 1950 or is to be issued in decades, and none is valid for half a century.
PIVOT = {DateRole.BIRTH: 26, DateRole.ISSUE: 49, DateRole.EXPIRY: 79}

_SEPARATOR = r"\s*[ ./-]?\s*"
_NUMERIC = re.compile(r"(\d{1,2}|XX)\s*([ ./-])\s*(\d{1,2}|XX)\s*\2\s*(\d{4}|\d{2}|XXXX|XX)")
_YEAR_FIRST = re.compile(r"(\d{4}|XXXX)\s*([ ./-])\s*(\d{2}|XX)\s*\2\s*(\d{2}|XX)")
_WORDED = re.compile(
    rf"(\d{{1,2}}|XX){_SEPARATOR}([^\W\d_X]{{3,12}}|XXX)\.?(?:\s*/\s*([^\W\d_X]{{3,12}})\.?)?{_SEPARATOR},?\s*(\d{{4}}|\d{{2}}|XXXX|XX)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_X]{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})")


@dataclass(frozen=True, slots=True)
class DateReading:
    """A text of the form of a date.

    Attributes:
        date: what it says, day before month; None where no calendar has such a day.
        swapped: what a writer who puts the month first would have meant, where that is another date; only figures
            can be swapped.
    """

    date: PartialDate | None
    swapped: PartialDate | None = None


@lru_cache(maxsize=16)
def month_numbers(words: Words) -> dict[str, int]:
    """Word of a month -> its number; a word that two languages use for two months means none."""
    found: dict[str, set[int]] = {}
    for number, names in enumerate(words.months, start=1):
        for name in names:
            found.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=16)
def _meaningless(words: Words) -> re.Pattern[str]:
    """Words that stand in a date and mean nothing, alone or behind the day: `DE`, `1ER`."""
    fillers = "|".join(re.escape(word) for word in sorted(words.in_dates, key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{fillers})(?![^\W_])" if fillers else r"(?!)")


def read_date(text: str, role: DateRole, words: Words | None = None) -> DateReading | None:
    """Read a text that is one date and nothing else; None where it has no form of a date.

    Args:
        text: as printed; case, accents and surrounding punctuation do not matter.
        role: what the date is of.
        words: of the languages that it may be in; by default the shipped ones.
    """
    words = words or shipped_words()
    months = month_numbers(words)
    plain = " ".join(_meaningless(words).sub(" ", _plain(text)).split())
    if match := _YEAR_FIRST.fullmatch(plain):
        year, _, month, day = match.groups()
        return DateReading(_date(_year(year, role), _number(month), _number(day)))
    if match := _NUMERIC.fullmatch(plain):
        first, _, second, year = match.groups()
        return _numeric(_number(first), _number(second), _year(year, role))
    if match := _WORDED.fullmatch(plain):
        day, word, other, year = match.groups()
        named = {months.get(one) for one in (word, other) if one is not None}
        return _worded(day, None if word == "XXX" else named, _year(year, role))
    if match := _MONTH_FIRST.fullmatch(plain):
        word, day, year = match.groups()
        return _worded(day, {months.get(word)}, _year(year, role))
    return None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", bare_capitals(text)).strip(" .:,;*")


def _numeric(day: int | None, month: int | None, year: int | None) -> DateReading:
    date = _date(year, month, day)
    swapped = _date(year, day, month) if day is not None and month is not None and day != month else None
    return DateReading(date, swapped)


def _worded(day: str, months: set[int | None] | None, year: int | None) -> DateReading | None:
    """A date with the month in words; None for unknown words or two languages that name different months."""
    if months is None:
        return DateReading(_date(year, None, _number(day)))
    if len(months) != 1 or None in months:
        return None
    return DateReading(_date(year, months.pop(), _number(day)))


def _date(year: int | None, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return None if text.startswith("X") else int(text)


def _year(text: str, role: DateRole) -> int | None:
    number = _number(text)
    if number is None or len(text) == 4:
        return number
    return number + (1900 if number > PIVOT[role] else 2000)
