"""The sex character of the machine-readable zone is in no list (MRZ109).

What it looks at:
    The character at the place of the sex: M, F and the filler are listed; X, which the printed zone uses and
    some issuers write here too, is taken as lawful. Which of them it is makes no difference.

Why it matters:
    The issuing system writes one of these. Another character was not put there by it.

What else it can be:
    - The character was misread.
    - The line was read one place off.

When it is not applied:
    No MRZ or no such character was read.

What to check next:
    Look at the character under magnification.

Source:
    ICAO Doc 9303-4 to -7 clause 4.2.2 (sex).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.mrz.reliance import doubt, substitutes, weighed
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_SEX

#: Doc 9303 has M, F and the filler; X is met in the field. Empty is what a filler leaves.
_LISTED = ("M", "F", "<", "X", "")
#: What a worn or stained M or F is read as; the place has no check digit that would tell (house observation).
_LEFT_OF_WORN = frozenset("0123456789ILJHNEP")


def sex_character_not_listed(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the character is none of those listed."""
    printed = believed(facts, MRZ_SEX)
    if printed.value in _LISTED:
        return
    innocent = doubt("MRZ109", facts, (printed,), context)
    if printed.value in _LEFT_OF_WORN:
        innocent = f"{printed.value} may be what is left of a worn M or F"
    near = [other for other in substitutes(printed.value, printed.legibility, trusted=False) if other in _LISTED]
    if near:
        innocent = f"one look-alike glyph explains it: {printed.value} for {near[0]}"
    yield weighed(f"character {printed.value}", (printed,), innocent)


CHECK = DocumentCheck(
    code="MRZ109",
    name="sex-character-not-listed",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_SEX),
    innocent=(
        "the character was misread",
        "the line was read one place off",
    ),
    next_check="Look at the character under magnification",
    source="ICAO Doc 9303-4 to -7 clause 4.2.2 (sex)",
    rule=sex_character_not_listed,
    thresholds=("legible",),
)
