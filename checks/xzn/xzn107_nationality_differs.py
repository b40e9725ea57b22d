"""The nationality as printed and as coded in the MRZ differ (XZN107).

What it looks at:
    The nationality printed on the page, as a code or as a word that the tables know, against the code in the
    machine-readable zone. Only whether the two mean the same is judged, never which it is.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like. The code is under no check digit.

What else it can be:
    - One letter was misread.
    - The state is known to have coded the country of birth instead.
    - The printed word can mean another state than the tables say.

When it is not applied:
    Either was not read, or the printed nationality is neither a listed code nor a word of the tables.

What to check next:
    Compare both with the page under magnification.

Source:
    ICAO Doc 9303-3 clause 7.1 and section 5.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.xzn.states import state_differs
from checks.xzn.zones import MOST_MISSING, Pair
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_NATIONALITY, VIZ_NATIONALITY


def nationality_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the printed nationality cannot mean the MRZ's code."""
    pair = Pair(facts.get(VIZ_NATIONALITY), believed(facts, MRZ_NATIONALITY))
    yield from state_differs("XZN107", pair, facts, context)


CHECK = DocumentCheck(
    code="XZN107",
    name="nationality-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_NATIONALITY, VIZ_NATIONALITY),
    innocent=(
        "one letter was misread",
        "the state is known to have coded the country of birth instead",
        "the printed word can mean another state than the tables say",
    ),
    next_check="Compare both with the page under magnification",
    source="ICAO Doc 9303-3 clause 7.1 and section 5",
    rule=nationality_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
