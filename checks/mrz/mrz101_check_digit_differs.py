"""A check digit of the machine-readable zone differs from the one computed (MRZ101).

What it looks at:
    Each check digit printed in the MRZ (document number, birth date, expiry date, optional data, composite)
    against the digit computed over the characters as they were read. Nothing is repaired first.

Why it matters:
    The issuing system computes the digits when the document is made. Somebody who changes one character by hand
    or in a picture often leaves the digit as it was.

What else it can be:
    - One character was misread: O and 0, I and 1, S and 5, B and 8, Z and 2 each change the digit.
    - The print is worn, or glare lies on the line.
    - The issuing state computes this digit in its own way; known ways are accepted and noted.

When it is not applied:
    No MRZ was read, or its format has no check digits. A visa has no composite digit. Where a field's own digit
    differs, the composite differs with it and shares the field's cause.

What to check next:
    Compare the characters named with the page under magnification; read the chip or the barcode if there is one.

Source:
    ICAO Doc 9303-3 clause 4.9; 9303-4, -5 and -6 clause 4.2.4 (composite).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import likely
from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of
from checks.mrz.reliance import confusable, doubt, read_fact, substitutes, weighed
from pipeline.reference.confusions import glyph_cost
from pipeline.reference.mrz_fields import LAYOUTS
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ
from pipeline.types.mrz import ALPHABET, CheckDigit, MrzReading, check_digit

_DATES = ("birth_date", "expiry")
#: Fields under the composite digit that every format with one has.
_COMPOSITE = ("document_number", "birth_date", "expiry_date")


def check_digit_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each printed digit that is not the computed one."""
    reading = facts.get(MRZ)
    digits = reading.value.check_digits
    if not digits:
        raise NotApplicable("the zone has no check digits")
    shared: Found | None = None
    for digit in digits:
        if digit.ok:
            continue
        if digit.name == "composite" and shared is not None:
            evidence = (read_fact(facts, "check.composite"), *shared.facts[1:])
            yield weighed(_message(digit), evidence, shared.likely_innocent or "", shared.cause)
            continue
        found = _judge(digit, facts, context)
        shared = shared or found
        yield found


def _judge(digit: CheckDigit, facts: Facts, context: Context) -> Found:
    place = read_fact(facts, f"check.{digit.name}")
    field = field_of(f"mrz.check.{digit.name}")
    covered = tuple(read_fact(facts, key) for key in (_COMPOSITE if digit.name == "composite" else (field,)))
    unsure = doubt("MRZ101", facts, (place, *covered), context)
    legibility = min(fact.legibility for fact in (place, *covered))
    # A number of more than nine characters goes on in the optional data; its reading holds both parts.
    text = str(covered[0].value) if digit.name == "number" else _covered(facts.get(MRZ).value, digit.name)
    glyph = _alternative(digit, place, covered[0]) or _one_glyph(digit, text, legibility, trusted=not unsure)
    innocent = f"one look-alike glyph explains it: {glyph}, legibility {legibility:.2f}" if glyph else unsure
    evidence = (place,) if digit.name == "composite" else (place, *covered)
    return weighed(_message(digit), evidence, innocent, field)


def _message(digit: CheckDigit) -> str:
    computed = digit.computed or "not computable from what was read"
    return f"{digit.name.replace('_', ' ')}: printed {digit.read or 'nothing'}, computed {computed}"


def _covered(reading: MrzReading, name: str) -> str:
    digits = [one for one in LAYOUTS[reading.format].digits if one.name == name]
    return "".join(place.of(reading.lines) for one in digits for place in one.over)


def _one_glyph(digit: CheckDigit, text: str, legibility: float, *, trusted: bool) -> str:
    """The one confusable glyph that would make the digit agree, in words; empty if none does."""
    if digit.computed and digit.read and confusable(digit.read, digit.computed, legibility, trusted=trusted):
        return f"the digit, {digit.read} for {digit.computed}"
    if set(text) - set(ALPHABET):
        return ""
    repairs = [
        (glyph_cost(read, other), at, f"character {at + 1}, {read} for {other}")
        for at, read in enumerate(text)
        for other in substitutes(read, legibility, trusted=trusted)
        if other in ALPHABET and (other.isdigit() or digit.name not in _DATES)
        if check_digit(text[:at] + other + text[at + 1 :]) == digit.read
    ]
    return min(repairs)[2] if repairs else ""


def _alternative(digit: CheckDigit, place: AnyFact, field: AnyFact) -> str:
    """An engine's own second reading of one character that would make the digit agree, in words; empty if none."""
    if any(likely(other) and digit.computed == other.character for other in place.alternatives):
        return f"the digit, which an engine also read as {digit.computed}"
    for other in field.alternatives:
        changed = field.raw[: other.position] + other.character + field.raw[other.position + 1 :]
        if likely(other) and not set(changed) - set(ALPHABET) and check_digit(changed) == digit.read:
            read = field.raw[other.position : other.position + 1]
            return f"character {other.position + 1}, {read}, which an engine also read as {other.character}"
    return ""


CHECK = DocumentCheck(
    code="MRZ101",
    name="check-digit-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ,),
    innocent=(
        "one character was misread: O and 0, I and 1, S and 5, B and 8, Z and 2 each change the digit",
        "the print is worn, or glare lies on the line",
        "the issuing state computes this digit in its own way",
    ),
    next_check="Compare the characters named with the page under magnification; read the chip or the barcode",
    source="ICAO Doc 9303-3 clause 4.9; 9303-4, -5 and -6 clause 4.2.4 (composite)",
    rule=check_digit_differs,
    thresholds=("legible",),
)
