"""Dates compared: what they surely mean, and whether one misread digit or an exchanged day and month explains them.

A finding about dates that an innocent reading explains is weak and says so; nothing is changed in what was read.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from checks.agreement import likely
from checks.base import Found, NotApplicable, field_of
from pipeline.reference.confusions import lookalikes
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Fact, Facts, Key
from pipeline.types.findings import Hypothesis, Strength

#: Readings below this are too poor to carry more than a weak finding.
LOW_LEGIBILITY = 0.6

SWAPPED = "day and month exchanged"
MISREAD = "one digit misread"

Lawful = Callable[..., bool]


def surely_before(first: PartialDate, second: PartialDate) -> bool:
    """Whether every day that the first can mean lies before every day that the second can mean."""
    return first.latest is not None and second.earliest is not None and first.latest < second.earliest


def anniversary(date: dt.date, years: int) -> dt.date:
    """The same day that many years later; 1 March where 29 February is missing."""
    year = min(date.year + years, dt.MAXYEAR)
    try:
        return date.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)


def dates_read(facts: Facts, *wanted: Key[PartialDate]) -> tuple[Fact[PartialDate], ...]:
    """The dates of these keys that were read, in order; at least one.

    Raises:
        NotApplicable: if none was read.
    """
    found = tuple(fact for key in wanted if (fact := facts.find(key)) is not None)
    if not found:
        raise NotApplicable(f"not read: {' or '.join(key.name for key in wanted)}")
    return found


def weighed(
    message: str,
    dates: Sequence[Fact[PartialDate]],
    lawful: Lawful,
    more: Sequence[AnyFact] = (),
    cause: str | None = None,
) -> Found:
    """A finding on dates, brought down to weak where an innocent reading puts them right or the print is poor.

    Args:
        message: what differs.
        dates: the dates it rests on, the one to look at first in front.
        lawful: whether dates such as these (in the order of `dates`) give no finding.
        more: further readings it rests on.
        cause: shared cause key, if not the first date's field.
    """
    facts = (*dates, *more)
    if any(lawful(*trial) for trial in trials(dates, misread)):
        return Found(message, facts, MISREAD, cause, Hypothesis.CAPTURE, Strength.WEAK)
    if any(lawful(*trial) for trial in trials(dates, swapped)):
        return Found(message, facts, SWAPPED, cause, Hypothesis.CLERICAL, Strength.WEAK)
    poor = any(fact.legibility < LOW_LEGIBILITY for fact in facts)
    return Found(message, facts, cause=cause, strength=Strength.WEAK if poor else None)


def trials(
    dates: Sequence[Fact[PartialDate]], readings: Callable[[Fact[PartialDate]], Iterator[PartialDate]]
) -> Iterator[tuple[PartialDate, ...]]:
    """The dates with one of them read otherwise; zones that print one field alike are read otherwise together."""
    named = [(field_of(fact.key), fact.value) for fact in dates]
    for name in dict.fromkeys(named):
        same = [fact for fact, one in zip(dates, named, strict=True) if one == name]
        for other in itertools.chain.from_iterable(readings(fact) for fact in same):
            yield tuple(other if one == name else one[1] for one in named)


def swapped(fact: Fact[PartialDate]) -> Iterator[PartialDate]:
    """The date with day and month exchanged, where that is another date and it is printed in digits.

    A month in words cannot be exchanged on paper, and the machine-readable zone has one order.
    """
    date = fact.value
    if "mrz." in fact.key or any(character.isalpha() for character in fact.raw):
        return
    if date.month is None or date.day is None or date.day > 12 or date.day == date.month:
        return
    yield PartialDate(date.year, date.day, date.month)


def misread(fact: Fact[PartialDate]) -> Iterator[PartialDate]:
    """The dates that one other digit gives: those the engine allowed, and look-alikes at this legibility."""
    for alternative in fact.alternatives:
        if likely(alternative):
            yield from _with_digit(fact, alternative.position, alternative.character)
    for position, digit in enumerate(fact.raw):
        for other in lookalikes(digit, fact.legibility):
            yield from _with_digit(fact, position, other)


def _with_digit(fact: Fact[PartialDate], position: int, digit: str) -> Iterator[PartialDate]:
    """The date after replacing one digit of the raw text, by the part of the date that the digit stands in."""
    run = next((one for one in re.finditer(r"[0-9]+", fact.raw) if one.start() <= position < one.end()), None)
    if run is None or not "0" <= digit <= "9":
        return
    at = position - run.start()
    new = int(run[0][:at] + digit + run[0][at + 1 :])
    year, month, day = fact.value.year, fact.value.month, fact.value.day
    read = int(run[0])
    candidates: list[tuple[int | None, int | None, int | None]] = []
    if len(run[0]) == 4 and year == read:
        candidates.append((new, month, day))
    if len(run[0]) <= 2 and year is not None and year % 100 == read:
        candidates.append((year - read + new, month, day))
    if len(run[0]) <= 2 and month == read:
        candidates.append((year, new, day))
    if len(run[0]) <= 2 and day == read:
        candidates.append((year, month, new))
    for candidate in candidates:
        try:
            yield PartialDate(*candidate)
        except ValueError:
            continue
