from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.audit.bootstrap import Joint, Tail, drawn_counts, null_tail
from pipeline.audit.evidence import log_bayes_factor

_NO_CAP = np.array([np.inf])


def test_the_tail_of_one_poisson_count_is_its_own() -> None:
    expected = np.full((1, 1000), 1.5)
    tail = null_tail(expected, np.zeros(1), _NO_CAP, np.ones(1), [], 200, np.random.default_rng(1))
    for count in (4, 5, 7):
        evidence = log_bayes_factor(np.array([count]), np.array([1.5]), 0.0)
        chance = 1000 * stats.poisson.sf(count - 1, 1.5)
        assert tail.expected_at_least(evidence - 1e-9)[0] == pytest.approx(float(chance), rel=0.1)


def test_beyond_what_was_drawn_the_tail_is_a_bound() -> None:
    expected = np.full((1, 1000), 1.5)
    tail = null_tail(expected, np.zeros(1), _NO_CAP, np.ones(1), [], 2, np.random.default_rng(1))
    for count in (9, 11, 14):
        evidence = log_bayes_factor(np.array([count]), np.array([1.5]), 0.0)
        chance = 1000 * stats.poisson.sf(count - 1, 1.5)
        assert float(chance) < tail.expected_at_least(evidence - 1e-9)[0] < 10.0


def test_the_tail_never_rises() -> None:
    tail = Tail(np.sort(np.random.default_rng(2).exponential(1.0, 500))[::-1], 10)
    found = tail.expected_at_least(np.linspace(0, 30, 400))
    assert (np.diff(found) <= 1e-12).all() and found[0] == 50.0


def test_nothing_drawn_is_bounded_too() -> None:
    assert Tail(np.empty(0), 5).expected_at_least(np.array([0.0, 20.0])).tolist() == [0.0, 0.0]


def test_draws_keep_the_means_and_flag_jointly() -> None:
    expected = np.array([[2.0, 0.5], [1.0, 0.5]])
    joint = [Joint((0, 1), np.array([0.8, 0.1]))]
    counts = np.array(list(drawn_counts(expected, np.array([0.2, 0.0]), joint, 40_000, np.random.default_rng(3))))
    by_unit = counts.reshape(2, 40_000, 2)
    assert by_unit.mean(axis=1) == pytest.approx(expected, rel=0.03)
    # The covariance of two sums with a common Poisson part is its variance: the mean, of which the gamma adds nothing.
    covariance = np.cov(by_unit[0, :, 0], by_unit[1, :, 0])[0, 1]
    assert 0.8 < covariance < 1.3
    assert np.var(by_unit[0, :, 0]) == pytest.approx(2.0 + 0.2 * 4.0, rel=0.05)


def test_too_few_events_are_no_pattern_under_chance_either() -> None:
    tail = null_tail(np.full((1, 50), 0.2), np.zeros(1), _NO_CAP, np.array([3.0]), [], 100, np.random.default_rng(4))
    assert len(tail.drawn) == pytest.approx(50 * 100 * stats.poisson.sf(2, 0.2), abs=12)
