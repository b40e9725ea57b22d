"""One table of units scored: counts, over-dispersion, evidence, its tail under the null, and the promising units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.assignment import expected_pairs
from pipeline.audit.bootstrap import Joint, Tail, null_tail
from pipeline.audit.dispersion import overdispersion
from pipeline.audit.effects import Adjusted, Base, adjusted
from pipeline.audit.evidence import combined, log_bayes_factor
from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.indicators import Prepared
from pipeline.audit.pairs import Table
from pipeline.audit.posterior import share
from pipeline.audit.strata import Cells, Floats, cells, counted
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


def _promising(
    split: Cells, evidence: Floats, pattern: Bools, rates: npt.NDArray[np.float32], ready: Prepared, effects: Adjusted
) -> dict[int, tuple[Ints, Floats]]:
    chosen = np.flatnonzero(pattern & (evidence >= _PROMISING))
    chosen = chosen[np.argsort(-evidence[chosen], kind="stable")[:_MOST_PROMISING]]
    wanted = np.zeros(split.units, dtype=bool)
    wanted[chosen] = True
    compared = np.flatnonzero(split.row >= 0)
    at = compared[wanted[split.unit[split.row[compared]]]]
    unit = split.unit[split.row[at]]
    order = np.argsort(unit, kind="stable")
    at, unit = at[order], unit[order]
    due = rates[:, split.row[at]] * effects.at(at)
    for row, (_, whole) in enumerate(ready.flagged):
        due[row, np.isin(at, whole.masked)] = 0.0
    kinds, starts = np.unique(unit, return_index=True)
    ends = np.append(starts, len(at))[1:]
    return {int(kind): (at[start:end], due[:, start:end]) for kind, start, end in zip(kinds, starts, ends, strict=True)}


def scored(
    permits: Permits,
    table: Table,
    ready: Prepared,
    bases: Mapping[str, Base],
    settings: AuditSettings,
    generator: np.random.Generator,
) -> Scored:
    """The table counted, its evidence summed and held against what chance gives."""
    split = cells(permits, table)
    wholes = [whole for _, whole in ready.flagged]
    each = [counted(split, whole) for whole in wholes]
    observed = np.array([found.observed for found in each])
    plain = np.array([found.expected for found in each])
    rates = np.array([found.rate for found in each], dtype=np.float32)
    del each
    effects = adjusted(permits, table, split, rates, wholes, bases)
    joint = [
        Joint(members, counted(split, whole).expected * _least_effect(effects.expected, plain, members))
        for members, whole in ready.joint
    ]
    expected = effects.expected
    pairs = table.assigned
    if pairs and ready.pairing:
        observed = np.vstack([observed, table.size])
        expected = np.vstack([expected, expected_pairs(permits, table)])
    caps, minimum = ready.caps(pairs), ready.minimum(pairs, settings)
    alphas = np.array([overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)])
    evidence = combined(observed, expected, alphas, caps)
    pattern: Bools = np.any(observed >= minimum[:, None], axis=0)
    tail = null_tail(expected, alphas, caps, minimum, joint, settings.bootstrap, generator)
    promising = _promising(split, evidence, pattern, rates, ready, effects)
    if pairs and ready.pairing:
        promising = {
            unit: (at, np.vstack([due, np.full(len(at), expected[-1, unit] / len(at))]))
            for unit, (at, due) in promising.items()
        }
    judged = np.any(expected > 0, axis=0)
    return Scored(
        table=table,
        codes=ready.codes(pairs),
        observed=observed,
        expected=expected,
        alphas=alphas,
        caps=caps,
        evidence=evidence,
        share=share(np.where(pattern, evidence, -np.inf)[judged]),
        tail=tail,
        incomparable=split.incomparable,
        promising=promising,
    )


def _least_effect(expected: Floats, plain: Floats, members: tuple[int, ...]) -> Floats:
    """By how much the parties' effects raise what the members expect together: as much as the least of them."""
    rows = list(members)
    return np.asarray(np.min(expected[rows] / np.maximum(plain[rows], 1e-12), axis=0), dtype=np.float64)


def evidence_of(observed: npt.NDArray[np.number], expected: Floats, made: Scored) -> Floats:
    """Evidence of each indicator for one unit: what `combined` sums."""
    each = zip(observed, expected, made.alphas, made.caps, strict=True)
    return np.array([min(float(log_bayes_factor(count, mean, float(alpha))), cap) for count, mean, alpha, cap in each])
