"""Checks for tests of the flow. Fake check (TST101).

The registry's own checks change; the flow must not care which there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, Rule
from pipeline.types.facts import AnyKey, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_SURNAME


def _named_altered(facts: Facts, context: Context) -> Iterator[Found]:
    surname = facts.get(VIZ_SURNAME)
    if surname.value == "BREAKS":
        raise RuntimeError("a rule with a fault")
    if surname.value.startswith("ALTERED"):
        yield Found("surname says so", (surname,))


def _named_issue(facts: Facts, context: Context) -> Iterator[Found]:
    issued = facts.get(VIZ_ISSUE_DATE)
    if issued.value.day == 13:
        yield Found("issued on a 13th", (issued,))


def _check(code: str, hypothesis: Hypothesis, need: AnyKey, rule: Rule, protection: bool = False) -> DocumentCheck:
    return DocumentCheck(
        code=code,
        name="fake",
        version=1,
        strength=Strength.STRONG,
        hypothesis=hypothesis,
        needs=(need,),
        innocent=("a test",),
        next_check="look",
        source="none",
        rule=rule,
        protection=protection,
    )


CHECKS = (
    _check("TST101", Hypothesis.ALTERED, VIZ_SURNAME, _named_altered),
    _check("TST102", Hypothesis.IRREGULAR_ISSUE, VIZ_ISSUE_DATE, _named_issue, protection=True),
)
