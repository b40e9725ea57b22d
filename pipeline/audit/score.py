"""One table of units scored: counts, over-dispersion, evidence, its tail under the null, and the promising units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.assignment import expected_pairs
from pipeline.audit.bootstrap import Joint, Tail, null_tail
from pipeline.audit.dispersion import overdispersion
from pipeline.audit.evidence import combined, log_bayes_factor
from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.indicators import Prepared
from pipeline.audit.pairs import Table
from pipeline.audit.posterior import share
from pipeline.audit.strata import PRIOR_EVENTS, Cells, Floats, cells, counted
from pipeline.types.leads import AuditSettings

Bools = npt.NDArray[np.bool_]

#: Evidence from which a unit's permits are kept at hand; and of how many units at most.
_PROMISING, _MOST_PROMISING = 1.0, 2000


@dataclass(frozen=True)
class Scored:
    """A table with what was counted: arrays are (indicators, units), rows as in `codes`.

    Attributes:
        promising: by unit, the positions of its compared permits and their (indicators, permits) expected rates.
    """

    table: Table
    codes: tuple[str, ...]
    observed: Ints
    expected: Floats
    alphas: Floats
    caps: Floats
    evidence: Floats
    pattern: Bools
    share: float
    tail: Tail
    incomparable: int
    promising: Mapping[int, tuple[Ints, Floats]]

    @property
    def tests(self) -> int:
        """Units of which anything could be judged."""
        return int((self.expected > 0).any(axis=0).sum())

    @property
    def log_prior(self) -> float:
        """Log of the prior odds of a pattern."""
        return float(np.log(self.share) - np.log1p(-self.share))


def parents_effect(
    permits: Permits, table: Table, observed: Ints, expected: Floats, singles: Mapping[tuple[str, ...], Scored]
) -> Floats:
    """How much each pair's parties exceed their strata with everyone else; at least 1, shrunk by three events.

    An officer who is careless with all agencies exceeds with each: the pair is what goes beyond both of its parties.
    """
    effect = np.ones(expected.shape)
    flags = len(observed)
    for kind in table.kinds:
        parent = singles.get((kind,))
        if parent is None:
            continue
        unit = parent.table.unit[table.example]
        known = unit >= 0
        events = np.maximum(parent.observed[:flags, unit] - observed, 0) + PRIOR_EVENTS
        mean = np.maximum(parent.expected[:flags, unit] - expected, 0.0) + PRIOR_EVENTS
        effect *= np.where(known, np.maximum(events / mean, 1.0), 1.0)
    return effect


def _promising(
    split: Cells, evidence: Floats, pattern: Bools, rates: npt.NDArray[np.float32], ready: Prepared
) -> dict[int, tuple[Ints, Floats]]:
    chosen = np.flatnonzero(pattern & (evidence >= _PROMISING))
    chosen = chosen[np.argsort(-evidence[chosen], kind="stable")[:_MOST_PROMISING]]
    wanted = np.zeros(split.units, dtype=bool)
    wanted[chosen] = True
    unit = np.where(split.row >= 0, split.unit[split.row], 0)
    at = np.flatnonzero((split.row >= 0) & wanted[unit])
    at = at[np.argsort(unit[at], kind="stable")]
    due = rates[:, split.row[at]].astype(np.float64)
    for row, (_, whole) in enumerate(ready.flagged):
        due[row, np.isin(at, whole.masked)] = 0.0
    kinds, starts = np.unique(unit[at], return_index=True)
    ends = np.append(starts, len(at))[1:]
    return {int(kind): (at[start:end], due[:, start:end]) for kind, start, end in zip(kinds, starts, ends, strict=True)}


def scored(
    permits: Permits,
    table: Table,
    ready: Prepared,
    singles: Mapping[tuple[str, ...], Scored],
    settings: AuditSettings,
    generator: np.random.Generator,
) -> Scored:
    """The table counted, its evidence summed and held against what chance gives."""
    split = cells(permits, table)
    each = [counted(split, whole) for _, whole in ready.flagged]
    observed = np.array([found.observed for found in each])
    expected = np.array([found.expected for found in each])
    rates = np.array([found.rate for found in each], dtype=np.float32)
    del each
    joint = [(members, counted(split, whole).expected) for members, whole in ready.joint]
    pairs = len(table.kinds) > 1
    if pairs:
        effect = parents_effect(permits, table, observed, expected, singles)
        expected = expected * effect
        rates = rates * effect[:, split.unit].astype(np.float32)
        joint = [(members, mean * effect[list(members)].min(axis=0)) for members, mean in joint]
        if ready.pairing:
            together = expected_pairs(permits, table)
            observed = np.vstack([observed, table.size])
            expected = np.vstack([expected, together])
            rates = np.vstack([rates, (together / table.size)[split.unit].astype(np.float32)])
    caps, minimum = ready.caps(pairs), ready.minimum(pairs, settings)
    alphas = np.array([overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)])
    evidence = combined(observed, expected, alphas, caps)
    pattern: Bools = np.any(observed >= minimum[:, None], axis=0)
    tail = null_tail(expected, alphas, caps, minimum, [Joint(*group) for group in joint], settings.bootstrap, generator)
    promising = _promising(split, evidence, pattern, rates, ready)
    judged = (expected > 0).any(axis=0)
    return Scored(
        table,
        ready.codes(pairs),
        observed,
        expected,
        alphas,
        caps,
        evidence,
        pattern,
        share(np.where(pattern, evidence, -np.inf)[judged]),
        tail,
        split.incomparable,
        promising,
    )


def evidence_of(observed: npt.NDArray[np.number], expected: Floats, made: Scored) -> Floats:
    """Evidence of each indicator for one unit: what `combined` sums."""
    each = zip(observed, expected, made.alphas, made.caps, strict=True)
    return np.array([min(float(log_bayes_factor(count, mean, float(alpha))), cap) for count, mean, alpha, cap in each])
