"""Texts of machine-readable zones to train on: every format, fields as issuers fill them, wrong digits on purpose.

A quarter of the zones has characters at random, so that the network learns print and neither names nor arithmetic.
"""

from __future__ import annotations

import re

import numpy as np

from pipeline.mrz.digits import check_digits
from pipeline.reference.codes import state_codes
from pipeline.reference.mrz_fields import LAYOUTS, Place
from pipeline.types.mrz import ALPHABET, SHAPE, MrzFormat

#: Formats by how often they are drawn: lines of every length come up about equally often.
_FORMATS = (
    *(MrzFormat.TD3,) * 6,
    *(MrzFormat.TD1,) * 6,
    *(MrzFormat.TD2,) * 3,
    *(MrzFormat.MRVA,) * 2,
    *(MrzFormat.MRVB,) * 2,
    MrzFormat.FRAID,
)
#: First letter of a document's code by format, then what may follow (Doc 9303-4 to -7, clause 4.2.2.1).
_CODES = {
    MrzFormat.TD1: ("I<", "ID", "AR", "AC", "C<", "IR", "IX", "CR", "A<"),
    MrzFormat.TD2: ("I<", "ID", "AR", "C<", "P<", "IP"),
    MrzFormat.TD3: ("P<", "P<", "P<", "PD", "PS", "PO", "PM", "PT", "PR"),
    MrzFormat.MRVA: ("V<", "VA", "VB", "VC", "VD", "VW"),
    MrzFormat.MRVB: ("V<", "VA", "VB", "VC", "VD", "VW"),
    MrzFormat.FRAID: ("ID",),
}
_ONSETS = re.split(
    " ", " B BR C CH D DR F G GH H J K KH L M N NG P PH Q R S SH ST SCH T TH TR TZ V W X Y Z ZH SZ CZ DZ MB NK"
)
_VOWELS = ("A", "A", "E", "E", "I", "I", "O", "O", "U", "AA", "AE", "EE", "IE", "OE", "OU", "UE", "Y", "EI", "IA")
_CODAS = ("", "", "", "", "N", "R", "S", "L", "M", "K", "T", "D", "H", "NG", "RT", "CK", "SKI", "VIC", "Z", "X", "FF")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
#: Share of zones with characters at random; of the others, share with a wrong check digit.
_RANDOM = 0.25
_WRONG = 0.3

Random = np.random.Generator


def zone(random: Random) -> tuple[str, ...]:
    """The lines of one zone, top to bottom."""
    layout = _FORMATS[random.integers(len(_FORMATS))]
    count, length = SHAPE[layout]
    if random.random() < _RANDOM:
        return tuple(_at_random(random, length) for _ in range(count))
    lines = [list("<" * length) for _ in range(count)]
    for name, (place, _) in LAYOUTS[layout].fields.items():
        _put(lines, place, _field(random, layout, name, place.end - place.start))
    if layout is MrzFormat.FRAID:
        _put(lines, Place(1, 0, 12), _draw(random, _DIGITS, 4) + _draw(random, _LETTERS + _DIGITS, 8))
    wrong = random.random() < _WRONG
    for _ in LAYOUTS[layout].digits:  # the composite covers the others, so all are set once more
        for covered, digit in zip(
            LAYOUTS[layout].digits, check_digits(layout, tuple("".join(line) for line in lines)), strict=True
        ):
            _put(lines, covered.digit, digit.computed or "0")
    if wrong:
        covered = LAYOUTS[layout].digits[random.integers(len(LAYOUTS[layout].digits))]
        _put(lines, covered.digit, _draw(random, _DIGITS, 1))
    return tuple("".join(line) for line in lines)


def _put(lines: list[list[str]], place: Place, text: str) -> None:
    lines[place.line][place.start : place.end] = list(
        text.ljust(place.end - place.start, "<")[: place.end - place.start]
    )


def _at_random(random: Random, length: int) -> str:
    """Characters at random with runs of fillers between: no field, no order."""
    text = ""
    while len(text) < length:
        text += _draw(random, ALPHABET[:-1], int(random.integers(1, 14)))
        text += "<" * int(random.choice((0, 1, 1, 2, 3, 8, 20)))
    return text[:length]


def _field(random: Random, layout: MrzFormat, name: str, room: int) -> str:
    match name:
        case "document_code":
            codes = _CODES[layout]
            return codes[random.integers(len(codes))]
        case "issuing_state" | "nationality":
            return _state(random)
        case "name":
            given = "<".join(_name(random) for _ in range(random.integers(1, 4)))
            surname = "<".join(_name(random) for _ in range(1 + int(random.random() < 0.25)))
            return surname if random.random() < 0.03 else f"{surname}<<{given}"
        case "surname":
            return _name(random)
        case "given_names":
            return "<<".join(_name(random) for _ in range(random.integers(1, 3)))
        case "birth_date" | "expiry_date":
            return _date(random)
        case "sex":
            return "MF<"[random.choice(3, p=(0.48, 0.48, 0.04))]
        case "document_number":
            return _number(random, room)
        case _:
            return "" if random.random() < 0.5 else _number(random, int(random.integers(2, room + 1)))


def _state(random: Random) -> str:
    codes = tuple(state_codes().listings)
    code = codes[random.integers(len(codes))]
    return _draw(random, _LETTERS, 3) if random.random() < 0.2 else code


def _name(random: Random) -> str:
    if random.random() < 0.15:
        return _draw(random, _LETTERS, int(random.integers(1, 12)))
    syllables = (
        _ONSETS[random.integers(len(_ONSETS))]
        + _VOWELS[random.integers(len(_VOWELS))]
        + _CODAS[random.integers(len(_CODAS))]
        for _ in range(random.integers(1, 5))
    )
    return "".join(syllables)


def _date(random: Random) -> str:
    return f"{random.integers(100):02d}{random.integers(1, 13):02d}{random.integers(1, 32):02d}"


def _number(random: Random, room: int) -> str:
    """As issuers number: digits, letters before digits, both mixed; often shorter than the field."""
    size = room if random.random() < 0.7 else int(random.integers(min(5, room), room + 1))
    kind = random.random()
    if kind < 0.4:
        return _draw(random, _DIGITS, size)
    if kind < 0.7:
        letters = min(size, int(random.integers(1, 4)))
        return _draw(random, _LETTERS, letters) + _draw(random, _DIGITS, size - letters)
    return _draw(random, _LETTERS + _DIGITS, size)


def _draw(random: Random, characters: str, count: int) -> str:
    return "".join(characters[index] for index in random.integers(len(characters), size=count))
