from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.audit.windows import most_likely


def _log_ratio(observed: np.ndarray, mean: np.ndarray, first: int, last: int) -> float:
    """By the likelihoods themselves: a rate inside and one outside against one for all weeks."""
    inside = np.zeros(len(observed), dtype=bool)
    inside[first : last + 1] = True
    overall = observed.sum() / mean.sum()
    total = -float(stats.poisson.logpmf(observed, mean * overall).sum())
    rates = [observed[part].sum() / mean[part].sum() if part.any() else 0.0 for part in (inside, ~inside)]
    if rates[0] <= rates[1]:
        return 0.0
    for part, rate in zip((inside, ~inside), rates, strict=True):
        if observed[part].sum():
            total += float(stats.poisson.logpmf(observed[part], mean[part] * rate).sum())
    return total


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0.5, 3)), min_size=2, max_size=12))
def test_no_other_window_is_likelier(weeks: list[tuple[int, float]]) -> None:
    observed, mean = (np.array(column, dtype=float) for column in zip(*weeks, strict=True))
    found = most_likely(observed, mean)
    regular = mean + 1e-3 * mean.sum() / len(mean)
    spans = [(first, last) for last in range(len(mean)) for first in range(last + 1)]
    best = max(_log_ratio(observed, regular, *span) for span in spans)
    assert found.log_likelihood_ratio == pytest.approx(best, abs=1e-6)


def test_a_burst_is_dated_with_its_uncertainty() -> None:
    observed, mean = np.zeros(60), np.full(60, 0.2)
    observed[20:31] = 3
    found = most_likely(observed, mean)
    assert (found.first, found.last) == (20, 30)
    assert found.first_between[0] <= 20 <= found.first_between[1] and found.last_between[0] <= 30


def test_nothing_that_stands_out_is_the_whole_span() -> None:
    assert (most_likely(np.ones(5), np.ones(5)).first, most_likely(np.ones(5), np.ones(5)).last) == (0, 4)
    assert most_likely(np.zeros(5), np.ones(5)).last == 4


def test_a_week_with_a_few_more_is_no_window_where_all_weeks_have_some() -> None:
    observed, mean = np.full(12, 2.0), np.full(12, 2.0)
    observed[-1] = 4
    found = most_likely(observed, mean)
    assert (found.first, found.last) == (0, 11)
    assert 0 < found.log_likelihood_ratio < 1.92


@pytest.mark.parametrize(("observed", "expected"), [([], []), ([1.0], [1.0, 2.0])])
def test_weeks_must_agree(observed: list[float], expected: list[float]) -> None:
    with pytest.raises(ValueError, match="same weeks"):
        most_likely(np.array(observed), np.array(expected))
