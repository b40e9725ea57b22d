"""Watching week by week: a chart that adds up how much likelier each week's events are under a raised rate.

The log-likelihood-ratio CUSUM (Moustakides 1986, Annals of Statistics 14, has it as the optimal rule; Lucas 1985,
Technometrics 27, for counts; Steiner et al. 2000, Biostatistics 1, for expectations that differ): S = max(0, S + log
ratio of the week's count under twice what the unit was to have and under that). An innocent unit differs from its like
by a factor that lasts, gamma distributed about 1 with variance alpha. What a week is to have is therefore the stratum's
expectation times the factor as the unit's own weeks before tell it, and its count is negative binomial; without
over-dispersion it is Poisson. A chart thus asks whether a unit's rate rose against its like and its own past.

The limit is simulated under the null for charts with the same expectations: one false signal in 100 unit-years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.audit.strata import Floats
from pipeline.audit.tails import POISSON

#: The rise that the chart is set to find soonest: a doubling.
RISE = 2.0
#: Years of one innocent unit between two false signals, and weeks in a year.
UNIT_YEARS, _WEEKS = 100.0, 365.25 / 7
#: Weeks of innocent units that are drawn to find a limit for many units: some two hundred false signals, so that the
#: stated years hold within a seventh; and for one unit, within a third.
_DRAWN, _DRAWN_FOR_ONE = 1_000_000, 200_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A chart above `value` signals; `at_end`: share of innocent charts that stand above it in their last week."""

    value: float
    at_end: float


def chart(observed: Floats, expected: Floats, alpha: float) -> Floats:
    """The chart of each unit, week by week.

    Args:
        observed: events, (units, weeks).
        expected: what the strata give, of the same shape.
        alpha: variance of the units' lasting factors about 1.

    Raises:
        ValueError: where the two differ in shape.
    """
    if observed.shape != expected.shape or observed.ndim != 2:
        raise ValueError("a chart needs observed and expected counts of the same units and weeks")
    values = np.zeros(observed.shape)
    level = np.zeros(len(observed))
    for week, step in enumerate(_steps(observed, expected, alpha).T):
        level = np.maximum(0.0, level + step)
        values[:, week] = level
    return values


def _steps(observed: Floats, expected: Floats, alpha: float) -> Floats:
    """Log ratio of each week's count under the raised rate and under the usual one."""
    if alpha < POISSON:
        return np.asarray(observed * np.log(RISE) - expected * (RISE - 1.0))
    shape = 1.0 / alpha + np.cumsum(observed, axis=1) - observed
    mean = expected * shape / (1.0 / alpha + np.cumsum(expected, axis=1) - expected)
    return np.asarray(observed * np.log(RISE) + (observed + shape) * np.log((shape + mean) / (shape + RISE * mean)))


def limit(expected: Floats, alpha: float, seed: int = 1, drawn: int = _DRAWN) -> Limit:
    """The limit for charts with these expectations, by simulation of innocent ones.

    Args:
        expected: (units, weeks).
        alpha: variance of the units' lasting factors about 1.
        seed: of the draws.
        drawn: weeks to draw.
    """
    units, weeks = expected.shape
    if not units or not weeks:
        return Limit(np.inf, 0.0)
    generator = np.random.default_rng([seed, units, weeks])
    rows = np.tile(np.arange(units), max(1, round(drawn / (units * weeks))))
    mean = expected[rows]
    factor = np.ones((len(rows), 1)) if alpha < POISSON else generator.gamma(1.0 / alpha, alpha, (len(rows), 1))
    values = chart(generator.poisson(mean * factor).astype(np.float64), mean, alpha)
    value = _once_in(np.maximum.accumulate(values, axis=1), UNIT_YEARS * _WEEKS)
    return Limit(value, float((values[:, -1] > value).mean()))


def _once_in(highest: Floats, weeks: float) -> float:
    """The limit that charts with these running maxima pass once in so many weeks that they are watched.

    A chart is watched up to its first signal. The higher the limit, the fewer signals and the longer the watch.
    """
    low, high = 0.0, float(highest[:, -1].max())
    for _ in range(40):
        middle = (low + high) / 2.0
        watched = np.minimum((highest <= middle).sum(axis=1) + 1, highest.shape[1]).sum()
        signals = (highest[:, -1] > middle).sum()
        low, high = (middle, high) if signals * weeks > watched else (low, middle)
    return high


def first_signal(observed: Floats, expected: Floats, alpha: float) -> int | None:
    """The week (from 0) in which the chart of one unit first signals; None: never."""
    if not expected.sum() > 0:
        return None
    above = chart(observed[None], expected[None], alpha)[0] > limit(expected[None], alpha, drawn=_DRAWN_FOR_ONE).value
    return int(np.argmax(above)) if above.any() else None
