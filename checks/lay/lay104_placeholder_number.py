"""A number is a placeholder (LAY104).

What it looks at:
    Document, permit, passport, application, receipt and medical numbers: the digits, or one group of them, that
    count up or down by one, or that are all the same.

Why it matters:
    Samples, drafts and made-up papers carry such numbers; a series of real numbers hardly ever does.

What else it can be:
    - A training or test document came into the queue.
    - The field was filled with zeros because there was no number.
    - The number is genuine and stands at such a place in its series.

When it is not applied:
    None of these numbers was read. Fewer than six digits are not judged.

What to check next:
    Ask the register or the issuing office whether the number was given out.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique); published specimens' numbers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import (
    MRZ_DOCUMENT_NUMBER,
    VIZ_APPLICATION_NUMBER,
    VIZ_DOCUMENT_NUMBER,
    VIZ_MEDICAL_NUMBER,
    VIZ_PASSPORT_NUMBER,
    VIZ_PERMIT_NUMBER,
    VIZ_RECEIPT_NUMBER,
)

NUMBERS = (
    VIZ_DOCUMENT_NUMBER,
    MRZ_DOCUMENT_NUMBER,
    VIZ_PERMIT_NUMBER,
    VIZ_PASSPORT_NUMBER,
    VIZ_APPLICATION_NUMBER,
    VIZ_RECEIPT_NUMBER,
    VIZ_MEDICAL_NUMBER,
)
#: A run of fewer digits comes up by chance: one in 30,000 numbers of six digits is a placeholder.
SHORTEST = 6


def placeholder_number(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each number whose digits count or repeat; printed zone before machine-readable zone."""
    read = [fact for key in NUMBERS if (fact := facts.find(key))]
    if not read:
        raise NotApplicable(f"not read: {' or '.join(key.name for key in NUMBERS)}")
    seen: set[str] = set()
    for fact in read:
        digits, kind = placeholder(fact.value)
        field = field_of(fact.key)
        if not kind or field in seen:
            continue
        seen.add(field)
        message = f"{field} {fact.value}: {kind}"
        if set(digits) == {"0"}:
            yield Found(message, (fact,), "no number: filled with zeros", None, Hypothesis.CLERICAL, Strength.WEAK)
        else:
            yield Found(message, (fact,))


def placeholder(number: str) -> tuple[str, str]:
    """The digits that make a number a placeholder (all, or one group of them) and what they do; else empty."""
    groups = re.findall(r"[0-9]+", number)
    for digits in ("".join(groups), *groups):
        if kind := pattern(digits):
            return digits, kind
    return "", ""


def pattern(digits: str) -> str:
    """What the digits do, in words, or nothing: one digit repeated, counting up or counting down (9 meets 0)."""
    if len(digits) < SHORTEST:
        return ""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(digits)}
    if len(steps) != 1:
        return ""
    return {0: "one digit repeated", 1: "digits count up", 9: "digits count down"}.get(steps.pop(), "")


CHECK = DocumentCheck(
    code="LAY104",
    name="placeholder-number",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(),
    innocent=(
        "a training or test document came into the queue",
        "the field was filled with zeros because there was no number",
        "the number is genuine and stands at such a place in its series",
    ),
    next_check="Ask the register or the issuing office whether the number was given out",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique); published specimens' numbers",
    rule=placeholder_number,
)
