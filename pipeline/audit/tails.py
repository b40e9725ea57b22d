"""Exact tails of small counts: Poisson, and negative binomial with variance E + alpha E^2.

Cameron & Trivedi (1998), Regression Analysis of Count Data, section 3.3 (NB2).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from pipeline.audit.strata import Floats

#: Over-dispersion below which the negative binomial is the Poisson to working precision.
POISSON = 1e-5


def log_pmf(count: npt.ArrayLike, expected: npt.ArrayLike, alpha: float) -> Floats:
    """Log probability of exactly `count` events."""
    if alpha < POISSON:
        return np.asarray(stats.poisson.logpmf(count, expected), dtype=np.float64)
    spread = alpha * np.asarray(expected, dtype=np.float64)
    return np.asarray(stats.nbinom.logpmf(count, 1.0 / alpha, 1.0 / (1.0 + spread)), dtype=np.float64)


def at_least(count: npt.ArrayLike, expected: npt.ArrayLike, alpha: float) -> Floats:
    """Probability of `count` events or more."""
    below = np.asarray(count) - 1
    if alpha < POISSON:
        return np.asarray(stats.poisson.sf(below, expected), dtype=np.float64)
    spread = alpha * np.asarray(expected, dtype=np.float64)
    return np.asarray(stats.nbinom.sf(below, 1.0 / alpha, 1.0 / (1.0 + spread)), dtype=np.float64)


def quantile(probability: float, expected: npt.ArrayLike, alpha: float) -> Floats:
    """The smallest count that is not exceeded with at least this probability."""
    if alpha < POISSON:
        return np.asarray(stats.poisson.ppf(probability, expected), dtype=np.float64)
    spread = alpha * np.asarray(expected, dtype=np.float64)
    return np.asarray(stats.nbinom.ppf(probability, 1.0 / alpha, 1.0 / (1.0 + spread)), dtype=np.float64)


def ratio_interval(count: int, expected: float, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of observed / expected for a Poisson count (Garwood 1936, Biometrika 28); expected above 0."""
    tail = (1.0 - level) / 2.0
    low = 0.0 if count == 0 else float(stats.gamma.ppf(tail, count))
    return low / expected, float(stats.gamma.isf(tail, count + 1)) / expected
