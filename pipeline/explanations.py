"""The competing explanations of a case side by side, and the observation that would decide between the leading two.

Each hypothesis that a finding supports has the sum of its groups' weights. Weights are likelihood ratios against the
innocent causes, so where a group has no innocent finding of its own, an ordinary cause stands beside the others with
log10 LR 0: the yardstick. The observation that decides is the next check of the group in which the leading two
explanations differ most in weight, of its strongest finding that supports the heavier of them; among equals the group
that comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cases import total
from pipeline.types.findings import Finding, Group, Hypothesis

#: Hypotheses by which nobody did anything wrong.
INNOCENT = frozenset({Hypothesis.CAPTURE, Hypothesis.CLERICAL})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation of what was seen.

    Attributes:
        hypothesis: None: an ordinary cause, which no finding itself points to.
        log10_lr: summed over the groups that support it.
        causes: of those groups, the heaviest first; for an ordinary cause, of the groups that it has to explain.
        named: innocent causes that the findings name for it, each once.
    """

    hypothesis: Hypothesis | None
    log10_lr: float
    causes: tuple[str, ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deciding:
    """The observation that would decide, and between which explanations (one, where it stands alone)."""

    between: tuple[Hypothesis | None, ...]
    cause: str
    code: str
    next_check: str


def explanations_of(groups: Sequence[Group]) -> tuple[Explanation, ...]:
    """Every explanation that has support, the heaviest first; none without groups."""
    supported = {name for group in groups for name, _ in group.hypotheses}
    weighed = [_explanation(name, groups) for name in sorted(supported)]
    weighed.sort(key=lambda one: -one.log10_lr)
    bare = [group for group in groups if not any(name in INNOCENT for name, _ in group.hypotheses)]
    if bare:
        named = tuple(dict.fromkeys(_likeliest(group.findings[0]) for group in bare))
        weighed.append(Explanation(None, 0.0, tuple(group.cause for group in bare), named))
    return tuple(weighed)


def deciding(groups: Sequence[Group]) -> Deciding | None:
    """The observation that would decide between the leading two explanations; None without groups."""
    leading = explanations_of(groups)[:2]
    if not leading:
        return None
    first = leading[0].hypothesis
    second = leading[1].hypothesis if len(leading) > 1 else None
    speaking = [group for group in groups if _weight(group, first) or _weight(group, second)]
    apart = max(speaking, key=lambda group: abs(_weight(group, first) - _weight(group, second)))
    heavier = first if _weight(apart, first) >= _weight(apart, second) else second
    finding = next(one for one in apart.findings if one.hypothesis is heavier)
    between = tuple(one.hypothesis for one in leading)
    return Deciding(between, apart.cause, finding.code, finding.next_check)


def _explanation(name: Hypothesis, groups: Sequence[Group]) -> Explanation:
    supporting = [(log10_lr, group) for group in groups for one, log10_lr in group.hypotheses if one is name]
    supporting.sort(key=lambda pair: -pair[0])
    likely = [
        finding.likely_innocent
        for _, group in supporting
        for finding in group.findings
        if name in INNOCENT and finding.hypothesis is name and finding.likely_innocent
    ]
    causes = tuple(dict.fromkeys(group.cause for _, group in supporting))
    return Explanation(name, total(groups, name), causes, tuple(dict.fromkeys(likely)))


def _likeliest(finding: Finding) -> str:
    return finding.likely_innocent or finding.innocent_causes[0]


def _weight(group: Group, hypothesis: Hypothesis | None) -> float:
    return next((log10_lr for name, log10_lr in group.hypotheses if name is hypothesis), 0.0)
