"""Counts of a run: all that leaves a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.cases import IRREGULAR_ISSUE, SPEAKS_FOR, SPECIMEN, assessed
from pipeline.types.findings import Case, Hypothesis, Light, Outcome, OutcomeKind
from pipeline.types.problems import ProblemKind
from pipeline.types.runs import CheckTally

_SPEAKS = frozenset().union(*SPEAKS_FOR.values())


@dataclass(slots=True)
class Tally:
    """Counts over documents.

    Attributes:
        altered: documents of which the question could be asked.
        irregular_issue: documents of which at least one check of the question could be made; without a register
            that is from the paper alone, which can raise the question and never clear it.
        strongest: strongest finding that speaks for altered, counterfeit or irregular issue (Strength as a number; 0:
            none). That a document calls itself a specimen does not count: nobody presented it as genuine.
        asked: documents of which each check was asked, where no answer that still holds was kept.
        faults: documents and checks that failed by a fault of ours.
    """

    documents: int = 0
    checks: dict[str, CheckTally] = field(default_factory=dict)
    cases: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    altered: int = 0
    irregular_issue: int = 0
    strongest: int = 0
    faults: int = 0

    def add(self, cases: Sequence[Case], outcomes: Sequence[Outcome], hypotheses: Mapping[str, Hypothesis]) -> None:
        """Count one document; its first case has all its problems. `hypotheses`: what each check looks for, by code."""
        self.documents += 1
        self.faults += any(problem.kind is ProblemKind.OURS for problem in cases[0].problems)
        for outcome in outcomes:
            self._count(outcome)
        self.cases.update(str(case.desk) if case.desk else "none" for case in cases)
        self.problems.update(str(problem.kind) for problem in cases[0].problems)
        self.altered += cases[0].altered is not Light.GREY
        self.irregular_issue += assessed(IRREGULAR_ISSUE, outcomes, hypotheses)

    def _count(self, outcome: Outcome) -> None:
        check = self.checks.setdefault(outcome.code, CheckTally())
        match outcome.kind:
            case OutcomeKind.CLEAR:
                check.clear += 1
            case OutcomeKind.FLAG:
                check.flag += 1
            case OutcomeKind.NOT_APPLICABLE:
                check.not_applicable[outcome.reason] = check.not_applicable.get(outcome.reason, 0) + 1
            case OutcomeKind.ERROR:
                check.error += 1
                self.faults += 1
        speaking = [f for f in outcome.findings if f.hypothesis in _SPEAKS and f.cause != SPECIMEN]
        self.strongest = max([self.strongest, *(int(finding.strength) for finding in speaking)])

    def merge(self, other: Tally) -> None:
        """Take in the counts of another batch."""
        self.documents += other.documents
        for code, theirs in other.checks.items():
            mine = self.checks.setdefault(code, CheckTally())
            mine.clear += theirs.clear
            mine.flag += theirs.flag
            mine.error += theirs.error
            for reason, count in theirs.not_applicable.items():
                mine.not_applicable[reason] = mine.not_applicable.get(reason, 0) + count
        self.cases.update(other.cases)
        self.problems.update(other.problems)
        self.asked.update(other.asked)
        self.altered += other.altered
        self.irregular_issue += other.irregular_issue
        self.strongest = max(self.strongest, other.strongest)
        self.faults += other.faults
