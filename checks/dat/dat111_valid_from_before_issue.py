"""The validity begins before the document was issued (DAT111).

What it looks at:
    The printed start of validity against the printed date of issue.

Why it matters:
    A validity that reaches back covers a time in which the holder had no permit. It is what remains when a
    start date was changed, or when a stay was made regular afterwards.

What else it can be:
    - A renewal takes up where the previous permit ended.
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The law lets a decision take effect from the day of the application.

When it is not applied:
    The start of validity or the date of issue was not read.

What to check next:
    Ask for the previous permit; a renewal begins on the day after it ended.

Source:
    ICAO Doc 9303-7 clause 4.1 (valid from, date of issue).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dates import surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_VALID_FROM


def valid_from_before_issue(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the validity begins before the day of issue."""
    start, issue = facts.get(VIZ_VALID_FROM), facts.get(VIZ_ISSUE_DATE)

    def lawful(begins: PartialDate, issued: PartialDate) -> bool:
        return not surely_before(begins, issued)

    if lawful(start.value, issue.value):
        return
    yield weighed(f"valid from {start.value.iso()}, issued {issue.value.iso()}", (start, issue), lawful)


CHECK = DocumentCheck(
    code="DAT111",
    name="valid-from-before-issue",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.ALTERED,
    needs=(
        VIZ_VALID_FROM,
        VIZ_ISSUE_DATE,
    ),
    innocent=(
        "a renewal takes up where the previous permit ended",
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the law lets a decision take effect from the day of the application",
    ),
    next_check="Ask for the previous permit; a renewal begins on the day after it ended",
    source="ICAO Doc 9303-7 clause 4.1 (valid from, date of issue)",
    rule=valid_from_before_issue,
)
