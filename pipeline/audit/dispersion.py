"""Robust over-dispersion of the units of a table: how much innocent units differ more than chance.

Negative binomial with variance E + alpha E^2, the additive form that Spiegelhalter (2005, Statistics in Medicine 24)
prefers. A ring must not widen the limits that are to find it: a count in the upper tail says only *that* it lies there,
not how far (a censored likelihood in place of his winsorised z, which is biased where most counts are 0 or 1).
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

from pipeline.audit.exposure import Ints
from pipeline.audit.strata import Floats
from pipeline.audit.tails import at_least, log_pmf, quantile

#: Upper tail in which a count is only known to lie.
_TAIL = 0.05
#: Units used at most: those with the most expected events, which know most of the spread.
_MOST_UNITS = 2500
#: Mean of the exponential prior of alpha: a handful of rare events may not claim that units differ a hundredfold.
_USUAL = 0.5
_LOWEST, _HIGHEST = 1e-4, 10.0


def overdispersion(observed: Ints, expected: Floats) -> float:
    """Alpha of the table; 0 where the counts differ no more than chance, or where there are too few to tell."""
    known = np.flatnonzero(expected > 0)
    if len(known) < 3:
        return 0.0
    used = known[np.argsort(-expected[known], kind="stable")[:_MOST_UNITS]]
    count, mean = observed[used], expected[used]
    limit = _limit(mean, 0.0)
    alpha = 0.0
    for _ in range(2):
        tail = count >= limit
        free, bound, seen = mean[~tail], mean[tail], count[~tail]

        def loss(
            log_alpha: float, seen: Ints = seen, free: Floats = free, bound: Floats = bound, at: Floats = limit[tail]
        ) -> float:
            spread = float(np.exp(log_alpha))
            above = np.log(np.maximum(at_least(at, bound, spread), 1e-300))
            return spread / _USUAL - float(log_pmf(seen, free, spread).sum() + above.sum())

        best = optimize.minimize_scalar(
            loss, bounds=(np.log(_LOWEST), np.log(_HIGHEST)), method="bounded", options={"xatol": 0.02}
        )
        alpha = float(np.exp(best.x))
        if loss(np.log(_LOWEST)) <= best.fun + 1e-9:
            return 0.0
        limit = _limit(mean, alpha)
    return alpha


def _limit(mean: Floats, alpha: float) -> Floats:
    """Count from which one lies in the upper tail; of means that differ by less than 2 % together."""
    steps, which = np.unique(np.round(np.log(mean) * 50.0), return_inverse=True)
    found: Floats = quantile(1.0 - _TAIL, np.exp(steps / 50.0), alpha)[which] + 1.0
    return found
