"""A printed date against the one in the MRZ, which has two digits of the year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.base import Context, Found
from checks.xzn.zones import Pair, clerical, doubt, weighed
from pipeline.reference.confusions import Step, difference, glyph_cost
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts, Key
from pipeline.types.mrz import CheckDigit

#: Years by which other calendars are ahead of the Gregorian one (Buddhist era; years of the Republic in Taiwan).
_ERAS = {543: "the Buddhist era", -1911: "the era of the Republic"}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

Dates = Pair[PartialDate, PartialDate]


def date_differs(code: str, pair: Dates, facts: Facts, context: Context, digit: Key[CheckDigit]) -> Iterator[Found]:
    """Yield once if a part of the date that both zones know differs; the century is not compared."""
    printed, coded = pair.printed.value, pair.coded.value
    if _agree(printed, coded):
        return
    message = f"printed {printed.iso()}, MRZ {coded.iso()}"
    why = _slip(printed, coded)
    if why:
        yield clerical(message, pair, why)
        return
    in_words = re.search(r"[A-Za-z]{3}", pair.printed.raw) is not None
    yield weighed(message, pair, steps(printed, coded, in_words=in_words), "", doubt(code, pair, facts, context, digit))


def _agree(one: PartialDate, other: PartialDate) -> bool:
    return _two_digits(one).agrees_with(_two_digits(other))


def _two_digits(date: PartialDate) -> PartialDate:
    # From 2000 to 2099 every fourth year is a leap year, so a leap day of any century stays a date.
    return PartialDate(None if date.year is None else 2000 + date.year % 100, date.month, date.day)


def _slip(printed: PartialDate, coded: PartialDate) -> str:
    """The slip of an office or reader that makes the two agree, in words."""
    if printed.month and printed.day and printed.day <= 12:
        swapped = PartialDate(printed.year, printed.day, printed.month)
        if _agree(swapped, coded):
            return "day and month exchanged"
    for ahead, era in _ERAS.items():
        year = (printed.year or 0) - ahead
        if printed.year is not None and 1900 <= year <= 2100 and coded.year is not None:
            gregorian = year % 100 == coded.year % 100
            if gregorian and (printed.month, printed.day) == (coded.month, coded.day):
                return f"printed in {era}"
    return ""


def steps(printed: PartialDate, coded: PartialDate, *, in_words: bool) -> tuple[Step, ...]:
    """Where the printed date differs from the MRZ's, glyph by glyph; a month in words as the word (English).

    Positions count in the MRZ's YYMMDD.
    """
    found: list[Step] = []
    for start, mine, theirs in _parts(printed, coded):
        if mine == theirs or mine is None or theirs is None:
            continue
        if start == 2 and in_words:
            found += difference(_MONTHS[theirs - 1], _MONTHS[mine - 1])
            continue
        for offset, (seen, expected) in enumerate(zip(f"{mine:02d}", f"{theirs:02d}", strict=True)):
            if seen != expected:
                found.append(Step(expected, seen, start + offset, glyph_cost(expected, seen)))
    return tuple(found)


def _parts(printed: PartialDate, coded: PartialDate) -> Iterator[tuple[int, int | None, int | None]]:
    years = [None if date.year is None else date.year % 100 for date in (printed, coded)]
    yield 0, years[0], years[1]
    yield 2, printed.month, coded.month
    yield 4, printed.day, coded.day
