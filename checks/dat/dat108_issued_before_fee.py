"""The permit was issued before its fee was paid (DAT108).

What it looks at:
    The printed date of issue against the printed date of the fee receipt.

Why it matters:
    Where the law asks for the fee first, a permit that is older than its receipt was handed out unpaid, or the
    receipt belongs to another file.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The old year was typed in January.
    - The fee was waived at first or paid again later.

When it is not applied:
    No policy pack of the issuing state is at hand, its law does not put the fee before the issue on that day,
    or one of the dates was not read. Two steps on one day are in order.

What to check next:
    Ask the fee ledger for the receipt number.

Source:
    Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-7 clause 4.1 (fee record).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dat.process import law_of_order
from checks.dates import surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_RECEIPT_DATE


def issued_before_fee(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the date of issue lies before that of the fee."""
    issue, fee = facts.get(VIZ_ISSUE_DATE), facts.get(VIZ_RECEIPT_DATE)
    rule = law_of_order(context.law(facts), issue.value, "fee")

    def lawful(issued: PartialDate, before: PartialDate) -> bool:
        return not surely_before(issued, before)

    if lawful(issue.value, fee.value):
        return
    message = f"issued {issue.value.iso()}, receipt {fee.value.iso()} ({rule.citation})"
    yield weighed(message, (issue, fee), lawful)


CHECK = DocumentCheck(
    code="DAT108",
    name="issued-before-fee",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        VIZ_ISSUE_DATE,
        VIZ_RECEIPT_DATE,
    ),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the old year was typed in January",
        "the fee was waived at first or paid again later",
    ),
    next_check="Ask the fee ledger for the receipt number",
    source="Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-7 clause 4.1 (fee record)",
    rule=issued_before_fee,
)
