"""Printed text to values: what a field's text means, and nothing repaired on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from pipeline.reference.labels import Words, bare_capitals, shipped_words
from pipeline.types.printed import Duration
from pipeline.visual.dates import DateRole, read_date


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value, or in words why the text is none.

    Attributes:
        impossible: the text has the form of a date that no calendar has.
    """

    value: Any = None
    why_not: str = ""
    impossible: bool = False


class Reader(Protocol):
    """From a text to its meaning; `words` are those of the shipped languages by default."""

    def __call__(self, raw: str, words: Words | None = None) -> Meaning:
        """Read one text."""


#: What a lone letter says in any language (Doc 9303-4 clause 4.1.1.1 i); H is French and Spanish.
_SEXES = {"M": "M", "F": "F", "X": "X", "<": "<", "H": "M"}


def text(raw: str, words: Words | None = None) -> Meaning:
    """As printed, white space collapsed."""
    value = " ".join(raw.split()).strip(" :")
    return Meaning(value) if value else Meaning(why_not="no text")


def number(raw: str, words: Words | None = None) -> Meaning:
    """As printed without white space."""
    value = "".join(raw.split()).strip(":")
    return Meaning(value) if value else Meaning(why_not="no text")


def sex(raw: str, words: Words | None = None) -> Meaning:
    """M, F, X or <; the same in two languages (`F/F`) counts once."""
    known = _sexes(words or shipped_words())
    parts = [bare_capitals(part).strip(" .:") for part in re.split(r"[/\-]", raw)]
    found = {known.get(part) for part in parts if part}
    if len(found) == 1 and None not in found:
        return Meaning(found.pop())
    return Meaning(why_not="is none of M, F, X")


def duration(raw: str, words: Words | None = None) -> Meaning:
    """Years, months and days; a bare number is days (Doc 9303-7 clause 4.1); `until ...` states none."""
    words = words or shipped_words()
    plain = " ".join(bare_capitals(raw).split()).strip(" .:")
    if any(word in plain for word in words.until):
        return Meaning(Duration(None, None, None))
    match = _lengths(words).fullmatch(plain)
    if not match or not any(match.groups()):
        return Meaning(why_not="is no length of stay")
    years, months, days = (int(part) if part else None for part in match.groups())
    return Meaning(Duration(years, months, days))


@lru_cache(maxsize=16)
def _sexes(words: Words) -> dict[str, str]:
    return _SEXES | dict.fromkeys(words.male, "M") | dict.fromkeys(words.female, "F")


@lru_cache(maxsize=16)
def _lengths(words: Words) -> re.Pattern[str]:
    years, months, days = (
        "|".join(re.escape(word) for word in sorted(unit, key=len, reverse=True)) or "(?!)"
        for unit in (words.years, words.months_long, words.days)
    )
    return re.compile(
        rf"(?:(\d{{1,2}}) ?(?:{years}))?[ ,]*(?:(\d{{1,3}}) ?(?:{months}))?[ ,]*(?:(\d{{1,4}}) ?(?:{days})?)?"
    )


def date(role: DateRole) -> Reader:
    """The reader of dates of that role."""

    def read(raw: str, words: Words | None = None) -> Meaning:
        reading = read_date(raw, role, words)
        if reading is None:
            return Meaning(why_not="is no date")
        if reading.date is None:
            return Meaning(why_not="is in no calendar", impossible=True)
        return Meaning(reading.date)

    return read


#: How the text of each field of the output contract is read, by the words of languages; every field is here.
READERS: dict[str, Reader] = {
    "document_number": number,
    "surname": text,
    "given_names": text,
    "birth_date": date(DateRole.BIRTH),
    "sex": sex,
    "nationality": text,
    "birth_place": text,
    "issuing_state": text,
    "issue_date": date(DateRole.ISSUE),
    "expiry_date": date(DateRole.EXPIRY),
    "valid_from": date(DateRole.ISSUE),
    "issuing_office": text,
    "issuing_officer": text,
    "personal_number": number,
    "permit_number": number,
    "permit_category": text,
    "occupation": text,
    "employer": text,
    "agency": text,
    "passport_number": number,
    "application_number": number,
    "receipt_number": number,
    "medical_number": number,
    "entries": text,
    "duration_of_stay": duration,
    "application_date": date(DateRole.ISSUE),
    "medical_date": date(DateRole.ISSUE),
    "receipt_date": date(DateRole.ISSUE),
}
#: Fields whose text can be told from another field's by its form.
TYPED = frozenset(name for name in READERS if READERS[name] not in (text, number))
#: Fields that hold a figure, so that a text without one is another field's.
NUMBERED = frozenset(name for name in READERS if READERS[name] is number)
