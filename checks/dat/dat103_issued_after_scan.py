"""The date of issue lies in the future (DAT103).

What it looks at:
    The printed date of issue against the day of screening.

Why it matters:
    A document that is already here cannot have been issued later. A date of issue in the future is a changed
    date, or a document dated forward.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The clock or the day of screening given to the program is wrong.
    - The old or the coming year was typed around New Year.

When it is not applied:
    The date of issue was not read. One day of tolerance covers time zones.

What to check next:
    Check the day of screening first; then look at the date of issue under magnification.

Source:
    ICAO Doc 9303-4 clause 4.1 (date of issue).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dates import surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE

#: A document issued today in the east may be screened where it is still yesterday.
TIME_ZONES = dt.timedelta(days=1)


def issued_after_scan(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the date of issue lies after today, by more than time zones explain."""
    issue = facts.get(VIZ_ISSUE_DATE)
    last_day = PartialDate.of(context.today + TIME_ZONES)

    def lawful(issued: PartialDate) -> bool:
        return not surely_before(last_day, issued)

    if lawful(issue.value):
        return
    yield weighed(f"issued {issue.value.iso()}, screened {context.today.isoformat()}", (issue,), lawful)


CHECK = DocumentCheck(
    code="DAT103",
    name="issued-after-scan",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_ISSUE_DATE,),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the clock or the day of screening given to the program is wrong",
        "the old or the coming year was typed around New Year",
    ),
    next_check="Check the day of screening first; then look at the date of issue under magnification",
    source="ICAO Doc 9303-4 clause 4.1 (date of issue)",
    rule=issued_after_scan,
)
