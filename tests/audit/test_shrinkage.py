from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from pipeline.audit.shrinkage import _FEW, _WIDE, effect


def _by_integration(events: int, mean: float, alpha: float, prior: float) -> float:
    """Posterior mean of the factor under the mixture of two gammas, by numerical integration."""
    usual, wide = stats.gamma(1 / alpha, scale=alpha), stats.gamma(_WIDE, scale=1 / _WIDE)

    def weight(factor: float) -> float:
        density = (1 - _FEW) * usual.pdf(factor) + _FEW * wide.pdf(factor)
        return float(density * stats.poisson.pmf(events, factor * mean * prior))

    top = 12 + 3 * events / (mean * prior)
    total = float(integrate.quad(weight, 0, top, limit=400)[0])
    mean_of = float(integrate.quad(lambda factor: factor * weight(factor), 0, top, limit=400)[0])
    return prior * mean_of / total


@pytest.mark.parametrize(("events", "mean", "alpha", "prior"), [
    (0, 0.5, 0.1, 1.0), (3, 0.4, 0.05, 1.0), (30, 6.0, 0.05, 1.0), (9, 9.0, 0.3, 2.0), (2, 12.0, 0.5, 0.7),
])  # fmt: skip
def test_it_is_the_posterior_mean(events: int, mean: float, alpha: float, prior: float) -> None:
    found = effect(np.array([events]), np.array([mean]), alpha, prior)
    assert float(found[0]) == pytest.approx(_by_integration(events, mean, alpha, prior), rel=1e-4)


def test_nothing_known_leaves_the_prior() -> None:
    assert float(effect(np.array([0]), np.array([0.0]), 0.2, 1.7)[0]) == pytest.approx(1.7)


def test_who_departs_far_is_believed_and_who_departs_little_is_not() -> None:
    far, little = effect(np.array([60, 13]), np.array([10.0, 10.0]), 0.02)
    assert far > 5.0
    assert little == pytest.approx(1.05, abs=0.05)
