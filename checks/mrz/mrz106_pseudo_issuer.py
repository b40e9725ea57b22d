"""The issuing state is an issuer that no state stands behind (MRZ106).

What it looks at:
    The issuer's code in the MRZ against the issuers known to sell documents that look like passports and that
    no state recognises.

Why it matters:
    Such a document is well made and its check digits are right; only its issuer tells it from a passport.

What else it can be:
    - The code was misread.
    - The document was handed in as a supporting paper and not as a passport.

When it is not applied:
    No MRZ or no issuing state was read.

What to check next:
    Read the issuer's name on the page; ask for a passport of a state.

Source:
    ICAO Doc 9303-3 section 5 (the code is in no list); house list in pipeline/reference/state_codes.toml.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.mrz.reliance import doubt, weighed
from pipeline.reference.codes import Listing, listing, state_code
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_ISSUING_STATE


def pseudo_issuer(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the issuer is on the list of pseudo issuers."""
    printed = believed(facts, MRZ_ISSUING_STATE)
    code = state_code(printed.value)
    if listing(code) is Listing.PSEUDO:
        innocent = doubt("MRZ106", facts, (printed,), context)
        yield weighed(f"{code}: {Listing.PSEUDO.value}", (printed,), innocent)


CHECK = DocumentCheck(
    code="MRZ106",
    name="pseudo-issuer",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(MRZ, MRZ_ISSUING_STATE),
    innocent=(
        "the code was misread",
        "the document was handed in as a supporting paper and not as a passport",
    ),
    next_check="Read the issuer's name on the page; ask for a passport of a state",
    source="ICAO Doc 9303-3 section 5 (the code is in no list); house list in pipeline/reference/state_codes.toml",
    rule=pseudo_issuer,
    thresholds=("legible",),
)
