"""The single check digits and the composite contradict each other (MRZ102).

What it looks at:
    Whether the check digits of the fields and the composite digit tell the same story. The composite is over the
    fields and over their digits, and its weights (7, 3, 1) have no factor in common with 10, so one character that
    was misread or changed breaks both.

Why it matters:
    A field's digit that is wrong beside a composite that is right, or the reverse, means that two places do not
    come from one computation: a field and one digit were set by hand, and the other digit was overlooked.

What else it can be:
    - Two characters were misread at once, or the composite digit itself.
    - The issuing state computes one of the digits in its own way.
    - Optional data without a digit of its own were misread; only the composite sees those.

When it is not applied:
    No MRZ was read, the format has no composite (visas), or a digit could not be computed.

What to check next:
    Compare the digits named with the page under magnification, and with others of the same issuer.

Source:
    ICAO Doc 9303-4, -5 and -6 clause 4.2.4; derived from the weights.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of
from checks.mrz.reliance import confusable, doubt, read_fact, weighed
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ


def check_digit_pattern(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the fields' digits and the composite contradict each other."""
    reading = facts.get(MRZ)
    digits = {digit.name: digit for digit in reading.value.check_digits}
    if "composite" not in digits:
        raise NotApplicable(f"{reading.value.format.value} has no composite check digit")
    if any(digit.computed is None for digit in digits.values()):
        raise NotApplicable("a check digit could not be computed")
    composite = digits.pop("composite")
    wrong = [digit for digit in digits.values() if not digit.ok]
    if composite.ok == (not wrong):
        return
    seen = wrong or [composite]
    evidence = tuple(dict.fromkeys(read_fact(facts, f"check.{digit.name}") for digit in seen))
    innocent = doubt("MRZ102", facts, evidence, context)
    legibility = min(fact.legibility for fact in evidence)
    if not wrong and confusable(composite.read, composite.computed or "", legibility, trusted=not innocent):
        innocent = f"one look-alike glyph explains it: {composite.read} for {composite.computed}"
    names = ", ".join(digit.name.replace("_", " ") for digit in wrong)
    message = f"{names} wrong, composite right" if wrong else "every field right, composite wrong"
    yield weighed(message, evidence, innocent, field_of(evidence[0].key))


CHECK = DocumentCheck(
    code="MRZ102",
    name="check-digit-pattern",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ,),
    innocent=(
        "two characters were misread at once, or the composite digit itself",
        "the issuing state computes one of the digits in its own way",
        "optional data without a digit of its own were misread",
    ),
    next_check="Compare the digits named with the page under magnification, and with others of the same issuer",
    source="ICAO Doc 9303-4, -5 and -6 clause 4.2.4; derived from the weights",
    rule=check_digit_pattern,
    thresholds=("legible",),
)
