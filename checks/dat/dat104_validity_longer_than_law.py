"""The document is valid for longer than the law allows (DAT104).

What it looks at:
    The time from the date of issue (or from a later printed start of validity) to the expiry, against the
    longest validity that the issuing state's law gave this kind of document on the day of issue.

Why it matters:
    An issuing system does not offer an unlawful validity; somebody entered it by hand, or changed the expiry
    afterwards. With a genuine document this asks how it came to be issued.

What else it can be:
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.
    - The law changed and a transitional provision applied.
    - Remaining validity of the previous document was added.
    - The policy pack does not have the law in force on that day.

When it is not applied:
    No policy pack of the issuing state is at hand, it says nothing about this kind of document on that day, or
    a date was not read. A passport counts as a child's only where the birth date says so. Where only one zone's
    expiry is too late, the difference between the zones (XZN102) is the finding.

What to check next:
    Read the article cited; ask the register for the validity that was granted.

Source:
    Issuing state's law, topic maximum-validity of its policy pack; ICAO Annex 9 (passports).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import anniversary, dates_read, weighed
from pipeline.reference.policy import PolicyPack, Rule
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import (
    DOC_KIND,
    MRZ_BIRTH_DATE,
    MRZ_EXPIRY_DATE,
    VIZ_BIRTH_DATE,
    VIZ_EXPIRY_DATE,
    VIZ_ISSUE_DATE,
    VIZ_VALID_FROM,
)


def validity_longer_than_law(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if every expiry read lies after the last day that the law in force on the day of issue allows."""
    pack = context.law(facts)
    issue = facts.get(VIZ_ISSUE_DATE)
    expiries = dates_read(facts, VIZ_EXPIRY_DATE, MRZ_EXPIRY_DATE)
    rule = _rule(facts, pack, issue.value)
    if rule is None:
        kind = facts.get(DOC_KIND).value
        raise NotApplicable(f"no longest validity of a {kind} in the policy pack of {pack.state} on that day")
    valid_from = facts.find(VIZ_VALID_FROM)

    def lawful(issued: PartialDate, *expires: PartialDate) -> bool:
        starts = [day for day in (issued.latest, valid_from and valid_from.value.latest) if day]
        in_force = _rule(facts, pack, issued) or rule
        last_day = anniversary(max(starts), int(in_force.value)) if starts else dt.date.max
        return not all(expiry.earliest and expiry.earliest > last_day for expiry in expires)

    if lawful(issue.value, *(expiry.value for expiry in expiries)):
        return
    message = (
        f"issued {issue.value.iso()}, expires {expiries[0].value.iso()}; at most {rule.value:g} {rule.unit} "
        f"({rule.citation})"
    )
    yield weighed(message, (issue, *expiries), lawful, (valid_from,) if valid_from else ())


def _rule(facts: Facts, pack: PolicyPack, issued: PartialDate) -> Rule | None:
    kind = facts.get(DOC_KIND).value
    day = issued.latest
    if day is None:
        return None
    for rule in pack.rules:
        age = rule.subject.removeprefix(f"{kind}/under-")
        of_children = rule.topic == "maximum-validity" and rule.in_force(day) and age.isdecimal()
        if of_children and _younger(facts, int(age), day):
            return rule
    return pack.as_of(day, "maximum-validity", kind)


def _younger(facts: Facts, age: int, issued: dt.date) -> bool:
    births = [fact.value for key in (VIZ_BIRTH_DATE, MRZ_BIRTH_DATE) if (fact := facts.find(key))]
    return bool(births) and all(
        birth.earliest is not None and anniversary(birth.earliest, age) > issued for birth in births
    )


CHECK = DocumentCheck(
    code="DAT104",
    name="validity-longer-than-law",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        DOC_KIND,
        VIZ_ISSUE_DATE,
    ),
    innocent=(
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
        "the law changed and a transitional provision applied",
        "remaining validity of the previous document was added",
        "the policy pack does not have the law in force on that day",
    ),
    next_check="Read the article cited; ask the register for the validity that was granted",
    source="Issuing state's law, topic maximum-validity of its policy pack; ICAO Annex 9 (passports)",
    rule=validity_longer_than_law,
)
