"""A character of the machine-readable zone stands where its kind has no place (MRZ103).

What it looks at:
    Digits in fields of letters (states, names), letters in dates and at check digits, a filler inside the document
    number, text behind the fillers that end the name.

Why it matters:
    The issuing system fills each field from its own alphabet. A character of another kind was not put there by it.

What else it can be:
    - A look-alike was misread: 0 for O, 1 for I, and K, L or C for a filler.
    - The printed number has a space or hyphen, which the MRZ writes as a filler.
    - Glare or a stamp lies on the line.

When it is not applied:
    No MRZ was read, or not all of its characters. A 0 for O or 1 for I in the code of a state is no finding where the
    list of codes tells which of the two is printed.

What to check next:
    Look at the character named under magnification; scan again if the print there is poor.

Source:
    ICAO Doc 9303-3 clauses 4.2 and 4.6; 9303-4, -5, -6 and -7 clause 4.2.2 (content of each field).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of
from checks.mrz.reliance import doubt, read_fact, weighed
from pipeline.reference.codes import Listing, listing
from pipeline.reference.confusions import SHARED_CONFUSIONS
from pipeline.reference.mrz_fields import LAYOUTS, Place
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, VIZ_DOCUMENT_NUMBER
from pipeline.types.mrz import SHAPE, MrzFormat

#: Letters that engines of every family read into a run of fillers.
_FILLER_READ_AS = frozenset("KLCSEXG")
#: What does not belong, by field; in check digits no letter does. Optional data and the sex are not judged here.
_MISPLACED = {
    "document_code": r"^[^A-Z]",
    "issuing_state": r"[0-9]",
    "nationality": r"[0-9]",
    # Fillers stand for an unknown month or day of birth (Doc 9303-3 clause 4.8).
    "birth_date": r"[A-Z]",
    "expiry_date": r"[A-Z]|(?<=[0-9])<|<(?=[0-9])",
    "document_number": r"(?<=[A-Z0-9])<(?=<*[A-Z0-9])",
}
_NAMES = ("name", "surname", "given_names")
_STATES = ("issuing_state", "nationality")
_ALWAYS_CONFUSED = frozenset("".join("".join(pair) for pair in SHARED_CONFUSIONS))


def character_out_of_place(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field that holds a character of another kind."""
    reading = facts.get(MRZ)
    lines, width = SHAPE[reading.value.format]
    if [len(line) for line in reading.value.lines] != [width] * lines:
        raise NotApplicable("the zone's lines are not complete")
    for key, place in _places(reading.value.format):
        text = place.of(reading.value.lines)
        at = _out_of_place(key, text)
        if at is None or (key in _STATES and _listed_anyway(text)):
            continue
        evidence = (read_fact(facts, key),)
        cause = _cause(key, text, at)
        message = f"{field_of(key).replace('_', ' ')}: {text[at]} at character {at + 1} of {len(text)}"
        if key == "document_number":
            gap = _printed_gap(text, facts)
            if gap is None:
                innocent = "a space or hyphen of the number is a filler in the MRZ"
                yield Found(message, evidence, innocent, cause, Hypothesis.CLERICAL, Strength.WEAK)
            if gap is not False:
                continue
        innocent = _lookalike(key, text[at:]) or doubt("MRZ103", facts, evidence, context)
        yield weighed(message, evidence, innocent, cause)


def _listed_anyway(text: str) -> bool:
    # UT0 beside UTO: where every engine reads 0 for O, the list of codes tells them apart.
    code = text.strip("<").replace("0", "O").replace("1", "I")
    return code.isalpha() and listing(code) is not Listing.UNLISTED


def _cause(key: str, text: str, at: int) -> str:
    """The printed field that holds the same character, so that one misread glyph is one group."""
    if key != "name":
        return field_of(key)
    end = text.find("<<", 1)
    return "surname" if at < end or end < 0 else "given_names"


def _places(form: MrzFormat) -> Iterator[tuple[str, Place]]:
    layout = LAYOUTS[form]
    for name, (place, _) in layout.fields.items():
        yield name, place
    for digit in layout.digits:
        yield f"check.{digit.name}", digit.digit


def _out_of_place(key: str, text: str) -> int | None:
    """Index of the first character that does not belong, or None."""
    if key in _NAMES:
        return _in_name(text)
    pattern = r"[A-Z]" if key.startswith("check.") else _MISPLACED.get(key, "")
    found = re.search(pattern, text) if pattern else None
    return found.start() if found else None


def _in_name(text: str) -> int | None:
    odd = re.search(r"^<(?=<*[A-Z0-9])|[0-9]", text)
    # Behind the double filler that follows the given names nothing is written.
    tail = re.match(r"[A-Z<]*?<<[A-Z<]*?<<+(?=[A-Z0-9])", text)
    found = [one for one in (odd.start() if odd else None, tail.end() if tail else None) if one is not None]
    return min(found, default=None)


def _lookalike(key: str, rest: str) -> str:
    if key in _NAMES and set(rest) - {"<"} <= _FILLER_READ_AS:
        return f"a filler read as {rest[0]}"
    return f"{rest[0]} is a look-alike that every engine confuses" if rest[0] in _ALWAYS_CONFUSED else ""


def _printed_gap(coded: str, facts: Facts) -> bool | None:
    """Whether the printed number has a gap too; None where that was not read, or not in full."""
    printed = facts.find(VIZ_DOCUMENT_NUMBER)
    if printed is None:
        return None
    if re.search(r"[A-Za-z0-9][^A-Za-z0-9]+[A-Za-z0-9]", printed.raw):
        return True
    return False if len(printed.raw.strip()) == len(coded.rstrip("<")) else None


CHECK = DocumentCheck(
    code="MRZ103",
    name="character-out-of-place",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ,),
    innocent=(
        "a look-alike was misread: 0 for O, 1 for I, and K, L or C for a filler",
        "the printed number has a space or hyphen, which the MRZ writes as a filler",
        "glare or a stamp lies on the line",
    ),
    next_check="Look at the character named under magnification; scan again if the print there is poor",
    source="ICAO Doc 9303-3 clauses 4.2 and 4.6; 9303-4, -5, -6 and -7 clause 4.2.2",
    rule=character_out_of_place,
    thresholds=("legible",),
)
