"""The permit is valid for longer than the passport it was granted on (LNK105).

What it looks at:
    The expiry of the permit against the expiry of the passport in the same bundle, in every zone of both.

Why it matters:
    Most states end a permit with the passport it stands on. One that goes on longer asks how it was granted.

What else it can be:
    - The law of the state allows it.
    - The permit was granted on another passport that is valid for longer.
    - Day and month were exchanged on one of the documents.
    - One digit was misread on worn or blurred print.

When it is not applied:
    There is no passport in the bundle, or the expiry was not read on both documents.

What to check next:
    Ask the issuing office which passport was shown and what its rule is.

Source:
    ICAO Doc 9303-7 clause 9.4 (passport link validation); practice of issuing states.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dates import dates_read, surely_before, weighed
from checks.lnk.holder import PASSPORT, compare, innocent, need_linked
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ_EXPIRY_DATE, VIZ_EXPIRY_DATE, linked


def permit_outlives_passport(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if every expiry of the permit lies after every expiry of the passport."""
    need_linked(facts)
    mine = dates_read(facts, VIZ_EXPIRY_DATE, MRZ_EXPIRY_DATE)
    theirs = dates_read(facts, linked(PASSPORT, VIZ_EXPIRY_DATE), linked(PASSPORT, MRZ_EXPIRY_DATE))

    def lawful(*dates: PartialDate) -> bool:
        permit, passport = dates[: len(mine)], dates[len(mine) :]
        return not all(surely_before(ends, end) for ends in passport for end in permit)

    if lawful(*(fact.value for fact in (*mine, *theirs))):
        return
    message = f"permit until {mine[0].value.iso()}, passport until {theirs[0].value.iso()}"
    found = weighed(message, (*mine, *theirs), lawful, cause="permit outlives passport")
    if found.likely_innocent is None and compare(facts).number is False:
        yield innocent(found, "the permit names another passport")
    else:
        yield found


CHECK = DocumentCheck(
    code="LNK105",
    name="permit-outlives-passport",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(),
    innocent=(
        "the law of the state allows it",
        "the permit was granted on another passport that is valid for longer",
        "day and month were exchanged on one of the documents",
        "one digit was misread on worn or blurred print",
    ),
    next_check="Ask the issuing office which passport was shown and what its rule is",
    source="ICAO Doc 9303-7 clause 9.4 (passport link validation); practice of issuing states",
    rule=permit_outlives_passport,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
