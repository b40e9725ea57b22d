"""The permit was issued before the medical examination (DAT107).

What it looks at:
    The printed date of issue against the printed date of the medical certificate.

Why it matters:
    Where the law asks for a medical certificate first, a permit that is older than its certificate was granted
    without one.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The old year was typed in January.
    - A provisional permit may be issued before the examination.

When it is not applied:
    No policy pack of the issuing state is at hand, its law does not put the medical before the issue on that
    day, or one of the dates was not read. Two steps on one day are in order.

What to check next:
    Ask the clinic or its register for the day of the examination.

Source:
    Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-2 appendix D (false evidence).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dat.process import law_of_order
from checks.dates import surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_MEDICAL_DATE


def issued_before_medical(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the date of issue lies before that of the medical."""
    issue, medical = facts.get(VIZ_ISSUE_DATE), facts.get(VIZ_MEDICAL_DATE)
    rule = law_of_order(context.law(facts), issue.value, "medical")

    def lawful(issued: PartialDate, before: PartialDate) -> bool:
        return not surely_before(issued, before)

    if lawful(issue.value, medical.value):
        return
    message = f"issued {issue.value.iso()}, medical {medical.value.iso()} ({rule.citation})"
    yield weighed(message, (issue, medical), lawful)


CHECK = DocumentCheck(
    code="DAT107",
    name="issued-before-medical",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        VIZ_ISSUE_DATE,
        VIZ_MEDICAL_DATE,
    ),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the old year was typed in January",
        "a provisional permit may be issued before the examination",
    ),
    next_check="Ask the clinic or its register for the day of the examination",
    source="Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-2 appendix D (false evidence)",
    rule=issued_before_medical,
)
