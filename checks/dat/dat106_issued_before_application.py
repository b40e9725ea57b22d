"""The permit was issued before its application was lodged (DAT106).

What it looks at:
    The printed date of issue against the printed date of the application.

Why it matters:
    A permit answers an application. Both dates stand on one paper that one office made; issued first and
    applied for later may mean that the file was completed afterwards or that a date was put back.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The old year was typed in January.
    - An application lodged again later was printed in place of the first one.

When it is not applied:
    No policy pack of the issuing state is at hand, its law does not put the application before the issue on
    that day, or one of the dates was not read. Two steps on one day are in order.

What to check next:
    Ask for the application file and its stamp of receipt.

Source:
    Issuing state's law, topic process-order of its policy pack; alleged in the special audits 2011-13 of the
    Auditor General of Belize, parts of which the government publicly disputed.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.dat.process import law_of_order
from checks.dates import surely_before, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_APPLICATION_DATE, VIZ_ISSUE_DATE


def issued_before_application(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the date of issue lies before that of the application."""
    issue, application = facts.get(VIZ_ISSUE_DATE), facts.get(VIZ_APPLICATION_DATE)
    rule = law_of_order(context.law(facts), issue.value, "application")

    def lawful(issued: PartialDate, before: PartialDate) -> bool:
        return not surely_before(issued, before)

    if lawful(issue.value, application.value):
        return
    message = f"issued {issue.value.iso()}, application {application.value.iso()} ({rule.citation})"
    yield weighed(message, (issue, application), lawful)


CHECK = DocumentCheck(
    code="DAT106",
    name="issued-before-application",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        VIZ_ISSUE_DATE,
        VIZ_APPLICATION_DATE,
    ),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the old year was typed in January",
        "an application lodged again later was printed in place of the first one",
    ),
    next_check="Ask for the application file and its stamp of receipt",
    source="Issuing state's law, topic process-order of its policy pack; alleged in the special audits 2011-13 of the "
    "Auditor General of Belize, parts of which the government publicly disputed",
    rule=issued_before_application,
)
