"""Where each field stands in the MRZ: the position tables of Doc 9303 parts 4-7, by format.

From `icao9303.json`, which names source and date. The pre-2021 French national card is not in Doc 9303 and has no
layout here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from pipeline.types.mrz import MrzFormat


class Holds(StrEnum):
    """Which characters a field is for, fillers aside."""

    CODE = "code"
    LETTERS = "letters"
    NAME = "name"
    DATE = "date"
    NUMBER = "number"
    DIGIT = "check digit"
    SEX = "sex"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Place:
    """One field: its key without `mrz.`, line and columns (0-based, `end` exclusive)."""

    key: str
    holds: Holds
    line: int
    start: int
    end: int

    def of(self, lines: Sequence[str]) -> str:
        """The field's characters, fillers included; shorter where the line is."""
        return lines[self.line][self.start : self.end] if self.line < len(lines) else ""


_FIELDS: dict[str, tuple[str, Holds]] = {
    "doc_code": ("document_code", Holds.CODE),
    "issuer": ("issuing_state", Holds.LETTERS),
    "name": ("name", Holds.NAME),
    "number": ("document_number", Holds.NUMBER),
    "number_cd": ("check.number", Holds.DIGIT),
    "nationality": ("nationality", Holds.LETTERS),
    "dob": ("birth_date", Holds.DATE),
    "dob_cd": ("check.birth_date", Holds.DIGIT),
    "sex": ("sex", Holds.SEX),
    "expiry": ("expiry_date", Holds.DATE),
    "expiry_cd": ("check.expiry", Holds.DIGIT),
    "valid_until": ("expiry_date", Holds.DATE),
    "valid_until_cd": ("check.expiry", Holds.DIGIT),
    "personal": ("personal_number", Holds.ANY),
    "personal_cd": ("check.optional", Holds.DIGIT),
    "optional": ("personal_number", Holds.ANY),
    "optional1": ("personal_number", Holds.ANY),
    "optional2": ("optional_2", Holds.ANY),
    "composite_cd": ("check.composite", Holds.DIGIT),
}

#: The field each individual check digit is over, by the digit's name.
OVER = {
    "number": "document_number",
    "birth_date": "birth_date",
    "expiry": "expiry_date",
    "optional": "personal_number",
}


@cache
def _tables() -> dict[str, dict[str, list[int] | list[list[int]] | int]]:
    text = resources.files("pipeline.reference").joinpath("icao9303.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, list[int] | list[list[int]] | int]] = json.loads(text)["fields"]
    return tables


@cache
def layout(form: MrzFormat) -> tuple[Place, ...]:
    """Every field of a format; none for one that Doc 9303 does not have."""
    table = _tables().get(form.value, {})
    found = []
    for name, (key, holds) in _FIELDS.items():
        at = table.get(name)
        if isinstance(at, list):
            line, first, last = (int(str(number)) for number in at)
            found.append(Place(key, holds, line - 1, first - 1, last))
    return tuple(found)


@cache
def composite_over(form: MrzFormat) -> tuple[Place, ...]:
    """The stretches that the composite check digit is over; none for visas."""
    spans = _tables().get(form.value, {}).get("composite_over", [])
    return (
        tuple(
            Place("check.composite", Holds.ANY, span[0] - 1, span[1] - 1, span[2])
            for span in spans
            if isinstance(span, list)
        )
        if isinstance(spans, list)
        else ()
    )


def covered(form: MrzFormat, lines: Sequence[str], digit: str) -> str:
    """What one check digit (number, birth_date, expiry, optional, composite) is computed over.

    A number of more than nine characters goes on in the optional data (Doc 9303-5 note j); empty if unknown.
    """
    if digit == "composite":
        return "".join(place.of(lines) for place in composite_over(form))
    places = {place.key: place for place in layout(form)}
    if OVER[digit] not in places:
        return ""
    text = places[OVER[digit]].of(lines)
    goes_on = form in (MrzFormat.TD1, MrzFormat.TD2) and places["check.number"].of(lines) == "<"
    if digit == "number" and goes_on:
        text += places["personal_number"].of(lines).partition("<")[0][:-1]
    return text
