"""One table of units scored: over-dispersion, evidence, its tail under the null, and the promising units."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.assignment import expected_pairs
from pipeline.audit.bootstrap import Joint, Tail, null_tail
from pipeline.audit.counting import CountedTable, Events, counted_table, permits_of
from pipeline.audit.dispersion import overdispersion
from pipeline.audit.effects import Base
from pipeline.audit.evidence import combined, log_bayes_factor
from pipeline.audit.exposure import Codes, Ints, Permits
from pipeline.audit.indicators import Bools, Prepared
from pipeline.audit.pairs import Table
from pipeline.audit.posterior import posterior, share
from pipeline.audit.spans import Spans, inside, table_of
from pipeline.audit.strata import Floats
from pipeline.types.leads import AuditSettings

#: Evidence from which a unit's permits are kept at hand; and of how many units at most.
_PROMISING, _MOST_PROMISING = 1.0, 2000
#: Share of what it expects to which a table is standardised at least: more is not noise but some very busy units.
_LEAST_STANDARD = 0.85
#: Posterior from which a pair does not count toward how much innocent pairs differ: where few others have any event,
#: the patterns would be the whole of what is seen. Single units differ with heavy tails of their own and all count.
_PATTERN = 0.5
_TINY = 1e-12
_NOBODY: Codes = np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class Kept:
    """A promising unit.

    Attributes:
        evidence: summed over the indicators.
        observed: events of each row.
        expected: of each row.
        at: positions of all compared permits of its parties.
        due: their (rows, permits) expected rates.
        inside: which of them are the unit's own: all, or those of its run of months.
    """

    evidence: float
    observed: Ints
    expected: Floats
    at: Ints
    due: Floats
    inside: Bools


@dataclass(frozen=True)
class Scored:
    """A table scored; of its units, what was counted is kept of the promising ones.

    Attributes:
        codes: of the rows.
        tests: units of which anything could be judged.
        supports: of each row, whether it only supports others.
        again: of each row that counts a party's own flags once, positions of those that are not counted.
        pairs_row: the row that counts permits of pairs and no flags.
        pairs: permits of each pair that the assignment gives; None where there is no such row.
        first_month: first month of each unit's run of months; None for units as a whole.
    """

    table: Table
    codes: tuple[str, ...]
    alphas: Floats
    caps: Floats
    share: float
    tests: int
    tail: Future[Tail]
    incomparable: int
    promising: Mapping[int, Kept]
    supports: Bools
    again: Mapping[int, Ints]
    pairs_row: int | None
    pairs: Floats | None
    first_month: Codes | None

    @property
    def log_prior(self) -> float:
        """Log of the prior odds of a pattern."""
        return float(np.log(self.share) - np.log1p(-self.share))


def scored(
    permits: Permits,
    table: Table,
    ready: Prepared,
    bases: Mapping[str, Base],
    settings: AuditSettings,
    number: int,
    tails: Executor,
) -> tuple[list[Scored], Base]:
    """The table and its units cut in time, their evidence held against what chance gives; and the counts.

    Args:
        permits: the register.
        table: of units.
        ready: the indicators.
        bases: counts of the single kinds.
        settings: events, draws, seed.
        number: of the table, for its seed.
        tails: draws what chance gives beside the caller.
    """
    counts = counted_table(permits, table, ready, bases, settings)
    made = [
        _judged(
            permits, counts, place, ready, settings, np.random.default_rng([settings.seed, 1000 + number, place]), tails
        )
        for place in range(len(counts.events))
    ]
    whole = counts.events[0]
    base = Base(table, whole.observed, whole.expected, made[0].alphas[: len(whole.observed)], counts.runs)
    return made, base


def _judged(
    permits: Permits,
    counts: CountedTable,
    place: int,
    ready: Prepared,
    settings: AuditSettings,
    generator: np.random.Generator,
    tails: Executor,
) -> Scored:
    """The evidence of counts, and what chance gives."""
    events, joint = counts.events[place], counts.joint[place]
    cut, observed = events.cut, events.observed
    table = counts.table if cut is None else table_of(counts.table, cut)
    standard = _standard(events)
    expected = events.expected * standard.astype(np.float32)
    joint = tuple(Joint(one.members, one.expected * standard[list(one.members)].min()) for one in joint)
    pairs_row, pairs = ready.pairs_row(table), None
    if pairs_row is not None:
        pairs = _of_pairs(permits, table, cut)
        observed = np.vstack([observed, table.size])
        expected = np.vstack([expected, pairs.astype(np.float32)])
    caps, minimum = ready.caps(table), ready.minimum(table, settings)
    alphas = _alphas(observed, expected)
    evidence, pattern = combined(observed, expected, alphas, caps, minimum)
    judged = np.any(expected > 0, axis=0)
    if len(table.kinds) > 1:
        patterns = pattern & (posterior(evidence, share(np.where(pattern, evidence, -np.inf)[judged])) > _PATTERN)
        alphas = _alphas(observed[:, ~patterns], expected[:, ~patterns])
        evidence, pattern = combined(observed, expected, alphas, caps, minimum)
    return Scored(
        table=dataclasses.replace(table, unit=_NOBODY),
        codes=ready.codes(table),
        alphas=alphas,
        caps=caps,
        share=share(np.where(pattern, evidence, -np.inf)[judged]),
        tests=int(judged.sum()),
        tail=tails.submit(null_tail, expected, alphas, caps, minimum, joint, settings.bootstrap, generator),
        incomparable=0 if cut else counts.split.incomparable,
        promising=_promising(permits, counts, cut, evidence, pattern, observed, expected, standard),
        supports=ready.supports(table),
        again={
            row: np.setdiff1d(ready.flagged[row][1].flagged, counts.wholes[row].flagged) for row in ready.once(table)
        },
        pairs_row=pairs_row,
        pairs=pairs,
        first_month=cut.first if cut else None,
    )


def _alphas(observed: npt.NDArray[np.integer], expected: npt.NDArray[np.floating]) -> Floats:
    return np.array([overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)])


def _standard(events: Events) -> Floats:
    """Factor of what the units of each indicator expect, (indicators, 1).

    As the parties' effects are uncertain and never lower, a table expects more than it has: it is standardised to its
    own total, as indirectly standardised rates are (Breslow & Day 1987, section 2.3).
    """
    total = events.expected.sum(axis=1, dtype=np.float64)
    scale = events.observed.sum(axis=1) / np.maximum(total, _TINY)
    return np.asarray(np.clip(scale, _LEAST_STANDARD, 1.0)[:, None], dtype=np.float64)


def _of_pairs(permits: Permits, table: Table, cut: Spans | None) -> Floats:
    """Permits of each pair that the assignment gives."""
    if cut is None:
        return expected_pairs(permits, table)
    each = [expected_pairs(permits, table, cut.run(tiling, permits.months)) for tiling in (0, 1)]
    return np.where(cut.tiling == 0, *each)


def _promising(
    permits: Permits,
    counts: CountedTable,
    cut: Spans | None,
    evidence: Floats,
    pattern: Bools,
    observed: npt.NDArray[np.integer],
    expected: npt.NDArray[np.floating],
    standard: Floats,
) -> dict[int, Kept]:
    chosen = np.flatnonzero(pattern & (evidence >= _PROMISING))
    chosen = chosen[np.argsort(-evidence[chosen], kind="stable")[:_MOST_PROMISING]]
    owners = chosen if cut is None else cut.unit[chosen].astype(np.int64)
    found = permits_of(permits, counts, owners)
    kept = {}
    for one, owner in zip(chosen.tolist(), owners.tolist(), strict=True):
        at, plain = found[owner]
        own = np.ones(len(at), dtype=bool) if cut is None else inside(cut, one, permits.months[at])
        due = plain * standard
        if len(expected) > len(due):
            due = np.vstack([due, np.full(len(at), expected[-1, one] / max(int(own.sum()), 1))])
        count, mean = observed[:, one].astype(np.int64), expected[:, one].astype(np.float64)
        kept[one] = Kept(float(evidence[one]), count, mean, at, due, own)
    return kept


def evidence_of(observed: npt.NDArray[np.number], expected: Floats, made: Scored) -> Floats:
    """Evidence of each indicator for one unit: what `combined` sums."""
    each = zip(observed, expected, made.alphas, made.caps, strict=True)
    return np.array([min(float(log_bayes_factor(count, mean, float(alpha))), cap) for count, mean, alpha, cap in each])
