"""Draws without replacement, summed over cells: what a unit has of its cells' totals when labels are shuffled in them.

The first three moments of a draw from a finite population are known (for marks they are the hypergeometric's); summed
over cells they give the tail of Pearson's type III (Mielke & Berry 2007, Permutation Methods, section 2.3).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from pipeline.audit.exposure import Ints
from pipeline.audit.strata import Floats

_WINSORISED = 0.1


def summed(drawn: pl.DataFrame, by: list[str], *more: pl.Expr) -> pl.DataFrame:
    """Moments of each unit's draws: `n`, `observed`, `expected`, `variance` and `third` central moment, and `more`.

    Args:
        drawn: a row a cell and unit: `n` of `N` values of `mean`, variance `second` and third central moment `cube` are
            the unit's, and come to `observed`.
        by: columns that name the unit.
        more: sums beside them.
    """
    size, n = pl.col("N").cast(pl.Float64), pl.col("n").cast(pl.Float64)
    rest = n * (size - n) / (size - 1)
    moments = drawn.with_columns(
        expected=n * pl.col("mean"),
        variance=rest * pl.col("second"),
        third=pl.when(size > 2).then(rest * (size - 2 * n) / (size - 2) * pl.col("cube")).otherwise(0.0),
    )
    return moments.group_by(by).agg(pl.col("n", "observed", "expected", "variance", "third").sum(), *more)


def tail(observed: Floats, mean: Floats, variance: Floats, third: Floats, factor: float, whole: bool) -> Floats:
    """Probability of as much or more, by Pearson's type III with the three moments.

    Args:
        observed: of each unit; whole numbers are corrected for continuity.
        mean: expected under shuffling.
        variance: under shuffling.
        third: central moment under shuffling.
        factor: of the variance, for usual departures.
        whole: whether the values are whole numbers.
    """
    z = (observed - mean - (0.5 if whole else 0.0)) / np.sqrt(variance * factor)
    return np.asarray(stats.pearson3.sf(z, third / variance**1.5), dtype=np.float64)


def spread(observed: Floats, mean: Floats, variance: Floats) -> float:
    """How much more than by shuffling the units differ: mean square of winsorised z, at least 1."""
    z = (observed - mean) / np.sqrt(variance)
    low, high = np.quantile(z, [_WINSORISED, 1.0 - _WINSORISED])
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)))


def shuffled_sums(
    values: Floats, mine: npt.NDArray[np.bool_], bounds: Ints, draws: int, generator: np.random.Generator
) -> Floats:
    """Sum of the values of `mine` when they are shuffled within each cell, once a draw."""
    sums = np.zeros(draws)
    for start, end in pairwise(bounds.tolist()):
        count = int(mine[start:end].sum())
        cell = np.broadcast_to(values[start:end], (draws, end - start))
        sums += generator.permuted(cell, axis=1)[:, :count].sum(axis=1)
    return sums
