"""The number lies in an office's stock, and the register has no row for it (REG102).

What it looks at:
    A document whose number is in a block allocated to an office by the printed day of issue, is not recorded void, and
    has no row among the permits; beside it the permits with the next lower and the next higher number of that block.

Why it matters:
    The blank came from an office's stock, so it was not invented; that nothing was recorded means that it left the
    office without a decision. Neighbours issued around the same days say that it was taken when its turn came; a
    number out of turn may as well be a blank stolen from the store, or a number made up in the office's form.

What else it can be:
    - The register was delivered before the issue, or too soon after it.
    - The office's own records end before the day of issue; they had not been sent on.
    - The first print was spoiled without a record, and the permit printed again under another number.
    - One character of the number was misread.

When it is not applied:
    There is no register at hand that lists such documents, the number was not read, or a row with this number was
    delivered but could not be taken. A number in nobody's stock is REG101, one recorded void REG103 or REG110.

What to check next:
    Ask somebody outside the office to count its blanks against the stock ledger around this number.

Source:
    ICAO Doc 9303-2 appendix D.3 (accounting for blank documents); Auditor General of Belize, special audit on
    nationality certificates that the register does not have (findings publicly disputed in part).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.reg.matched import (
    DOUBT,
    EARLY,
    LAG,
    REFUSED,
    allocated_in_time,
    cells,
    day,
    delivered_early,
    doubt,
    need_match,
    number_readings,
    one_misread,
    one_slip,
    printed_issue,
    steps_to,
)
from pipeline.reference.numbers import bare
from pipeline.types.facts import Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.register import MatchedBy, RegisterMatch

#: Days by which the neighbours in the block may have been issued before or after (house value).
AROUND_DAYS = 45


def blank_without_record(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the number is an office's and no row has it."""
    match = need_match(context)
    readings = number_readings(facts)
    if match.refused:
        raise NotApplicable(REFUSED)
    block = match.block
    if match.by in (MatchedBy.NUMBER, MatchedBy.LIKENESS) or match.void is not None or block is None:
        return
    if not allocated_in_time(facts, match) or _slip(match, readings):
        return
    where = (
        *cells(block, "office_id", "first_number", "last_number"),
        *(cell for row in match.neighbours for cell in cells(row, "issued_at")),
    )
    message = f"number {match.looked_for} of office {block.cell('office_id')}, no row"
    likely, hypothesis = _innocent(facts, match, context), Hypothesis.CLERICAL
    if not likely:
        likely, hypothesis = doubt("REG102", readings, facts, context), Hypothesis.CAPTURE
    if likely:
        yield Found(message, readings, likely, None, hypothesis, Strength.WEAK, where)
    else:
        in_turn = _in_turn(facts, match, context)
        said = f"{message}; {'issued in its turn' if in_turn else 'its neighbours were issued at other times'}"
        yield Found(said, readings, strength=None if in_turn else Strength.MODERATE, cells=where)


def _slip(match: RegisterMatch, readings: tuple[Fact[str], ...]) -> bool:
    """Whether a misread or mistyped character explains that the holder's row has another number: that is REG101's."""
    if match.row is None:
        return False
    steps = steps_to(match.row, readings)
    legibility = min(fact.legibility for fact in readings)
    return one_misread(steps, legibility) or any(one_slip(bare(match.row.key), bare(fact.value)) for fact in readings)


def _innocent(facts: Facts, match: RegisterMatch, context: Context) -> str:
    issued = printed_issue(facts)
    last = day(match.last_of_office)
    if match.row is not None:
        return f"the first print was spoiled without a record, and printed again as {match.row.key}"
    if delivered_early("REG102", facts, match, context):
        return EARLY
    if last is not None and issued is not None and issued.earliest is not None and issued.earliest > last:
        return f"the office's own records end on {last.isoformat()}, before the day of issue"
    return ""


def _in_turn(facts: Facts, match: RegisterMatch, context: Context) -> bool:
    """Whether the permits next to the number were issued around the printed day of issue."""
    issued = printed_issue(facts)
    if issued is None or issued.earliest is None or issued.latest is None or not match.neighbours:
        return False
    around = dt.timedelta(days=context.threshold("REG102", "around_days", AROUND_DAYS))
    days = [found for row in match.neighbours if (found := day(row.cell("issued_at"))) is not None]
    return any(issued.earliest - around <= one <= issued.latest + around for one in days)


CHECK = DocumentCheck(
    code="REG102",
    name="blank-without-record",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(),
    innocent=(
        "the register was delivered before the issue, or too soon after it",
        "the office's own records end before the day of issue",
        "the first print was spoiled without a record, and the permit printed again under another number",
        "one character of the number was misread",
    ),
    next_check="Ask somebody outside the office to count its blanks against the stock ledger around this number",
    source="ICAO Doc 9303-2 appendix D.3 (accounting for blank documents); Auditor General of Belize, special audit on "
    "nationality certificates that the register does not have (findings publicly disputed in part)",
    rule=blank_without_record,
    thresholds=(*DOUBT, LAG, ("around_days", AROUND_DAYS)),
)
