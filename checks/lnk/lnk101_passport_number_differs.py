"""The permit names another passport than the one in the same bundle (LNK101).

What it looks at:
    The passport number printed on the permit against the number of the passport handed in with it, in both of
    its zones.

Why it matters:
    A permit is granted to a person with a certain passport. Another number may mean that the permit was made
    for somebody else, or that its number was changed.

What else it can be:
    - The passport was renewed after the permit was issued.
    - One character was misread: O for 0, I for 1, S for 5.
    - The number was typed with one wrong character.
    - The folder holds papers of two people.

When it is not applied:
    There is no passport in the bundle, or the passport number was read on neither or only one of the two
    documents.

What to check next:
    Ask for the previous passport; compare name and birth date on both documents.

Source:
    ICAO Doc 9303-7 clause 9.4 (passport link validation).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lnk.holder import PASSPORT, RENEWED, TWO_PEOPLE, bare, compare, innocent, need_linked, numbers, renewed
from pipeline.reference.confusions import difference, explained
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_PASSPORT_NUMBER


def passport_number_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the permit's passport number is that of neither zone of the passport."""
    need_linked(facts)
    named, read = facts.get(VIZ_PASSPORT_NUMBER), numbers(facts)
    if not read:
        raise NotApplicable(f"not read: number of the {PASSPORT}")
    holder = compare(facts)
    if holder.number:
        return
    found = Found(f"permit {named.value}, passport {read[0].value}", (named, *read))
    legibility = min(fact.legibility for fact in (named, *read))
    if holder.two_people:
        yield innocent(found, TWO_PEOPLE, cause="holder")
    elif renewed(facts):
        yield innocent(found, RENEWED)
    elif any(explained(difference(bare(fact.value), bare(named.value)), legibility) for fact in read):
        yield innocent(found, "one character misread", Hypothesis.CAPTURE)
    else:
        yield found


CHECK = DocumentCheck(
    code="LNK101",
    name="passport-number-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_PASSPORT_NUMBER,),
    innocent=(
        "the passport was renewed after the permit was issued",
        "one character was misread: O for 0, I for 1, S for 5",
        "the number was typed with one wrong character",
        "the folder holds papers of two people",
    ),
    next_check="Ask for the previous passport; compare name and birth date on both documents",
    source="ICAO Doc 9303-7 clause 9.4 (passport link validation)",
    rule=passport_number_differs,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
