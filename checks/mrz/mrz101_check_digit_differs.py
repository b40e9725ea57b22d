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

from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of
from checks.mrz.reliance import confusable, doubt, read_fact, substitutes, weighed
from pipeline.reference.mrz_fields import LAYOUTS
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ
from pipeline.types.mrz import ALPHABET, CheckDigit, MrzReading, check_digit

_DATES = ("birth_date", "expiry")


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
    reading = facts.get(MRZ)
    place = read_fact(facts, f"check.{digit.name}")
    covered = read_fact(facts, field_of(f"mrz.check.{digit.name}"))
    evidence: tuple[AnyFact, ...] = tuple(dict.fromkeys((place, covered)))
    unsure = doubt("MRZ101", reading, evidence, context)
    legibility = min(fact.legibility for fact in evidence)
    # A number of more than nine characters goes on in the optional data; its reading holds both parts.
    text = str(covered.value) if digit.name == "number" else _covered(reading.value, digit.name)
    glyph = _one_glyph(digit, text, legibility, trusted=not unsure) or _alternative(digit, place)
    innocent = f"one look-alike glyph explains it: {glyph}, legibility {legibility:.2f}" if glyph else unsure
    return weighed(_message(digit), evidence, innocent, field_of(f"mrz.check.{digit.name}"))


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
    for at, read in enumerate(text):
        for other in substitutes(read, legibility, trusted=trusted):
            if other not in ALPHABET or (digit.name in _DATES and not other.isdigit()):
                continue
            changed = text[:at] + other + text[at + 1 :]
            if check_digit(changed) == digit.read:
                return f"character {at + 1}, {read} for {other}"
    return ""


def _alternative(digit: CheckDigit, place: AnyFact) -> str:
    """The engine's own second reading of the digit, if that is the computed one."""
    for alternative in place.alternatives:
        if digit.computed == alternative.character:
            return f"the digit, which the engine also read as {alternative.character}"
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
)
