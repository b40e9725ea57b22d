"""Candidates: units whose evidence passes the limit of the run, and what of one another they explain.

A ring shows in the pair, in its officer, in its agency and in its workstation. It is one pattern: the strongest stands
for it, and another is kept only where its permits outside those already explained pass the same limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.fdr import benjamini_hochberg
from pipeline.audit.indicators import Bools, Prepared
from pipeline.audit.pairs import subject
from pipeline.audit.score import Kept, Scored, evidence_of
from pipeline.audit.second_stage import concentrates
from pipeline.audit.strata import Floats

#: Kinds of unit that are kept only where the flags concentrate on somebody outside the office.
_INSIDE = frozenset({("officer",), ("workstation",)})
#: Share of a unit's flagged permits from which a pair stands for it.
_NEARLY_ALL = 0.8
_OUTSIDE = ("agency", "employer", "clinic")


@dataclass(frozen=True)
class Candidate:
    """One unit that passes the limit.

    Attributes:
        kept: permits of its parties, and their expected rates.
        flags: (indicators, permits), of all those permits.
        odds: log posterior odds of a pattern.
        p: share of all tests of the run that reach these odds by chance.
    """

    scored: Scored
    unit: int
    kept: Kept
    flags: Bools
    odds: float
    p: float

    @property
    def at(self) -> Ints:
        """Positions of its own permits."""
        return self.kept.at[self.kept.inside]

    @property
    def flagged(self) -> Bools:
        """(indicators, own permits)."""
        return self.flags[:, self.kept.inside]

    def evidence(self, without: Bools | None = None) -> Floats:
        """Evidence of each indicator, from the permits not in `without`."""
        if without is None:
            return evidence_of(self.kept.observed, self.kept.expected, self.scored)
        left = ~without[self.at]
        due = self.kept.due[:, self.kept.inside][:, left]
        return evidence_of(self.flagged[:, left].sum(axis=1), due.sum(axis=1), self.scored)

    def supporting(self) -> list[int]:
        """Rows of the indicators that speak for a pattern, strongest first; pairs after flags."""
        told = self.evidence()
        rows = [int(row) for row in np.argsort(-told, kind="stable") if told[row] > 0]
        return sorted(rows, key=lambda row: bool(self.scored.supports[row]))


def _flags_at(ready: Prepared, made: Scored, at: Ints) -> Bools:
    """Which of the permits each indicator flags; pairs count every permit."""
    flags = np.ones((len(made.codes), len(at)), dtype=bool)
    bits = ready.bits[at]
    for row in range(len(ready.flagged)):
        flags[row] = bits >> row & 1
    for row, again in made.again.items():
        flags[row] &= ~np.isin(at, again)
    return flags


def passing(ready: Prepared, tables: Sequence[Scored], fdr: float) -> tuple[list[Candidate], int]:
    """The units whose posterior odds pass the limit of the run, strongest first, and the number of tests.

    Tables share one limit of posterior odds; how many units reach it by chance is summed over their bootstraps.
    """
    tests = sum(made.tests for made in tables)
    units = [
        (kept.evidence + made.log_prior, number, unit)
        for number, made in enumerate(tables)
        for unit, kept in made.promising.items()
    ]
    units.sort(key=lambda found: (-found[0], found[1], found[2]))
    odds = np.array([found[0] for found in units])
    by_chance = np.zeros(len(units))
    for made in tables:
        by_chance += made.tail.result().expected_at_least(odds - made.log_prior)
    p = np.minimum(1.0, by_chance / max(tests, 1))
    enough = np.flatnonzero(benjamini_hochberg(p, tests) <= fdr)
    found = []
    for rank in enough:
        _, number, unit = units[int(rank)]
        kept = tables[number].promising[unit]
        flags = _flags_at(ready, tables[number], kept.at)
        found.append(Candidate(tables[number], unit, kept, flags, float(odds[rank]), float(p[rank])))
    return found, tests


def _concentrated(permits: Permits, found: Candidate, generator: np.random.Generator) -> bool:
    """Whether an officer's or a workstation's flags concentrate on one counterpart; other units need not."""
    if found.scored.table.kinds not in _INSIDE:
        return True
    others = [permits.parties[kind].codes[found.at] for kind in _OUTSIDE if kind in permits.parties]
    flagged = np.any(found.flagged[found.supporting()], axis=0).astype(np.int64)
    return bool(others) and concentrates(flagged, others, permits.cells[1][found.at], generator)


def _narrowest(wide: Candidate, found: Sequence[Candidate]) -> Candidate:
    """The strongest candidate pair that holds nearly all flagged permits of a wider unit; else the unit itself.

    A single unit is wider than its pairs, and a counterpart at an office is wider than with one officer there.
    """
    kinds = set(wide.scored.table.kinds)
    if "officer" in kinds and len(kinds) > 1:
        return wide
    wanted = kinds - {"office"} if len(kinds) > 1 else kinds
    flagged = wide.at[np.any(wide.flagged[wide.supporting()], axis=0)]
    for pair in found:
        narrower = wanted < set(pair.scored.table.kinds) and pair.scored.table.kinds != wide.scored.table.kinds
        if narrower and np.isin(flagged, pair.at).mean() >= _NEARLY_ALL:
            return pair
    return wide


def distinct(
    permits: Permits, found: Sequence[Candidate], generator: np.random.Generator
) -> tuple[list[Candidate], int]:
    """The candidates that no stronger one explains, and how many were dropped because nobody outside is involved."""
    explained = np.zeros(len(permits), dtype=bool)
    limit = min((candidate.odds for candidate in found), default=0.0)
    kept: list[Candidate] = []
    named: set[tuple[tuple[str, str], ...]] = set()
    alone = 0
    for candidate in found:
        left = float(candidate.evidence(explained).sum()) + candidate.scored.log_prior
        if explained[candidate.at].any() and left < limit:
            continue
        if not _concentrated(permits, candidate, generator):
            alone += 1
            continue
        candidate = _narrowest(candidate, found)
        explained[candidate.at] = True
        who = subject(permits, candidate.scored.table, candidate.unit)
        # Two runs of the same parties are one lead: its window is looked for in all of their permits.
        if who not in named:
            named.add(who)
            kept.append(candidate)
    return kept, alone
