"""Permit and passport have different birth dates (LNK103).

What it looks at:
    The birth date on the permit against that of the passport in the same bundle, in every zone of both.

Why it matters:
    Permit and passport are one person's. A different birth date may mean another person, or a date changed to
    meet a minimum age.

What else it can be:
    - Day and month were exchanged on one of the documents.
    - One digit was misread on worn or blurred print.
    - The birth date was estimated, or corrected between the two documents.
    - The folder holds papers of two people.

When it is not applied:
    There is no passport in the bundle, or the birth date was not read on both documents. Unknown parts of a
    date agree with any.

What to check next:
    Compare name, portrait and passport number on both documents; ask for the birth certificate.

Source:
    ICAO Doc 9303-7 clause 9.4 (passport link validation).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import weighed
from checks.lnk.holder import PASSPORT, TWO_PEOPLE, births, compare, innocent, need_linked
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength


def birth_date_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if no birth date of the one document agrees with one of the other."""
    need_linked(facts)
    holder = compare(facts)
    if holder.birth is None:
        raise NotApplicable("not read: birth date of both documents")
    if holder.birth:
        return
    mine, theirs = births(facts)[0], births(facts, PASSPORT)[0]
    cause = "holder" if holder.another else None
    message = f"permit {mine.value.iso()}, passport {theirs.value.iso()}"
    found = weighed(message, (mine, theirs), PartialDate.agrees_with, cause=cause)
    yield innocent(found, TWO_PEOPLE) if holder.two_people else found


CHECK = DocumentCheck(
    code="LNK103",
    name="birth-date-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "day and month were exchanged on one of the documents",
        "one digit was misread on worn or blurred print",
        "the birth date was estimated, or corrected between the two documents",
        "the folder holds papers of two people",
    ),
    next_check="Compare name, portrait and passport number on both documents; ask for the birth certificate",
    source="ICAO Doc 9303-7 clause 9.4 (passport link validation)",
    rule=birth_date_differs,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
