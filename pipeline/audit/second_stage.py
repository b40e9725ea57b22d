"""A second look at leads on an officer or a workstation alone: do the flagged permits concentrate on one counterpart?

Innocent officers differ with heavy tails: who is careless is careless with everyone. A ring needs somebody outside the
office. Judged by a permutation of the flags among the officer's own permits, within strata (Good 2005, Permutation,
Parametric and Bootstrap Tests, chapter 3); the statistic is the greatest standardised excess of any counterpart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.audit.exposure import Codes, Ints
from pipeline.audit.strata import Floats

#: Draws after which flags that are plainly not concentrated are left, and the exceedances among them that say so.
_FIRST, _PLAINLY = 99, 10
#: Probability under the permutation up to which flags are concentrated.
CONCENTRATED = 0.01
_DRAWS = 999


def _excess(counts: Floats, expected: Floats, spread: Floats) -> Floats:
    excess: Floats = np.max(
        np.where(spread > 0, (counts - expected) / np.sqrt(np.maximum(spread, 1e-12)), -np.inf), axis=-1
    )
    return excess


def concentration(
    flagged: Ints, counterpart: Codes, stratum: Codes, generator: np.random.Generator, draws: int = _DRAWS
) -> float:
    """Probability that flags shuffled among the permits of each stratum concentrate as much on one counterpart.

    Args:
        flagged: 0 or 1 per permit.
        counterpart: code per permit; negative ones are of no one and never the one concentrated on.
        stratum: code per permit.
        generator: of the permutation.
        draws: shuffles.
    """
    known = counterpart >= 0
    if not known.any() or not flagged.any() or flagged.all():
        return 1.0
    _, whom = np.unique(counterpart[known], return_inverse=True)
    many = int(whom.max()) + 1
    if many < 2 and known.all():
        return 1.0
    at = np.full(len(flagged), many)
    at[known] = whom
    cells = []
    expected, spread = np.zeros(many), np.zeros(many)
    for code in np.unique(stratum):
        inside = stratum == code
        size, hits = int(inside.sum()), int(flagged[inside].sum())
        of_each = np.bincount(at[inside], minlength=many + 1)
        share = of_each[:many] / size
        expected += hits * share
        if size > 1:
            spread += hits * share * (1 - share) * (size - hits) / (size - 1)
        if hits:
            cells.append((of_each, hits))
    counts = np.bincount(at[flagged > 0], minlength=many + 1)[:many].astype(np.float64)
    seen = _excess(counts, expected, spread)
    reached, drawn = 0, 0
    for some in (min(_FIRST, draws), draws - min(_FIRST, draws)):
        shuffled = np.zeros((some, many))
        for of_each, hits in cells:
            shuffled += generator.multivariate_hypergeometric(of_each, hits, some)[:, :many]
        reached += int(np.sum(_excess(shuffled, expected, spread) >= seen - 1e-9))
        drawn += some
        if reached >= _PLAINLY:
            break
    return (1 + reached) / (1 + drawn)


def concentrates(flagged: Ints, counterparts: Sequence[Codes], stratum: Codes, generator: np.random.Generator) -> bool:
    """Whether the flags concentrate on one counterpart of any kind, several kinds allowed for (Bonferroni)."""
    return any(
        concentration(flagged, codes, stratum, generator) <= CONCENTRATED / len(counterparts) for codes in counterparts
    )
