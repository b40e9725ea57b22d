from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from pipeline.audit.tails import at_least, log_pmf, quantile, ratio_interval


@pytest.mark.parametrize(("count", "mean", "alpha"), [(0, 0.2, 0.5), (3, 1.0, 0.3), (7, 2.5, 2.0), (20, 15.0, 0.05)])
def test_the_negative_binomial_is_a_poisson_with_a_gamma_mean(count: int, mean: float, alpha: float) -> None:
    def mixed(effect: float) -> float:
        density = stats.gamma.pdf(effect, 1 / alpha, scale=alpha)
        return float(stats.poisson.pmf(count, mean * effect) * density)

    expected, _ = integrate.quad(mixed, 0, np.inf)
    assert np.exp(log_pmf(count, mean, alpha)) == pytest.approx(expected, rel=1e-5)


@given(st.integers(0, 40), st.floats(0.01, 30), st.floats(0, 3))
def test_the_tail_is_the_rest_of_the_probabilities(count: int, mean: float, alpha: float) -> None:
    below = float(np.exp(log_pmf(np.arange(count), mean, alpha)).sum())
    assert float(at_least(count, mean, alpha)) == pytest.approx(1 - below, abs=1e-8)


@given(st.floats(0.01, 30), st.floats(0, 3), st.floats(0.01, 0.99))
def test_a_quantile_is_the_smallest_count_not_exceeded(mean: float, alpha: float, probability: float) -> None:
    limit = int(quantile(probability, mean, alpha))
    assert 1 - float(at_least(limit + 1, mean, alpha)) >= probability - 1e-9
    assert limit == 0 or 1 - float(at_least(limit, mean, alpha)) < probability + 1e-9


def test_without_spread_it_is_the_poisson() -> None:
    assert at_least(3, 1.0, 0.0) == pytest.approx(1 - 2.5 * np.exp(-1))
    assert log_pmf(3, 1.0, 1e-4) == pytest.approx(float(log_pmf(3, 1.0, 0.0)), abs=1e-3)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_the_ends_of_the_interval_are_where_the_count_is_a_tail(count: int) -> None:
    low, high = ratio_interval(count, 2.0)
    assert stats.poisson.sf(count - 1, 2.0 * low) == pytest.approx(0.025)
    assert stats.poisson.cdf(count, 2.0 * high) == pytest.approx(0.025)


def test_an_interval_of_nothing_starts_at_nothing() -> None:
    low, high = ratio_interval(0, 1.0)
    assert low == 0.0 and high == pytest.approx(-np.log(0.025))
