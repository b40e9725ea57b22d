"""The permit's category was closed to holders of this nationality code by law on the day of issue (LNK107).

What it looks at:
    Permit category and nationality code against the deployment bans in the issuing state's law, as of the date
    of issue. A document is compared with a law; no weight is given to a nationality.

Why it matters:
    A ban binds the office. A permit against it was granted by somebody who passed over it, or the ban had an
    exception.

What else it can be:
    - A waiver or transitional provision is on file.
    - The category or the nationality was coded wrongly.
    - Day and month were exchanged when the date was typed or printed.
    - One digit was misread on worn or blurred print.

When it is not applied:
    No policy pack of the issuing state is at hand, it has no ban in force on that day, or category, date of
    issue or nationality was not read or is not in the tables. Where zones differ in the nationality, all of
    them must fall under the ban.

What to check next:
    Read the article cited; ask the issuing office for the waiver.

Source:
    Issuing state's law, topic deployment-ban of its policy pack (article in the message).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.dates import weighed
from checks.lnk.holder import PASSPORT
from checks.lnk.nationality import codes_of, nationalities
from pipeline.reference.policy import PolicyPack, Rule
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_PERMIT_CATEGORY

TOPIC = "deployment-ban"


def category_against_ban(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if a ban on this category and nationality code was in force on the day of issue."""
    pack = context.law(facts)
    category, issue = facts.get(VIZ_PERMIT_CATEGORY), facts.get(VIZ_ISSUE_DATE)
    stated = nationalities(facts) or nationalities(facts, PASSPORT)
    codes = codes_of(stated)
    if not codes:
        raise NotApplicable("not read or not in the tables: nationality")
    day = issue.value.full
    if day is None or not any(rule.topic == TOPIC and rule.in_force(day) for rule in pack.rules):
        raise NotApplicable(f"no ban in the policy pack of {pack.state} on that day")
    bans = _bans(pack, category.value, codes, issue.value)
    if not bans:
        return

    def lawful(issued: PartialDate) -> bool:
        return not _bans(pack, category.value, codes, issued)

    message = (
        f"category {category.value}, nationality {stated[0].value}, issued {issue.value.iso()}: "
        f"closed by law ({bans[0].citation})"
    )
    yield weighed(message, (issue,), lawful, (category, *stated), cause="ban")


def _bans(pack: PolicyPack, category: str, codes: frozenset[str], issued: PartialDate) -> list[Rule]:
    """The bans on the category for each of the codes; none if one of them is free."""
    day = issued.full
    name = " ".join(category.upper().split())
    rules = [pack.as_of(day, TOPIC, f"{name}/{code}") if day else None for code in sorted(codes)]
    found = [rule for rule in rules if rule is not None]
    return found if len(found) == len(rules) else []


CHECK = DocumentCheck(
    code="LNK107",
    name="category-against-ban",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(
        VIZ_PERMIT_CATEGORY,
        VIZ_ISSUE_DATE,
    ),
    innocent=(
        "a waiver or transitional provision is on file",
        "the category or the nationality was coded wrongly",
        "day and month were exchanged when the date was typed or printed",
        "one digit was misread on worn or blurred print",
    ),
    next_check="Read the article cited; ask the issuing office for the waiver",
    source="Issuing state's law, topic deployment-ban of its policy pack (article in the message)",
    rule=category_against_ban,
    kinds=frozenset({DocumentKind.WORK_PERMIT, DocumentKind.VISA}),
)
