"""Permit and passport have different nationalities (LNK104).

What it looks at:
    The nationality on the permit against that of the passport in the same bundle. Only whether the two are the
    same is asked, never which they are.

Why it matters:
    The permit repeats what the passport says. Another nationality may mean that the permit was made on another
    passport, or changed to get round a rule.

What else it can be:
    - The holder has two nationalities and the permit was made on the other passport.
    - A letter of a code was misread.
    - The code stands for another status of the same state, or was replaced by a newer one.
    - The folder holds papers of two people.

When it is not applied:
    There is no passport in the bundle, the nationality was not read on both documents, or it is printed in a
    form that the tables do not have.

What to check next:
    Compare the passport numbers; ask whether there is another passport.

Source:
    ICAO Doc 9303-7 clause 9.4 (passport link validation); Doc 9303-3 section 5 (codes).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lnk.holder import PASSPORT, TWO_PEOPLE, compare, innocent, need_linked
from checks.lnk.nationality import codes_of, nationalities
from pipeline.reference.codes import same_state
from pipeline.reference.confusions import difference, explained
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength


def nationality_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if no nationality of the one document is one of the other."""
    need_linked(facts)
    mine, theirs = nationalities(facts), nationalities(facts, PASSPORT)
    here, there = codes_of(mine), codes_of(theirs)
    if not here or not there:
        raise NotApplicable("not read or not in the tables: nationality of both documents")
    if any(same_state(code, there) for code in here):
        return
    holder = compare(facts)
    cause = "holder" if holder.another else None
    found = Found(f"permit {mine[0].value}, passport {theirs[0].value}", (*mine, *theirs), cause=cause)
    legibility = min(fact.legibility for fact in found.facts)
    if holder.two_people:
        yield innocent(found, TWO_PEOPLE)
    elif any(explained(difference(one, other), legibility) for one in here for other in there):
        yield innocent(found, "one letter misread", Hypothesis.CAPTURE)
    elif holder.number is False and holder.name and holder.birth:
        yield innocent(found, "the permit was made on another passport of the same person")
    else:
        yield found


CHECK = DocumentCheck(
    code="LNK104",
    name="nationality-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "the holder has two nationalities and the permit was made on the other passport",
        "a letter of a code was misread",
        "the code stands for another status of the same state, or was replaced by a newer one",
        "the folder holds papers of two people",
    ),
    next_check="Compare the passport numbers; ask whether there is another passport",
    source="ICAO Doc 9303-7 clause 9.4 (passport link validation); Doc 9303-3 section 5 (codes)",
    rule=nationality_differs,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
