"""A date of the machine-readable zone is in no calendar (MRZ108).

What it looks at:
    The birth and expiry dates of the MRZ: whether the six characters are a day that exists. Fillers for an
    unknown month or day are lawful.

Why it matters:
    An issuing system refuses the thirteenth month and the thirtieth of February; a hand does not.

What else it can be:
    - One digit was misread.
    - The state recorded an unknown day or month as 00 or 99.

When it is not applied:
    No MRZ was read, or neither of its dates.

What to check next:
    Compare with the date as printed on the page.

Source:
    ICAO Doc 9303-3 clause 4.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.mrz.reliance import doubt, substitutes, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Fact, Facts, Key
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import (
    CHECK_BIRTH_DATE,
    CHECK_EXPIRY,
    MRZ,
    MRZ_BIRTH_DATE,
    MRZ_BIRTH_DATE_TEXT,
    MRZ_EXPIRY_DATE,
    MRZ_EXPIRY_DATE_TEXT,
)

#: What states are known to write for a month or day that nobody knows.
_UNKNOWN_AS = ("00", "99")


def no_calendar_date(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each date that no calendar has."""
    read = [facts.find(key) for key in (MRZ_BIRTH_DATE, MRZ_EXPIRY_DATE)]
    texts = [_no_date(facts, MRZ_BIRTH_DATE_TEXT, MRZ_BIRTH_DATE)]
    texts += [_no_date(facts, MRZ_EXPIRY_DATE_TEXT, MRZ_EXPIRY_DATE)]
    if not any(read) and not any(texts):
        raise NotApplicable("no date read in the MRZ")
    for text, digit_key in zip(texts, (CHECK_BIRTH_DATE, CHECK_EXPIRY), strict=True):
        if text is not None:
            digit = facts.find(digit_key)
            yield _judge(text, facts, context, digit_agrees=digit is not None and digit.value.ok)


def _no_date(facts: Facts, text: Key[str], date: Key[PartialDate]) -> Fact[str] | None:
    # A line that was repaired may have its date in the one reading and none in the other; the repaired one counts.
    return facts.repaired(text) or (None if facts.repaired(date) else facts.find(text))


def _judge(text: Fact[str], facts: Facts, context: Context, *, digit_agrees: bool) -> Found:
    message = f"{text.value}: no such day (year, month, day)"
    if digit_agrees and {text.value[2:4], text.value[4:6]} & set(_UNKNOWN_AS):
        innocent = "an unknown month or day written as 00 or 99"
        return Found(message, (text,), innocent, hypothesis=Hypothesis.CLERICAL, strength=Strength.WEAK)
    innocent = doubt("MRZ108", facts, (text,), context)
    if not digit_agrees:
        innocent = innocent or "the date's own check digit does not agree with what was read"
    glyph = "" if digit_agrees else _one_glyph(text.value, text.legibility)
    return weighed(message, (text,), glyph or innocent)


def _one_glyph(text: str, legibility: float) -> str:
    for at, read in enumerate(text):
        for other in substitutes(read, legibility, trusted=False):
            if _is_date(text[:at] + other + text[at + 1 :]):
                return f"one look-alike glyph explains it: character {at + 1}, {read} for {other}"
    return ""


def _is_date(text: str) -> bool:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        return False
    try:
        # 2000 stands for the century: a leap year, so that 29 February is never refused wrongly.
        PartialDate(2000, int(text[2:4]), int(text[4:6]))
    except ValueError:
        return False
    return True


CHECK = DocumentCheck(
    code="MRZ108",
    name="no-calendar-date",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ,),
    innocent=(
        "one digit was misread",
        "the state recorded an unknown day or month as 00 or 99",
    ),
    next_check="Compare with the date as printed on the page",
    source="ICAO Doc 9303-3 clause 4.8",
    rule=no_calendar_date,
    thresholds=("legible",),
)
