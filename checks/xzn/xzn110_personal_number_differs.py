"""The printed personal number and the one in the MRZ differ (XZN110).

What it looks at:
    The personal number printed on the page against the optional data of the machine-readable zone, letters and
    digits only. The state decides what stands there, so the two are compared only where they are alike at all.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like.

What else it can be:
    - A digit was misread.
    - The optional data hold another number that happens to be alike.

When it is not applied:
    Either was not read, or the optional data hold something else than the printed number.

What to check next:
    Compare both numbers with the page under magnification.

Source:
    ICAO Doc 9303-4 clause 4.2.2 (personal number or other optional data); 9303-5 and -6 likewise.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.xzn.zones import MOST_MISSING, Pair, doubt, second_reading, weighed
from pipeline.reference.confusions import LEGIBLE, difference
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import CHECK_OPTIONAL, MRZ, MRZ_OPTIONAL_2, MRZ_PERSONAL_NUMBER, VIZ_PERSONAL_NUMBER

#: Fewer characters in common order are chance.
_SHORTEST = 4
#: The longest optional data of any format, doubled; what a page prints is hostile text.
_LONGEST = 60
#: Share of the printed characters that may differ; beyond it the two are different numbers (house value).
_ALIKE = 0.4


def personal_number_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the two numbers are alike and not the same."""
    pair = Pair(facts.get(VIZ_PERSONAL_NUMBER), believed(facts, MRZ_PERSONAL_NUMBER))
    printed, coded = _bare(pair.printed.value), _bare(pair.coded.value)
    second = facts.find(MRZ_OPTIONAL_2)
    if _within(printed, coded) or (second is not None and _within(printed, _bare(second.value))):
        return
    steps = difference(coded, printed)
    if len(printed) < _SHORTEST or len(steps) > _ALIKE * max(len(printed), len(coded)):
        raise NotApplicable("the optional data hold something else than the printed number")
    other = second_reading(pair.printed, lambda text: _within(_bare(text), coded))
    unsure = doubt("XZN110", pair, facts, context, CHECK_OPTIONAL)
    yield weighed(f"printed {printed}, MRZ {coded}", pair, steps, other, unsure)


def _bare(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())[:_LONGEST]


def _within(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _SHORTEST and shorter in longer)


CHECK = DocumentCheck(
    code="XZN110",
    name="personal-number-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_PERSONAL_NUMBER, VIZ_PERSONAL_NUMBER),
    innocent=(
        "a digit was misread",
        "the optional data hold another number that happens to be alike",
    ),
    next_check="Compare both numbers with the page under magnification",
    source="ICAO Doc 9303-4 clause 4.2.2 (personal number or other optional data); 9303-5 and -6 likewise",
    rule=personal_number_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
