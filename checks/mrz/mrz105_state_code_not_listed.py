"""A state code of the machine-readable zone is in no list (MRZ105).

What it looks at:
    The codes of the issuing state and of the nationality in the MRZ against ISO 3166-1 and the codes that Doc
    9303 adds (D, RKS, UNO, XXA, ...). Every listed code is as good as any other.

Why it matters:
    A code that nobody has assigned does not come from an issuing system.

What else it can be:
    - One letter was misread.
    - The document is older than the code's withdrawal.
    - The code was assigned after the date of this list.

When it is not applied:
    No MRZ was read, or neither code. An issuer that is known as no state at all has its own check (MRZ106).

What to check next:
    Compare the code with the issuer's name as printed.

Source:
    ICAO Doc 9303-3 section 5; ISO 3166-1 and 3166-3.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.mrz.reliance import doubt, weighed
from pipeline.reference.codes import Listing, listed_lookalike, listing, state_code
from pipeline.types.facts import Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_ISSUING_STATE, MRZ_NATIONALITY


def state_code_not_listed(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each of the two codes that is in no list, or in that of withdrawn codes."""
    codes = [believed(facts, key) for key in (MRZ_ISSUING_STATE, MRZ_NATIONALITY) if facts.find(key) is not None]
    if not codes:
        raise NotApplicable("no state code read")
    for printed in codes:
        where = listing(state_code(printed.value))
        if where is Listing.WITHDRAWN:
            yield Found(
                f"{state_code(printed.value)}: {where.value}",
                (printed,),
                "the document is older than the code's withdrawal",
                hypothesis=Hypothesis.CLERICAL,
                strength=Strength.WEAK,
            )
        elif where is Listing.UNLISTED or (where is Listing.PSEUDO and printed.key != MRZ_ISSUING_STATE.name):
            yield _unlisted(printed, facts, context)


def _unlisted(printed: Fact[str], facts: Facts, context: Context) -> Found:
    code = state_code(printed.value)
    innocent = doubt("MRZ105", facts, (printed,), context)
    near = listed_lookalike(code, printed.legibility) if innocent else None
    if near:
        innocent = f"one look-alike glyph explains it: {code} for {near}, legibility {printed.legibility:.2f}"
    return weighed(f"{code or 'empty'}: {Listing.UNLISTED.value}", (printed,), innocent)


CHECK = DocumentCheck(
    code="MRZ105",
    name="state-code-not-listed",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(MRZ,),
    innocent=(
        "one letter was misread",
        "the document is older than the code's withdrawal",
        "the code was assigned after the date of this list",
    ),
    next_check="Compare the code with the issuer's name as printed",
    source="ICAO Doc 9303-3 section 5; ISO 3166-1 and 3166-3",
    rule=state_code_not_listed,
    thresholds=("legible",),
)
