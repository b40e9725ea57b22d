"""One table of units scored: counts, over-dispersion, evidence, its tail under the null, and the promising units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.assignment import expected_pairs
from pipeline.audit.bootstrap import Joint, Tail, null_tail
from pipeline.audit.dispersion import overdispersion
from pipeline.audit.effects import Adjusted, Base, Plain, adjusted
from pipeline.audit.effects_in_time import Others, in_time
from pipeline.audit.evidence import combined, log_bayes_factor
from pipeline.audit.exposure import Codes, Ints, Permits
from pipeline.audit.indicators import Prepared
from pipeline.audit.pairs import Table
from pipeline.audit.posterior import share
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import MONTHS, Runs, Spans, inside, spans, table_of
from pipeline.audit.strata import Cells, Counted, Floats, cells, counted
from pipeline.types.leads import AuditSettings

Bools = npt.NDArray[np.bool_]

#: Evidence from which a unit's permits are kept at hand; and of how many units at most.
_PROMISING, _MOST_PROMISING = 1.0, 2000


@dataclass(frozen=True)
class Kept:
    """Permits of a promising unit.

    Attributes:
        at: positions of all compared permits of its parties.
        due: their (indicators, permits) expected rates.
        inside: which of them are the unit's own: all, or those of its run of months.
    """

    at: Ints
    due: Floats
    inside: Bools


@dataclass(frozen=True)
class Scored:
    """A table with what was counted: arrays are (indicators, units), rows as in `codes`.

    Attributes:
        supports: of each row, whether it only supports others.
        pairs_row: the row that counts permits of pairs and no flags.
        first_month: first month of each unit's run of months; None for units as a whole.
    """

    table: Table
    codes: tuple[str, ...]
    observed: Ints
    expected: Floats
    alphas: Floats
    caps: Floats
    evidence: Floats
    share: float
    tail: Tail
    incomparable: int
    promising: Mapping[int, Kept]
    supports: Bools
    pairs_row: int | None
    first_month: Codes | None = None

    @property
    def tests(self) -> int:
        """Units of which anything could be judged."""
        return int((self.expected > 0).any(axis=0).sum())

    @property
    def log_prior(self) -> float:
        """Log of the prior odds of a pattern."""
        return float(np.log(self.share) - np.log1p(-self.share))


@dataclass(frozen=True)
class _OfSpans:
    """Events and expected events of spans, before any effect, and of all others at the same office in the same run."""

    cut: Spans
    observed: Ints
    expected: Floats
    others_observed: Floats
    others_expected: Floats
    alphas: Floats

    @classmethod
    def empty(cls, indicators: int, cut: Spans) -> _OfSpans:
        """Nothing counted yet."""
        shape = (indicators, len(cut))
        return cls(
            cut, np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(indicators)
        )

    def count(self, row: int, found: Counted) -> None:
        """Take the counts of one indicator."""
        self.observed[row], self.expected[row] = (
            self.cut.sums(found.entry_observed),
            self.cut.sums(found.entry_expected),
        )
        seen, due = self.cut.offices(found.entry_observed), self.cut.offices(found.entry_expected)
        self.others_observed[row] = seen[self.cut.office] - self.observed[row]
        self.others_expected[row] = due[self.cut.office] - self.expected[row]
        self.alphas[row] = overdispersion(seen.astype(np.int64), due)

    def others(self) -> Others:
        """Of the offices, beside each span."""
        return Others(self.others_observed, self.others_expected, self.alphas)

    def runs(self, observed: Ints, expected: Floats) -> Runs:
        """Of single units, whose own counts are `observed` and `expected`."""
        own = [overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)]
        habit = effect(observed, expected, np.array(own)[:, None])[:, self.cut.unit]
        alphas = [overdispersion(count, mean) for count, mean in zip(self.observed, self.expected * habit, strict=True)]
        return Runs.of(self.cut, observed.shape[1], self.observed, self.expected, np.array(alphas))


@dataclass(frozen=True)
class _Counts:
    """Events of a table's units or of their spans before evidence; rows as the indicators that count flags."""

    observed: Ints
    expected: Floats
    joint: tuple[Joint, ...]


def scored(
    permits: Permits,
    table: Table,
    ready: Prepared,
    bases: Mapping[str, Base],
    settings: AuditSettings,
    generator: np.random.Generator,
) -> tuple[list[Scored], Base]:
    """The table and its units cut in time, scored, their evidence held against what chance gives; and the counts."""
    split = cells(permits, table)
    cut = _cuts(permits, table, split, settings)
    wholes = ready.wholes(table)
    observed = np.empty((len(wholes), len(table)), dtype=np.int64)
    plain = np.empty((len(wholes), len(table)), dtype=np.float64)
    rates = np.empty((len(wholes), len(split.size)), dtype=np.float32)
    of_spans = [_OfSpans.empty(len(wholes), one) for one in cut]
    for row, whole in enumerate(wholes):
        found = counted(split, whole)
        observed[row], plain[row], rates[row] = found.observed, found.expected, found.rate
        for one in of_spans:
            one.count(row, found)
    effects = adjusted(permits, table, split, rates, wholes, bases, Plain(observed, plain))
    raised = effects.expected / np.maximum(plain, _TINY)
    together = [(members, counted(split, whole)) for members, whole in ready.joint]
    joint = [Joint(members, found.expected * raised[list(members)].min(axis=0)) for members, found in together]
    counts = [_Counts(observed, effects.expected, tuple(joint))]
    if len(table.kinds) == 1:
        runs = {one.cut.months: one.runs(observed, plain) for one in of_spans}
        cut = []
    else:
        runs = {}
        for one in of_spans:
            now = in_time(table, one.cut, bases, one.observed, one.expected, one.others())
            higher = np.maximum(raised[:, one.cut.unit] * now, 1.0)
            both = [
                Joint(members, one.cut.sums(found.entry_expected) * higher[list(members)].min(axis=0))
                for members, found in together
            ]
            counts.append(_Counts(one.observed, one.expected * higher, tuple(both)))
    kept = _Finder(permits, table, split, rates, ready, effects)
    made = [
        _judged(permits, table if of is None else table_of(table, of), of, each, ready, settings, kept, generator)
        for of, each in zip([None, *cut], counts, strict=True)
    ]
    return made, Base(table, observed, effects.expected, made[0].alphas[: len(wholes)], runs)


#: Keeps a ratio to nothing expected from being infinite.
_TINY = 1e-12


def _cuts(permits: Permits, table: Table, split: Cells, settings: AuditSettings) -> list[Spans]:
    """Pairs are cut in time to be judged, single units for their effects in time; employers are too many for that."""
    if table.kinds in {("employer",), ("workstation",)}:
        return []
    smallest = 1 if len(table.kinds) == 1 else settings.minimum_events
    cut = (spans(permits, split, months, smallest) for months in MONTHS)
    return [one for one in cut if one is not None]


@dataclass(frozen=True)
class _Finder:
    """Finds the permits of the promising units of a table."""

    permits: Permits
    table: Table
    split: Cells
    rates: npt.NDArray[np.float32]
    ready: Prepared
    effects: Adjusted

    def of_units(self, units: Ints) -> dict[int, tuple[Ints, Floats]]:
        """Positions of the compared permits and their expected rates, by unit."""
        split = self.split
        wanted = np.zeros(split.units, dtype=bool)
        wanted[units] = True
        compared = np.flatnonzero(split.row >= 0)
        at = compared[wanted[split.unit[split.row[compared]]]]
        unit = split.unit[split.row[at]]
        order = np.argsort(unit, kind="stable")
        at, unit = at[order], unit[order]
        due = self.rates[:, split.row[at]] * self.effects.at(at)
        for row, whole in enumerate(self.ready.wholes(self.table)):
            due[row] *= whole.able[self.permits.cells[0][at]]
            if len(whole.masked):
                due[row, np.isin(at, whole.masked)] = 0.0
        kinds, starts = np.unique(unit, return_index=True)
        ends = np.append(starts, len(at))[1:]
        return {
            int(kind): (at[start:end], due[:, start:end]) for kind, start, end in zip(kinds, starts, ends, strict=True)
        }


def _judged(
    permits: Permits,
    table: Table,
    cut: Spans | None,
    counts: _Counts,
    ready: Prepared,
    settings: AuditSettings,
    finder: _Finder,
    generator: np.random.Generator,
) -> Scored:
    """The evidence of counts, and what chance gives."""
    observed = counts.observed
    standard = _standard(counts)
    expected = counts.expected * standard
    joint = [Joint(both.members, both.expected * standard[list(both.members)].min()) for both in counts.joint]
    pairs_row = ready.pairs_row(table)
    if pairs_row is not None:
        observed = np.vstack([observed, table.size])
        expected = np.vstack([expected, _of_pairs(permits, table, cut)])
    caps, minimum = ready.caps(table), ready.minimum(table, settings)
    alphas = np.array([overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)])
    evidence, pattern = combined(observed, expected, alphas, caps, minimum)
    return Scored(
        table=table,
        codes=ready.codes(table),
        observed=observed,
        expected=expected,
        alphas=alphas,
        caps=caps,
        evidence=evidence,
        share=share(np.where(pattern, evidence, -np.inf)[np.any(expected > 0, axis=0)]),
        tail=null_tail(expected, alphas, caps, minimum, joint, settings.bootstrap, generator),
        incomparable=0 if cut else finder.split.incomparable,
        promising=_promising(permits, cut, evidence, pattern, expected, standard, finder, pairs_row is not None),
        supports=ready.supports(table),
        pairs_row=pairs_row,
        first_month=cut.first if cut else None,
    )


#: Share of what it expects to which a table is standardised at least: more is not noise but some very busy units.
_LEAST_STANDARD = 0.85


def _standard(counts: _Counts) -> Floats:
    """Factor of what the units of each indicator expect, (indicators, 1).

    As the parties' effects are uncertain and never lower, a table expects more than it has: it is standardised to its
    own total, as indirectly standardised rates are (Breslow & Day 1987, section 2.3).
    """
    scale = counts.observed.sum(axis=1) / np.maximum(counts.expected.sum(axis=1), _TINY)
    return np.asarray(np.clip(scale, _LEAST_STANDARD, 1.0)[:, None], dtype=np.float64)


def _of_pairs(permits: Permits, table: Table, cut: Spans | None) -> Floats:
    """Permits of each pair that the assignment gives."""
    if cut is None:
        return expected_pairs(permits, table)
    each = [expected_pairs(permits, table, cut.run(tiling, permits.months)) for tiling in (0, 1)]
    return np.where(cut.tiling == 0, *each)


def _promising(
    permits: Permits,
    cut: Spans | None,
    evidence: Floats,
    pattern: Bools,
    expected: Floats,
    standard: Floats,
    finder: _Finder,
    pairs: bool,
) -> dict[int, Kept]:
    chosen = np.flatnonzero(pattern & (evidence >= _PROMISING))
    chosen = chosen[np.argsort(-evidence[chosen], kind="stable")[:_MOST_PROMISING]]
    owners = chosen if cut is None else cut.unit[chosen].astype(np.int64)
    found = finder.of_units(owners)
    kept = {}
    for one, owner in zip(chosen.tolist(), owners.tolist(), strict=True):
        at, due = found[owner]
        due = due * standard
        own = np.ones(len(at), dtype=bool) if cut is None else inside(cut, one, permits.months[at])
        if pairs:
            due = np.vstack([due, np.full(len(at), expected[-1, one] / max(int(own.sum()), 1))])
        kept[one] = Kept(at, due, own)
    return kept


def evidence_of(observed: npt.NDArray[np.number], expected: Floats, made: Scored) -> Floats:
    """Evidence of each indicator for one unit: what `combined` sums."""
    each = zip(observed, expected, made.alphas, made.caps, strict=True)
    return np.array([min(float(log_bayes_factor(count, mean, float(alpha))), cap) for count, mean, alpha, cap in each])
