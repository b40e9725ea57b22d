"""The number is recorded as spoiled or destroyed (REG103).

What it looks at:
    The document's number against the numbers recorded void, for every reason but loss and theft, with the day on which
    that was recorded and the printed day of issue.

Why it matters:
    A blank that was spoiled or withdrawn is destroyed before witnesses. A document on such a number was made from a
    blank that the office had declared to be gone.

What else it can be:
    - The number was recorded void by mistake, after the permit had been issued; so it is taken where the register has
      the permit as issued before that day.
    - One character of the number was misread.
    - The print was replaced under another number, and the spoiled one was handed out with it.

When it is not applied:
    There is no register at hand that lists such documents, or the number was not read. Numbers recorded lost or stolen
    are REG110.

What to check next:
    Ask for the destruction record of this number and for its witnesses, outside the issuing office.

Source:
    ICAO Doc 9303-2 appendix D.3 (destruction of spoiled documents).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.reg.matched import DOUBT, doubt, need_match, number_readings
from checks.reg.void import MISSING, recorded_after_issue, void_evidence
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.register import MatchedBy


def number_recorded_void(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the number is recorded void and not as lost or stolen."""
    match = need_match(context)
    readings = number_readings(facts)
    void = match.void
    if void is None or void.cell("reason") in MISSING:
        return
    where = void_evidence(match, void)
    message = f"number {match.looked_for}: {void.cell('reason') or 'void'}, recorded {void.cell('recorded_at')[:10]}"
    unsure = doubt("REG103", readings, facts, context)
    if match.by is MatchedBy.HOLDER_AND_DATES and match.row is not None:
        why = f"the print was replaced under number {match.row.key}, and the spoiled one was handed out with it"
        yield Found(message, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    elif unsure:
        yield Found(message, readings, unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    elif match.row is not None and recorded_after_issue(facts, match, void):
        why = "the number was recorded void by mistake, after the permit had been issued"
        yield Found(message, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    else:
        yield Found(message, readings, cells=where)


CHECK = DocumentCheck(
    code="REG103",
    name="number-recorded-void",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(),
    innocent=(
        "the number was recorded void by mistake, after the permit had been issued",
        "one character of the number was misread",
        "the print was replaced under another number, and the spoiled one was handed out with it",
    ),
    next_check="Ask for the destruction record of this number and for its witnesses, outside the issuing office",
    source="ICAO Doc 9303-2 appendix D.3 (destruction of spoiled documents)",
    rule=number_recorded_void,
    thresholds=DOUBT,
)
