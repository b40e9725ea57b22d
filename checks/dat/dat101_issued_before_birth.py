"""The document was issued before its holder was born (DAT101).

What it looks at:
    The printed date of issue against the birth date in the printed zone and in the machine-readable zone.

Why it matters:
    Nobody is given a document before birth. One of the two dates was put there without the other in mind.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - A two-digit year was put into the wrong century.

When it is not applied:
    The date of issue or every birth date was not read, or a year is unknown. Where only one zone's birth date
    lies after the date of issue, the difference between the zones (XZN101) is the finding.

What to check next:
    Look at both dates under magnification; compare the birth date with the machine-readable zone.

Source:
    ICAO Doc 9303-4 clause 4.1 (date of birth, date of issue).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dates import dates_read, surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ_BIRTH_DATE, VIZ_BIRTH_DATE, VIZ_ISSUE_DATE


def issued_before_birth(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if every birth date read lies after the date of issue."""
    issue = facts.get(VIZ_ISSUE_DATE)
    births = dates_read(facts, VIZ_BIRTH_DATE, MRZ_BIRTH_DATE)

    def lawful(issued: PartialDate, *born: PartialDate) -> bool:
        return not all(surely_before(issued, birth) for birth in born)

    if lawful(issue.value, *(birth.value for birth in births)):
        return
    message = f"issued {issue.value.iso()}, born {births[0].value.iso()}"
    yield weighed(message, (issue, *births), lawful)


CHECK = DocumentCheck(
    code="DAT101",
    name="issued-before-birth",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_ISSUE_DATE,),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "a two-digit year was put into the wrong century",
    ),
    next_check="Look at both dates under magnification; compare the birth date with the machine-readable zone",
    source="ICAO Doc 9303-4 clause 4.1 (date of birth, date of issue)",
    rule=issued_before_birth,
)
