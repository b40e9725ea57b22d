"""The document was issued on a weekend or public holiday (DAT105).

What it looks at:
    The weekday of the printed date of issue and the public holidays of the issuing state on that day.

Why it matters:
    Offices are as a rule closed then, and nothing is issued. A date of issue on such a day asks for the office's
    own explanation.

What else it can be:
    - The office has a weekend or emergency service.
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The date printed is the start of validity, which may fall on any day.
    - An office abroad keeps the working week of its host state.

When it is not applied:
    No policy pack of the issuing state is at hand, it has no weekend and no holidays for that day, or the day
    of issue is not fully known. Opening hours of the single office need a register.

What to check next:
    Ask the office's calendar or the register whether it was open that day.

Source:
    Issuing state's law, topics weekend and public-holiday of its policy pack (article in the message).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import MISREAD, SWAPPED, anniversary, misread, swapped
from pipeline.reference.policy import PolicyPack, Rule
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_EXPIRY_DATE, VIZ_ISSUE_DATE, VIZ_RECEIPT_DATE, VIZ_VALID_FROM

#: Years up to which an expiry is looked for on an anniversary of the issue.
LONGEST_VALIDITY = 10
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def issued_on_closed_day(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the law in force made the day of issue a day off."""
    pack = context.law(facts)
    issue = facts.get(VIZ_ISSUE_DATE)
    day = issue.value.full
    if day is None:
        raise NotApplicable("the day of issue is not fully known")
    if not any(rule.topic in ("weekend", "public-holiday") and rule.in_force(day) for rule in pack.rules):
        raise NotApplicable(f"no closed days in the policy pack of {pack.state} on that day")
    closed = _closed(pack, day)
    if closed is None:
        return
    name = WEEKDAYS[day.weekday()] if closed.topic == "weekend" else "public holiday"
    message = f"issued {day.isoformat()}, a {name} ({closed.citation})"
    if any(not _closed(pack, date.full) for date in misread(issue) if date.full):
        yield Found(message, (issue,), MISREAD, hypothesis=Hypothesis.CAPTURE)
    elif any(not _closed(pack, date.full) and _meant(facts, date.full) for date in swapped(issue) if date.full):
        yield Found(message, (issue,), SWAPPED, hypothesis=Hypothesis.CLERICAL)
    else:
        yield Found(message, (issue,))


def _closed(pack: PolicyPack, day: dt.date) -> Rule | None:
    return pack.as_of(day, "public-holiday", f"{day:%m-%d}") or pack.as_of(day, "weekend", WEEKDAYS[day.weekday()])


def _meant(facts: Facts, day: dt.date) -> bool:
    """Whether another date of the document shows that this day was meant: nearly every exchanged date is a workday."""
    if any((fact := facts.find(key)) and fact.value.full == day for key in (VIZ_VALID_FROM, VIZ_RECEIPT_DATE)):
        return True
    expiry = facts.find(VIZ_EXPIRY_DATE)
    ends = [anniversary(day, years) for years in range(1, LONGEST_VALIDITY + 1)]
    return expiry is not None and expiry.value.full in (*ends, *(end - dt.timedelta(days=1) for end in ends))


CHECK = DocumentCheck(
    code="DAT105",
    name="issued-on-closed-day",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(VIZ_ISSUE_DATE,),
    innocent=(
        "the office has a weekend or emergency service",
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the date printed is the start of validity, which may fall on any day",
        "an office abroad keeps the working week of its host state",
    ),
    next_check="Ask the office's calendar or the register whether it was open that day",
    source="Issuing state's law, topics weekend and public-holiday of its policy pack (article in the message)",
    rule=issued_on_closed_day,
)
