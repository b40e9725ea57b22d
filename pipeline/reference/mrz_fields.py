"""Where each field of each MRZ format stands, what it may hold, and what each check digit covers.

Source: ICAO Doc 9303, 8th edition (2021), Parts 4-7, clause 4.2 of each (MRV-B: Part 7 clause 7.2), read 2026-11;
the same positions as data are in icao9303.json. FRAID is the French national card issued until 2021 (line 1: name and
office; line 2: number, given names, birth date, sex): background knowledge held against one specimen, no clause read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.types.mrz import MrzFormat


class Holds(StrEnum):
    """What the standard lets a field hold, fillers apart."""

    LETTERS = "letters"
    DIGITS = "digits"
    BOTH = "letters and digits"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of one line: `line` 0-based, `start` 0-based, `end` one past the last."""

    line: int
    start: int
    end: int

    def of(self, lines: tuple[str, ...]) -> str:
        """The characters there; fewer where the line is shorter."""
        return lines[self.line][self.start : self.end]


@dataclass(frozen=True, slots=True)
class Covered:
    """A check digit: its name, its place, and the places it is computed over, in order."""

    name: str
    digit: Place
    over: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields and check digits of one format; field names are those of `mrz.` keys."""

    fields: dict[str, tuple[Place, Holds]]
    digits: tuple[Covered, ...]


def _place(line: int, first: int, last: int) -> Place:
    """From the standard's 1-based, inclusive positions."""
    return Place(line - 1, first - 1, last)


def _two_lines(name_end: int, optional: Place) -> dict[str, tuple[Place, Holds]]:
    return {
        "document_code": (_place(1, 1, 2), Holds.LETTERS),
        "issuing_state": (_place(1, 3, 5), Holds.LETTERS),
        "name": (_place(1, 6, name_end), Holds.LETTERS),
        "document_number": (_place(2, 1, 9), Holds.BOTH),
        "nationality": (_place(2, 11, 13), Holds.LETTERS),
        "birth_date": (_place(2, 14, 19), Holds.DIGITS),
        "sex": (_place(2, 21, 21), Holds.LETTERS),
        "expiry_date": (_place(2, 22, 27), Holds.DIGITS),
        "personal_number": (optional, Holds.BOTH),
    }


_NUMBER = Covered("number", _place(2, 10, 10), (_place(2, 1, 9),))
_BIRTH = Covered("birth_date", _place(2, 20, 20), (_place(2, 14, 19),))
_EXPIRY = Covered("expiry", _place(2, 28, 28), (_place(2, 22, 27),))

LAYOUTS: dict[MrzFormat, Layout] = {
    MrzFormat.TD1: Layout(
        {
            "document_code": (_place(1, 1, 2), Holds.LETTERS),
            "issuing_state": (_place(1, 3, 5), Holds.LETTERS),
            "document_number": (_place(1, 6, 14), Holds.BOTH),
            "personal_number": (_place(1, 16, 30), Holds.BOTH),
            "birth_date": (_place(2, 1, 6), Holds.DIGITS),
            "sex": (_place(2, 8, 8), Holds.LETTERS),
            "expiry_date": (_place(2, 9, 14), Holds.DIGITS),
            "nationality": (_place(2, 16, 18), Holds.LETTERS),
            "optional_2": (_place(2, 19, 29), Holds.BOTH),
            "name": (_place(3, 1, 30), Holds.LETTERS),
        },
        (
            Covered("number", _place(1, 15, 15), (_place(1, 6, 14),)),
            Covered("birth_date", _place(2, 7, 7), (_place(2, 1, 6),)),
            Covered("expiry", _place(2, 15, 15), (_place(2, 9, 14),)),
            Covered(
                "composite",
                _place(2, 30, 30),
                (_place(1, 6, 30), _place(2, 1, 7), _place(2, 9, 15), _place(2, 19, 29)),
            ),
        ),
    ),
    MrzFormat.TD2: Layout(
        _two_lines(36, _place(2, 29, 35)),
        (
            _NUMBER,
            _BIRTH,
            _EXPIRY,
            Covered("composite", _place(2, 36, 36), (_place(2, 1, 10), _place(2, 14, 20), _place(2, 22, 35))),
        ),
    ),
    MrzFormat.TD3: Layout(
        _two_lines(44, _place(2, 29, 42)),
        (
            _NUMBER,
            _BIRTH,
            _EXPIRY,
            Covered("optional", _place(2, 43, 43), (_place(2, 29, 42),)),
            Covered("composite", _place(2, 44, 44), (_place(2, 1, 10), _place(2, 14, 20), _place(2, 22, 43))),
        ),
    ),
    MrzFormat.MRVA: Layout(_two_lines(44, _place(2, 29, 44)), (_NUMBER, _BIRTH, _EXPIRY)),
    MrzFormat.MRVB: Layout(_two_lines(36, _place(2, 29, 36)), (_NUMBER, _BIRTH, _EXPIRY)),
    MrzFormat.FRAID: Layout(
        {
            "document_code": (_place(1, 1, 2), Holds.LETTERS),
            "issuing_state": (_place(1, 3, 5), Holds.LETTERS),
            "surname": (_place(1, 6, 30), Holds.LETTERS),
            "personal_number": (_place(1, 31, 36), Holds.BOTH),
            "document_number": (_place(2, 1, 12), Holds.BOTH),
            "given_names": (_place(2, 14, 27), Holds.LETTERS),
            "birth_date": (_place(2, 28, 33), Holds.DIGITS),
            "sex": (_place(2, 35, 35), Holds.LETTERS),
        },
        (
            Covered("number", _place(2, 13, 13), (_place(2, 1, 12),)),
            Covered("birth_date", _place(2, 34, 34), (_place(2, 28, 33),)),
            Covered("composite", _place(2, 36, 36), (_place(1, 1, 36), _place(2, 1, 35))),
        ),
    ),
}


def holds_at(layout: MrzFormat, line: int, column: int) -> Holds:
    """What the standard lets this place hold; a check digit's own place holds digits."""
    for covered in LAYOUTS[layout].digits:
        if covered.digit.line == line and covered.digit.start == column:
            return Holds.DIGITS
    for place, holds in LAYOUTS[layout].fields.values():
        if place.line == line and place.start <= column < place.end:
            return holds
    return Holds.BOTH
