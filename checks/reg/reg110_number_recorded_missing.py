"""The number is recorded as lost or stolen (REG110).

What it looks at:
    The document's number against the numbers recorded lost or stolen, with the day on which that was recorded and the
    day of issue.

Why it matters:
    A blank that was missing before the printed day of issue was filled in by somebody else than the issuer, unless the
    register has the permit: then the office itself issued it on a blank that it had declared missing.

What else it can be:
    - The holder reported the finished document missing and found it again.
    - The blank was found again, and the record was not taken back.
    - One character of the number was misread.

When it is not applied:
    There is no register at hand that lists such documents, or the number was not read. Numbers recorded spoiled or
    destroyed are REG103.

What to check next:
    Compare the day of the report with the day of issue, and the paper with a genuine blank of that time.

Source:
    ICAO Doc 9303-2 appendix D (stolen blank documents); INTERPOL database of stolen and lost travel documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.reg.matched import DOUBT, doubt, need_match, number_readings
from checks.reg.void import MISSING, recorded_after_issue, void_evidence
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.register import MatchedBy


def number_recorded_missing(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the number is recorded lost or stolen."""
    match = need_match(context)
    readings = number_readings(facts)
    void = match.void
    if void is None or void.cell("reason") not in MISSING:
        return
    where = void_evidence(match, void)
    message = f"number {match.looked_for}: {void.cell('reason')}, recorded {void.cell('recorded_at')[:10]}"
    unsure = doubt("REG110", readings, facts, context)
    if unsure:
        yield Found(message, readings, unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    elif match.by is not MatchedBy.NUMBER:
        yield Found(message, readings, cells=where)
    elif recorded_after_issue(facts, match, void):
        why = "the holder reported the finished document missing and found it again"
        yield Found(message, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    else:
        yield Found(message, readings, hypothesis=Hypothesis.IRREGULAR_ISSUE, cells=where)


CHECK = DocumentCheck(
    code="REG110",
    name="number-recorded-missing",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(),
    innocent=(
        "the holder reported the finished document missing and found it again",
        "the blank was found again, and the record was not taken back",
        "one character of the number was misread",
    ),
    next_check="Compare the day of the report with the day of issue, and the paper with a genuine blank of that time",
    source="ICAO Doc 9303-2 appendix D (stolen blank documents); INTERPOL database of stolen and lost travel documents",
    rule=number_recorded_missing,
    thresholds=DOUBT,
)
