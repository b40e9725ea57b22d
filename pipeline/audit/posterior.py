"""Posterior probability that something other than chance is behind a unit: two groups, share learnt from the table.

Efron (2008, Statistical Science 23): the share of units with a pattern is that at which the posteriors sum to it.
"""

from __future__ import annotations

import numpy as np

from pipeline.audit.strata import Floats

#: Prior of the share: one unit in a hundred, worth a hundred units.
_PRIOR_SHARE, _PRIOR_UNITS = 0.01, 100.0
_ROUNDS = 50


def posterior(evidence: Floats, share: float) -> Floats:
    """Probability of a pattern per unit, given its log Bayes factor and the share of units with one."""
    odds = np.minimum(evidence, 700.0) + np.log(share) - np.log1p(-share)
    small = np.exp(-np.abs(odds))
    return np.asarray(np.where(odds > 0, 1.0, small) / (1.0 + small), dtype=np.float64)


def share(evidence: Floats) -> float:
    """Share of units with a pattern, by expectation-maximisation."""
    found = _PRIOR_SHARE
    for _ in range(_ROUNDS):
        of_units = float(posterior(evidence, found).sum())
        found = (of_units + _PRIOR_SHARE * _PRIOR_UNITS) / (len(evidence) + _PRIOR_UNITS)
    return found
