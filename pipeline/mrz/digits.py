"""MRZ lines -> every check digit of the format, computed on what was read. Pure text; changes nothing."""

from __future__ import annotations

from pipeline.reference.mrz_fields import LAYOUTS, Covered, Place
from pipeline.types.mrz import CheckDigit, MrzFormat, check_digit

EMPTY_OPTIONAL = "filler instead of 0 under empty optional data (Doc 9303-4 clause 4.2.2.2)"
LONG_NUMBER = "number continues in the optional data (Doc 9303-5 note j, Doc 9303-6 note j)"
LONG_NUMBER_WITH_FILLER = "number continues in the optional data, digit computed with the filler between included"

#: Where a number of more than nine characters goes on, by format (Doc 9303-5 note j, 9303-6 note j).
CONTINUATION: dict[MrzFormat, Place] = {MrzFormat.TD1: Place(0, 15, 28), MrzFormat.TD2: Place(1, 28, 35)}


def check_digits(layout: MrzFormat, lines: tuple[str, ...]) -> tuple[CheckDigit, ...]:
    """Every check digit of the format, in the order number, birth_date, expiry, optional, composite.

    Args:
        layout: the format.
        lines: as read; a character that the MRZ does not have leaves `computed` None.
    """
    return tuple(_one(layout, covered, lines) for covered in LAYOUTS[layout].digits)


def long_number(layout: MrzFormat, lines: tuple[str, ...]) -> tuple[str, str] | None:
    """(remainder, its check digit) of a number longer than nine characters, else None.

    Such a number has `<` in place of its check digit, goes on at the start of the optional data and ends there with
    the digit, before a filler.
    """
    place = CONTINUATION.get(layout)
    if place is None:
        return None
    number = next(covered for covered in LAYOUTS[layout].digits if covered.name == "number")
    rest = place.of(lines).split("<", 1)[0]
    if number.digit.of(lines) != "<" or "<" in number.over[0].of(lines) or len(rest) < 2 or not rest[-1].isdigit():
        return None
    return rest[:-1], rest[-1]


def _one(layout: MrzFormat, covered: Covered, lines: tuple[str, ...]) -> CheckDigit:
    text = "".join(place.of(lines) for place in covered.over)
    read = covered.digit.of(lines)
    computed = _computed(text)
    if covered.name == "number" and (continued := long_number(layout, lines)) is not None:
        return _long(text, *continued)
    if covered.name == "optional" and read == "<" and not text.strip("<"):
        return CheckDigit(covered.name, read, computed, True, EMPTY_OPTIONAL)
    return CheckDigit(covered.name, read, computed, computed is not None and read == computed)


def _long(principal: str, rest: str, read: str) -> CheckDigit:
    """The digit of a long number; issuers compute it without or with the filler between its two parts."""
    without, with_filler = _computed(principal + rest), _computed(principal + "<" + rest)
    if read != without and read == with_filler:
        return CheckDigit("number", read, with_filler, True, LONG_NUMBER_WITH_FILLER)
    return CheckDigit("number", read, without, read == without, LONG_NUMBER if read == without else "")


def _computed(text: str) -> str | None:
    try:
        return check_digit(text)
    except ValueError:
        return None
