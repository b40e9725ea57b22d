"""Permit and passport have different names (LNK102).

What it looks at:
    Surname and given names on the permit against those of the passport in the same bundle, in every zone of
    both. Spelling of special letters, order, names left out and names cut at the end do not count.

Why it matters:
    Permit and passport are one person's. A different name may mean that the permit was made for somebody else,
    or that the name was changed on one of the two.

What else it can be:
    - The surname changed, for example by marriage, after one of the documents was issued.
    - One letter was spelled otherwise or misread.
    - A transliteration from another script that the tables do not have.
    - The folder holds papers of two people.

When it is not applied:
    There is no passport in the bundle, or the surname was not read on both documents.

What to check next:
    Compare birth date, portrait and number on both documents; ask for a certificate of change of name.

Source:
    ICAO Doc 9303-7 clause 9.4 (passport link validation); Doc 9303-3 section 6 (transliteration).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lnk.holder import (
    MRZ_NAMES,
    PASSPORT,
    TWO_PEOPLE,
    VIZ_NAMES,
    compare,
    innocent,
    need_linked,
    of_holder,
    renewed,
    same_words,
    words,
)
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_GIVEN_NAMES, VIZ_SURNAME


def holder_name_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if no zone of the one document has the name of a zone of the other."""
    need_linked(facts)
    holder = compare(facts)
    if holder.name is None:
        raise NotApplicable(f"not read: surname of the {PASSPORT}")
    if holder.name:
        return
    mine = of_holder(facts, *VIZ_NAMES)
    theirs = of_holder(facts, *VIZ_NAMES, other=PASSPORT) or of_holder(facts, *MRZ_NAMES, other=PASSPORT)
    written, other = " ".join(fact.value for fact in mine), " ".join(fact.value for fact in theirs)
    found = Found(f"permit {written}, passport {other}", (*mine, *theirs), cause="holder" if holder.another else None)
    if holder.two_people:
        yield innocent(found, TWO_PEOPLE)
    elif one_letter(words(written), words(other)):
        yield innocent(found, "one letter spelled otherwise or misread")
    elif renewed(facts) and _given_names_agree(facts):
        yield innocent(found, "surname changed before the newer passport was issued")
    else:
        yield found


def _given_names_agree(facts: Facts) -> bool:
    mine, theirs = of_holder(facts, VIZ_GIVEN_NAMES), of_holder(facts, VIZ_GIVEN_NAMES, other=PASSPORT)
    return bool(mine and theirs) and same_words(mine[0].value, theirs[0].value)


def one_letter(mine: list[str], theirs: list[str]) -> bool:
    """Whether the names are the same words but for one letter more, less or other in one of them."""
    if len(mine) != len(theirs):
        return False
    unlike = [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]
    return len(unlike) == 1 and _one_edit(*unlike[0])


def _one_edit(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, more = one[start:], other[start:]
    return rest[1:] == more[1:] or rest[1:] == more or rest == more[1:]


CHECK = DocumentCheck(
    code="LNK102",
    name="holder-name-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_SURNAME,),
    innocent=(
        "the surname changed, for example by marriage, after one of the documents was issued",
        "one letter was spelled otherwise or misread",
        "a transliteration from another script that the tables do not have",
        "the folder holds papers of two people",
    ),
    next_check="Compare birth date, portrait and number on both documents; ask for a certificate of change of name",
    source="ICAO Doc 9303-7 clause 9.4 (passport link validation); Doc 9303-3 section 6 (transliteration)",
    rule=holder_name_differs,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
