"""The document code of the machine-readable zone is in no list (MRZ104).

What it looks at:
    The first two characters of the MRZ against the codes that Doc 9303 allows for a document of that size: P
    for passports, V for visas, A, C or I for cards; on cards V is never second, I never follows A, AC is for
    crew certificates.

Why it matters:
    Whoever composes an MRZ by hand or with a generator often takes a code that no issuer uses.

What else it can be:
    - The character was misread.
    - The issuing state uses a code of its own, or one newer than this list.

When it is not applied:
    No MRZ or no document code was read. The second character of a passport's or visa's code is the issuer's
    choice and is not judged.

What to check next:
    Compare with another document of the same issuer and kind.

Source:
    ICAO Doc 9303-4, -5, -6 and -7 clause 4.2.2; 9303-5 and -6 note k.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.mrz.reliance import doubt, substitutes, weighed
from pipeline.reference.codes import document_code_fault
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_DOCUMENT_CODE


def document_code_not_listed(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the document code is none of those allowed for the format."""
    reading, printed = facts.get(MRZ), believed(facts, MRZ_DOCUMENT_CODE)
    code, form = printed.value.strip("<"), reading.value.format
    fault = document_code_fault(code, form)
    if not fault:
        return
    innocent = doubt("MRZ104", facts, (printed,), context)
    near = [
        f"{glyph} may be a misread {other}, legibility {printed.legibility:.2f}"
        for at, glyph in enumerate(code)
        for other in substitutes(glyph, printed.legibility, trusted=not innocent)
        if other.isalpha() and not document_code_fault(code[:at] + other + code[at + 1 :], form)
    ]
    innocent = near[0] if near else innocent
    yield weighed(f"code {code or 'empty'}: {fault}", (printed,), innocent)


CHECK = DocumentCheck(
    code="MRZ104",
    name="document-code-not-listed",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(MRZ, MRZ_DOCUMENT_CODE),
    innocent=(
        "the character was misread",
        "the issuing state uses a code of its own, or one newer than this list",
    ),
    next_check="Compare with another document of the same issuer and kind",
    source="ICAO Doc 9303-4, -5, -6 and -7 clause 4.2.2; 9303-5 and -6 note k",
    rule=document_code_not_listed,
    thresholds=("legible",),
)
