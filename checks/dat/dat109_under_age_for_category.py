"""The holder was under the legal minimum age for this category when the permit was issued (DAT109).

What it looks at:
    The holder's age on the printed date of issue against the minimum age that the issuing state's law sets for
    the permit category.

Why it matters:
    The minimum age protects young people from being sent into work that is closed to them. A permit for
    somebody younger asks who granted it; the holder may need protection and is not to be blamed.

What else it can be:
    - The category was coded wrongly.
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The law has an exception that the policy pack does not know.

When it is not applied:
    No policy pack of the issuing state is at hand, it sets no minimum age on that day, or category, date of
    issue or birth date was not read. Only an age that is surely below the minimum counts: an unknown birth day
    is taken in the holder's favour. The birth dates of both zones must say so.

What to check next:
    Protection desk: speak with the holder alone; non-punishment applies. Then check the birth date.

Source:
    Issuing state's law, topic minimum-age of its policy pack; alleged in ACC v. nine (BMET, Bangladesh, 2025; a
    charge reported by a newspaper, outcome not known to us).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import anniversary, dates_read, weighed
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ_BIRTH_DATE, VIZ_BIRTH_DATE, VIZ_ISSUE_DATE, VIZ_PERMIT_CATEGORY


def under_age_for_category(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the holder was surely below the minimum age of the category on the day of issue."""
    pack = context.law(facts)
    issue, category = facts.get(VIZ_ISSUE_DATE), facts.get(VIZ_PERMIT_CATEGORY)
    births = dates_read(facts, VIZ_BIRTH_DATE, MRZ_BIRTH_DATE)
    name = " ".join(category.value.upper().split())
    rule = pack.as_of(issue.value.earliest, "minimum-age", name) if issue.value.earliest else None
    if rule is None:
        raise NotApplicable(f"no minimum age in the policy pack of {pack.state} on that day")
    years = int(rule.value)

    def lawful(issued: PartialDate, *born: PartialDate) -> bool:
        day = issued.latest
        return day is None or not all(birth.earliest and anniversary(birth.earliest, years) > day for birth in born)

    if lawful(issue.value, *(birth.value for birth in births)):
        return
    message = (
        f"born {births[0].value.iso()}, issued {issue.value.iso()}, category {category.value}: "
        f"minimum age {years} ({rule.citation})"
    )
    yield weighed(message, (issue, *births), lawful, (category,), cause="age")


CHECK = DocumentCheck(
    code="DAT109",
    name="under-age-for-category",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        VIZ_ISSUE_DATE,
        VIZ_PERMIT_CATEGORY,
    ),
    innocent=(
        "the category was coded wrongly",
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the law has an exception that the policy pack does not know",
    ),
    next_check="Protection desk: speak with the holder alone; non-punishment applies. Then check the birth date",
    source="Issuing state's law, topic minimum-age of its policy pack; alleged in ACC v. nine (BMET, Bangladesh, 2025; "
    "a charge reported by a newspaper, outcome not known to us)",
    rule=under_age_for_category,
    kinds=frozenset({DocumentKind.WORK_PERMIT}),
    protection=True,
)
