"""The issuing state as printed and as coded in the MRZ differ (XZN108).

What it looks at:
    The issuing state printed on the page, as a code or as a word that the tables know, against the code in the
    machine-readable zone. Only whether the two mean the same is judged, never which it is.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like. The code is under no check digit.

What else it can be:
    - One letter was misread.
    - An authority or a territory is printed instead of the state.
    - The printed word can mean another state than the tables say.

When it is not applied:
    Either was not read, or the printed issuing state is neither a listed code nor a word of the tables.

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
from pipeline.types.keys import MRZ, MRZ_ISSUING_STATE, VIZ_ISSUING_STATE


def issuing_state_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the printed issuing state cannot mean the MRZ's code."""
    pair = Pair(facts.get(VIZ_ISSUING_STATE), believed(facts, MRZ_ISSUING_STATE))
    yield from state_differs("XZN108", pair, facts, context)


CHECK = DocumentCheck(
    code="XZN108",
    name="issuing-state-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_ISSUING_STATE, VIZ_ISSUING_STATE),
    innocent=(
        "one letter was misread",
        "an authority or a territory is printed instead of the state",
        "the printed word can mean another state than the tables say",
    ),
    next_check="Compare both with the page under magnification",
    source="ICAO Doc 9303-3 clause 7.1 and section 5",
    rule=issuing_state_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
