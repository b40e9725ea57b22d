"""The order in which the law wants the steps to an issue taken."""

from __future__ import annotations

from checks.base import NotApplicable
from pipeline.reference.policy import PolicyPack, Rule
from pipeline.types.dates import PartialDate


def law_of_order(pack: PolicyPack, issued: PartialDate, step: str) -> Rule:
    """The provision that puts a step before the issue on the day of issue.

    Raises:
        NotApplicable: if the pack has none for that day.
    """
    day = issued.earliest
    before = pack.as_of(day, "process-order", step) if day else None
    issue = pack.as_of(day, "process-order", "issue") if day else None
    if before is None or issue is None or before.value >= issue.value:
        raise NotApplicable(f"the policy pack of {pack.state} does not put the {step} before the issue on that day")
    return before
