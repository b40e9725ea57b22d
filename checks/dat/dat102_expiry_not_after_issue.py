"""The document expired on or before the day it was issued (DAT102).

What it looks at:
    The printed date of issue against the date of expiry in the printed zone and in the machine-readable zone.

Why it matters:
    A document is issued for a time to come. An expiry that does not follow the issue shows that one date was
    changed without the other, or that a blank was filled in by someone who did not mind both.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The year of the expiry was typed into the date of issue.

When it is not applied:
    The date of issue or every date of expiry was not read, or a year is unknown. A visa may expire on its day
    of issue. Where only one zone's expiry is so, the difference between the zones (XZN102) is the finding.

What to check next:
    Look at both dates under magnification; compare the expiry with the machine-readable zone.

Source:
    ICAO Doc 9303-4 clause 4.1 (date of issue, date of expiry).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dates import dates_read, surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_KIND, MRZ_EXPIRY_DATE, VIZ_EXPIRY_DATE, VIZ_ISSUE_DATE


def expiry_not_after_issue(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if every expiry read lies on or before the date of issue (visas: before it)."""
    issue = facts.get(VIZ_ISSUE_DATE)
    expiries = dates_read(facts, VIZ_EXPIRY_DATE, MRZ_EXPIRY_DATE)
    kind = facts.find(DOC_KIND)
    one_day = kind is not None and kind.value == DocumentKind.VISA

    def reversed_order(issued: PartialDate, expires: PartialDate) -> bool:
        same_day = issued.full is not None and issued.full == expires.full
        return surely_before(expires, issued) or (same_day and not one_day)

    def lawful(issued: PartialDate, *expires: PartialDate) -> bool:
        return not all(reversed_order(issued, expiry) for expiry in expires)

    if lawful(issue.value, *(expiry.value for expiry in expiries)):
        return
    message = f"issued {issue.value.iso()}, expires {expiries[0].value.iso()}"
    yield weighed(message, (issue, *expiries), lawful)


CHECK = DocumentCheck(
    code="DAT102",
    name="expiry-not-after-issue",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_ISSUE_DATE,),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the year of the expiry was typed into the date of issue",
    ),
    next_check="Look at both dates under magnification; compare the expiry with the machine-readable zone",
    source="ICAO Doc 9303-4 clause 4.1 (date of issue, date of expiry)",
    rule=expiry_not_after_issue,
)
