from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.audit.evidence import EXCESS, INVOLVED, combined, log_bayes_factor
from pipeline.audit.tails import log_pmf


@given(st.floats(0.01, 3), st.floats(0, 1))
def test_the_mean_bayes_factor_under_chance_is_one(mean: float, alpha: float) -> None:
    counts = np.arange(4000)
    chance = np.exp(log_pmf(counts, mean, alpha))
    factor = np.exp(np.minimum(log_bayes_factor(counts, mean, alpha), 600))
    assert float((chance * factor)[chance > 0].sum()) == pytest.approx(1.0, abs=2e-2)


@pytest.mark.parametrize(("count", "mean", "alpha"), [(0, 1.0, 0.2), (4, 0.5, 0.4), (9, 3.0, 0.1)])
def test_as_the_ratio_of_probabilities(count: int, mean: float, alpha: float) -> None:
    def probability(at: float) -> float:
        return float(stats.nbinom.pmf(count, 1 / alpha, 1 / (1 + alpha * at)))

    ratio = np.mean([probability(mean * excess) for excess in EXCESS]) / probability(mean)
    assert log_bayes_factor(count, mean, alpha) == pytest.approx(np.log(1 - INVOLVED + INVOLVED * ratio))


def test_without_spread_it_is_the_limit_of_small_spread() -> None:
    assert log_bayes_factor(5, 1.0, 0.0) == pytest.approx(float(log_bayes_factor(5, 1.0, 1e-4)), abs=1e-2)


@given(st.integers(0, 60), st.floats(0.01, 20), st.floats(0, 2))
def test_more_events_are_more_evidence(count: int, mean: float, alpha: float) -> None:
    less, more = log_bayes_factor(np.array([count, count + 1]), mean, alpha)
    assert less <= more + 1e-9
    assert less >= np.log(1 - INVOLVED) - 1e-9


def test_what_cannot_be_judged_says_nothing() -> None:
    assert log_bayes_factor(np.array([0]), np.array([0.0]), 0.1) == [0.0]


def test_indicators_add_up_to_their_caps() -> None:
    observed, expected = np.array([[4, 0], [3, 1]]), np.array([[0.5, 0.5], [0.1, 0.1]])
    alphas, caps = np.array([0.1, 0.0]), np.array([np.inf, 1.0])
    first = log_bayes_factor(observed[0], expected[0], 0.1)
    second = log_bayes_factor(observed[1], expected[1], 0.0)
    assert second[0] > 1.0
    total, pattern = combined(observed, expected, alphas, caps, np.array([3.0, np.inf]))
    assert total == pytest.approx(first + np.minimum(second, 1.0))
    assert pattern.tolist() == [bool(told > 0 and seen >= 3) for told, seen in zip(first, observed[0], strict=True)]
