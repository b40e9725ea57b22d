"""MRZ lines -> format and fields with their meaning. Pure text: no pixels, no clock, and nothing is corrected.

Centuries: an expiry year YY is 2000-2069 for 00-69 and 1970-1999 for 70-99 (the first machine-readable documents were
issued around 1980). A birth year is the latest that is not after the expiry, or, where there is no readable expiry,
not after the end of that window's first half (2035).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.mrz.digits import long_number
from pipeline.reference.mrz_fields import LAYOUTS, Place
from pipeline.types import keys
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyKey
from pipeline.types.mrz import SHAPE, MrzFormat

#: Two-digit expiry years from here on are of the 20th century.
EXPIRY_PIVOT = 70
#: Latest birth year where no expiry bounds it.
LATEST_BIRTH_YEAR = 2035


@dataclass(frozen=True, slots=True)
class ParsedField:
    """One field: its key, the characters as they stand, their meaning, and where they stand."""

    key: AnyKey
    raw: str
    value: str | PartialDate
    place: Place


def format_of(lines: tuple[str, ...]) -> MrzFormat | None:
    """The format that lines of this number, length and document code have; None for any other shape."""
    shape = (len(lines), len(lines[0])) if lines and len({len(line) for line in lines}) == 1 else (0, 0)
    visa = bool(lines) and lines[0].startswith("V")
    french = bool(lines) and lines[0].startswith("IDFRA")
    for layout, expected in SHAPE.items():
        if expected != shape:
            continue
        if (layout in (MrzFormat.MRVA, MrzFormat.MRVB)) == visa and (
            shape != (2, 36) or visa or (layout is MrzFormat.FRAID) == french
        ):
            return layout
    return None


def parse(layout: MrzFormat, lines: tuple[str, ...]) -> tuple[ParsedField, ...]:
    """Every field that the lines hold; one that is all fillers is left out, an unusable date is kept as text.

    Args:
        layout: the format.
        lines: each of the format's length.
    """
    places = {name: place for name, (place, _) in LAYOUTS[layout].fields.items()}
    expiry_text = places["expiry_date"].of(lines) if "expiry_date" in places else ""
    expiry = expiry_date(expiry_text)
    fields: list[ParsedField] = []
    for name, place in places.items():
        raw = place.of(lines)
        if name == "birth_date":
            fields.append(_date(raw, place, birth_date(raw, expiry), keys.MRZ_BIRTH_DATE, keys.MRZ_BIRTH_DATE_TEXT))
        elif name == "expiry_date":
            fields.append(_date(raw, place, expiry, keys.MRZ_EXPIRY_DATE, keys.MRZ_EXPIRY_DATE_TEXT))
        elif name == "name":
            fields.extend(_names(raw, place))
        elif name == "surname":
            fields.append(ParsedField(keys.MRZ_NAME, raw, _as_one_name(raw, places["given_names"].of(lines)), place))
            fields += [ParsedField(keys.MRZ_SURNAME, raw, _text(name, raw), place)] if raw.strip("<") else []
        elif name == "document_number":
            fields.append(_number(layout, lines, raw, place))
        elif raw.strip("<") or name == "sex":
            fields.append(ParsedField(_TEXT_KEYS[name], raw, _text(name, raw), place))
    return tuple(field for field in fields if field.raw.strip("<") or field.key == keys.MRZ_SEX)


_TEXT_KEYS = {
    "document_code": keys.MRZ_DOCUMENT_CODE,
    "issuing_state": keys.MRZ_ISSUING_STATE,
    "surname": keys.MRZ_SURNAME,
    "given_names": keys.MRZ_GIVEN_NAMES,
    "nationality": keys.MRZ_NATIONALITY,
    "sex": keys.MRZ_SEX,
    "personal_number": keys.MRZ_PERSONAL_NUMBER,
    "optional_2": keys.MRZ_OPTIONAL_2,
}
_NAMES = ("surname", "given_names")


def expiry_date(text: str) -> PartialDate | None:
    """YYMMDD as a date; None where it is none."""
    parts = _parts(text)
    if parts is None:
        return None
    year, month, day = parts
    if year is None:
        return None
    return _calendar(year + (1900 if year >= EXPIRY_PIVOT else 2000), month, day)


def birth_date(text: str, expiry: PartialDate | None) -> PartialDate | None:
    """YYMMDD, of which parts may be `<<` (unknown, Doc 9303-3 clause 4.8), as a date; None where it is none.

    Args:
        text: six characters.
        expiry: of the same document, which a birth cannot follow.
    """
    parts = _parts(text)
    if parts is None:
        return None
    year, month, day = parts
    if year is None:
        return _calendar(None, month, day)
    later = _calendar(2000 + year, month, day)
    latest = expiry.latest if expiry is not None else None
    if latest is None:
        too_late = 2000 + year > LATEST_BIRTH_YEAR
    else:
        too_late = 2000 + year > latest.year or (
            later is not None and later.earliest is not None and later.earliest > latest
        )
    return _calendar(1900 + year, month, day) if too_late else later


def _parts(text: str) -> tuple[int | None, int | None, int | None] | None:
    """Year, month and day of six characters, None for `<<`; None where a part is neither number nor unknown."""
    parts: list[int | None] = []
    for start in (0, 2, 4):
        part = text[start : start + 2]
        if part == "<<":
            parts.append(None)
        elif len(part) == 2 and part.isascii() and part.isdigit():
            parts.append(int(part))
        else:
            return None
    return parts[0], parts[1], parts[2]


def _calendar(year: int | None, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _date(raw: str, place: Place, date: PartialDate | None, key: AnyKey, text_key: AnyKey) -> ParsedField:
    if date is None:
        return ParsedField(text_key, raw, raw, place)
    return ParsedField(key, raw, date, place)


def _names(raw: str, place: Place) -> list[ParsedField]:
    """The whole name field, and its two parts where they are there; a missing `<<` is a one-name holder."""
    primary, _, secondary = raw.partition("<<")
    found = [ParsedField(keys.MRZ_NAME, raw, raw, place)]
    end = place.start + len(primary)
    if primary.strip("<"):
        found.append(ParsedField(keys.MRZ_SURNAME, primary, words(primary), Place(place.line, place.start, end)))
    if secondary.strip("<"):
        given = Place(place.line, end + 2, end + 2 + len(secondary.rstrip("<")))
        found.append(ParsedField(keys.MRZ_GIVEN_NAMES, secondary.rstrip("<"), words(secondary), given))
    return found


def _as_one_name(surname: str, given_names: str) -> str:
    """The name where each part has a field of its own, as on the French card.

    It is written as other formats have it: one filler within, two between the parts, and one behind them unless a
    field has no room for one more letter, so that the name may have been cut. Given names stand two fillers apart.
    """
    full = not surname.endswith("<<") or not given_names.endswith("<<<")
    parts = ("<".join(part for part in field.split("<") if part) for field in (surname, given_names))
    return "<<".join(part for part in parts if part) + ("" if full else "<")


def _number(layout: MrzFormat, lines: tuple[str, ...], raw: str, place: Place) -> ParsedField:
    continued = long_number(layout, lines)
    value = raw.rstrip("<") + (continued[0] if continued is not None else "")
    return ParsedField(keys.MRZ_DOCUMENT_NUMBER, raw, value, place)


def words(text: str) -> str:
    """Name components with single spaces for fillers."""
    return " ".join(part for part in text.split("<") if part)


def _text(name: str, raw: str) -> str:
    if name in _NAMES:
        return words(raw)
    return raw if name == "sex" else raw.rstrip("<")
