"""The printed surname and the MRZ's spelling differ (XZN104).

What it looks at:
    The surname printed on the page against the name field of the machine-readable zone. Every spelling that the
    tables of Doc 9303 admit is accepted (Latin, Cyrillic and Arabic letters, with the exceptions of the issuing
    state's language), cut where the field is full. Spaces, hyphens and fillers inside a name are not compared.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like. The name is under no check digit.

What else it can be:
    - A diacritical mark or letter of the printed name was misread.
    - The issuing state spells the letter in its own way; the tables are recommendations.
    - The printed line was not read to its end; so it is taken where half of the name or more is missing.
    - The holder's name changed and one zone has the former one.

When it is not applied:
    The surname or the name field was not read, or the printed name has a letter that the tables do not spell.

What to check next:
    Compare the letters named with the page under magnification; ask how the issuer spells such names.

Source:
    ICAO Doc 9303-3 clauses 4.6 and 7.1 and section 6.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.xzn.names import name_differs, surname
from checks.xzn.zones import MOST_MISSING
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_NAME, VIZ_SURNAME


def surname_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the MRZ has no admissible spelling of the printed surname."""
    pair, compare = surname(facts)
    yield from name_differs("XZN104", pair, compare, facts, context, "surname")


CHECK = DocumentCheck(
    code="XZN104",
    name="surname-differs",
    version=2,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_NAME, VIZ_SURNAME),
    innocent=(
        "a diacritical mark or letter of the printed name was misread",
        "the issuing state spells the letter in its own way; the tables are recommendations",
        "the printed line was not read to its end",
        "the holder's name changed and one zone has the former one",
    ),
    next_check="Compare the letters named with the page under magnification; ask how the issuer spells such names",
    source="ICAO Doc 9303-3 clauses 4.6 and 7.1 and section 6",
    rule=surname_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
