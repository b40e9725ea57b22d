"""Printed text to values: what a field's text means, and nothing repaired on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


_DURATION = re.compile(
    r"(?:(\d{1,2}) ?(?:YEARS?|ANS?|YRS?|Y))?[ ,]*"
    r"(?:(\d{1,3}) ?(?:MONTHS?|MOIS|M))?[ ,]*"
    r"(?:(\d{1,4}) ?(?:DAYS?|JOURS?|DIAS|D)?)?"
)
_OPEN_STAY = re.compile(r"UNTIL|JUSQU|VALID")
_SEXES = {"M": "M", "F": "F", "X": "X", "<": "<", "MALE": "M", "FEMALE": "F", "H": "M"}


def text(raw: str) -> Meaning:
    """As printed, white space collapsed."""
    value = " ".join(raw.split()).strip(" :")
    return Meaning(value) if value else Meaning(why_not="no text")


def number(raw: str) -> Meaning:
    """As printed without white space."""
    value = "".join(raw.split()).strip(":")
    return Meaning(value) if value else Meaning(why_not="no text")


def sex(raw: str) -> Meaning:
    """M, F, X or <; the same in two languages (`F/F`) counts once."""
    words = [part.strip(" .:").upper() for part in re.split(r"[/\-]", raw)]
    found = {_SEXES.get(word) for word in words if word}
    if len(found) == 1 and None not in found:
        return Meaning(found.pop())
    return Meaning(why_not="is none of M, F, X")


def duration(raw: str) -> Meaning:
    """Years, months and days; a bare number is days (Doc 9303-7 clause 4.1); `until ...` states none."""
    plain = " ".join(raw.upper().split()).strip(" .:")
    if _OPEN_STAY.search(plain):
        return Meaning(Duration(None, None, None))
    match = _DURATION.fullmatch(plain)
    if not match or not any(match.groups()):
        return Meaning(why_not="is no length of stay")
    years, months, days = (int(part) if part else None for part in match.groups())
    return Meaning(Duration(years, months, days))


def date(role: DateRole) -> Callable[[str], Meaning]:
    """The reader of dates of that role."""

    def read(raw: str) -> Meaning:
        reading = read_date(raw, role)
        if reading is None:
            return Meaning(why_not="is no date")
        if reading.date is None:
            return Meaning(why_not="is in no calendar", impossible=True)
        return Meaning(reading.date)

    return read


#: How the text of each field of the output contract is read; every field is here.
READERS: dict[str, Callable[[str], Meaning]] = {
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
