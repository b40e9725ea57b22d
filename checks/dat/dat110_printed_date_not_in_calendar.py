"""A printed date is no day of any calendar (DAT110).

What it looks at:
    Printed dates whose day, month and year can be read, and which name a day that does not exist, such as 31
    February.

Why it matters:
    Issuing systems refuse such a date. It comes from typing on a blank, or from changing a day or month without
    thinking of the other.

What else it can be:
    - The month is printed before the day.
    - One digit was misread on worn or blurred print.
    - A date in another calendar than the Gregorian one.

When it is not applied:
    No printed date was read. Text that is not plainly a day, a month and a year is weak only. Dates of the
    machine-readable zone are MRZ108.

What to check next:
    Look at the date under magnification; compare with the machine-readable zone and the other dates.

Source:
    ICAO Doc 9303-3 clause 3.8 (dates in the printed zone).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.agreement import likely
from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import LOW_LEGIBILITY
from pipeline.reference.confusions import lookalikes
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_DATE_TEXTS

#: First three letters of the month words that Doc 9303-3 allows (English, French, Spanish), by month.
MONTHS = (
    ("JAN", "ENE"),
    ("FEB", "FEV"),
    ("MAR",),
    ("APR", "AVR", "ABR"),
    ("MAY", "MAI"),
    ("JUN",),
    ("JUL",),
    ("AUG", "AOU", "AGO"),
    ("SEP",),
    ("OCT",),
    ("NOV",),
    ("DEC", "DIC"),
)
_MONTH_OF = {word: number for number, words in enumerate(MONTHS, start=1) for word in words}
_FORM = re.compile(r"([0-9]{1,2})[ ./-]*([0-9]{1,2}|[A-Z]{3,9})\.?[ ./-]*([0-9]{4}|[0-9]{2})")


def printed_date_not_in_calendar(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each printed date that no calendar has."""
    texts = [fact for key in VIZ_DATE_TEXTS if (fact := facts.find(key))]
    dates = any(isinstance(fact.value, PartialDate) and fact.key.startswith("viz.") for fact in facts)
    if not texts and not dates:
        raise NotApplicable("no printed date was read")
    for text in texts:
        parts = _parts(text.value)
        if parts is None or not _exists(*parts):
            yield _found(text, parts)


def _found(text: Fact[str], parts: tuple[int, int, int] | None) -> Found:
    message = f"printed {text.value}"
    if parts is None:
        return Found(message, (text,), strength=Strength.WEAK)
    year, month, day = parts
    if _exists(year, day, month):
        return Found(message, (text,), "month printed first", None, Hypothesis.CLERICAL, Strength.WEAK)
    if any(_exists(*trial) for other in _misread(text) if (trial := _parts(other))):
        return Found(message, (text,), "one digit misread", None, Hypothesis.CAPTURE, Strength.WEAK)
    return Found(message, (text,), strength=Strength.WEAK if text.legibility < LOW_LEGIBILITY else None)


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text that is plainly a date, whether or not it exists."""
    form = _FORM.fullmatch(text.strip().upper())
    if form is None:
        return None
    month = int(form[2]) if form[2].isdigit() else _MONTH_OF.get(form[2][:3])
    return None if month is None else (int(form[3]), month, int(form[1]))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        # Two digits of a year leave its century open; so does the 29 February of a year that 4 divides.
        PartialDate(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return False
    return True


def _misread(text: Fact[str]) -> Iterator[str]:
    """The text with one digit read otherwise, as far as the engine or poor print allows it."""
    for alternative in text.alternatives:
        if likely(alternative) and 0 <= alternative.position < len(text.raw):
            yield text.raw[: alternative.position] + alternative.character + text.raw[alternative.position + 1 :]
    for position, digit in enumerate(text.raw):
        for other in lookalikes(digit, text.legibility):
            yield text.raw[:position] + other + text.raw[position + 1 :]


CHECK = DocumentCheck(
    code="DAT110",
    name="printed-date-not-in-calendar",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "the month is printed before the day",
        "one digit was misread on worn or blurred print",
        "a date in another calendar than the Gregorian one",
    ),
    next_check="Look at the date under magnification; compare with the machine-readable zone and the other dates",
    source="ICAO Doc 9303-3 clause 3.8 (dates in the printed zone)",
    rule=printed_date_not_in_calendar,
)
