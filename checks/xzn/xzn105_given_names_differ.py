"""The printed given names and the MRZ's spelling differ (XZN105).

What it looks at:
    The given names printed on the page against the name field of the machine-readable zone. Every spelling that
    the tables of Doc 9303 admit is accepted (Latin, Cyrillic and Arabic letters, with the exceptions of the
    issuing state's language), cut where the field is full. Spaces, hyphens and fillers inside a name are not
    compared.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like. The name is under no check digit.

What else it can be:
    - A diacritical mark or letter of the printed name was misread.
    - The issuing state spells the letter in its own way; the tables are recommendations.
    - A line of the printed names was not read, or not to its end; so it is taken where half of the names or more is
      missing.

When it is not applied:
    The given names or the name field was not read, or the printed name has a letter that the tables do not
    spell.

What to check next:
    Compare the letters named with the page under magnification; ask how the issuer spells such names.

Source:
    ICAO Doc 9303-3 clauses 4.6 and 7.1 and section 6.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.xzn.names import given_names, name_differs
from checks.xzn.zones import MOST_MISSING
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_NAME, VIZ_GIVEN_NAMES


def given_names_differ(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the MRZ has no admissible spelling of the printed given names."""
    pair, compare = given_names(facts)
    yield from name_differs("XZN105", pair, compare, facts, context, "given_names")


CHECK = DocumentCheck(
    code="XZN105",
    name="given-names-differ",
    version=2,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_NAME, VIZ_GIVEN_NAMES),
    innocent=(
        "a diacritical mark or letter of the printed name was misread",
        "the issuing state spells the letter in its own way; the tables are recommendations",
        "a line of the printed names was not read",
    ),
    next_check="Compare the letters named with the page under magnification; ask how the issuer spells such names",
    source="ICAO Doc 9303-3 clauses 4.6 and 7.1 and section 6",
    rule=given_names_differ,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
