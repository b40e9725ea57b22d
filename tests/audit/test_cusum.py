from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.audit.cusum import RISE, UNIT_YEARS, chart, first_signal, limit

_WEEKS = UNIT_YEARS * 365.25 / 7


def _run_length(mean: float, at: float, states: int = 1500) -> float:
    """Average run length of a Poisson chart by the Markov chain of Brook & Evans (1972, Biometrika 59)."""
    width = at / (states - 0.5)
    level = np.arange(states) * width
    moves = np.zeros((states, states))
    for count in range(int(stats.poisson.isf(1e-12, mean)) + 2):
        then = np.maximum(0.0, level + count * np.log(RISE) - mean * (RISE - 1))
        stays = np.flatnonzero(then <= at)
        to = np.minimum(np.rint(then[stays] / width).astype(int), states - 1)
        np.add.at(moves, (stays, to), stats.poisson.pmf(count, mean))
    return float(np.linalg.solve(np.eye(states) - moves, np.ones(states))[0])


@pytest.mark.parametrize("mean", [0.05, 0.3, 2.0])
def test_the_limit_gives_the_run_length_of_the_markov_chain(mean: float) -> None:
    found = limit(np.full((100, 2000), mean), 0.0)
    # The chart takes few values, so the run length jumps with the limit; 200 signals are drawn.
    assert _run_length(mean, found.value) == pytest.approx(_WEEKS, rel=0.25)
    assert _run_length(mean, found.value * 0.8) < 0.75 * _WEEKS


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_steps_are_log_ratios_of_the_predictive_distribution(alpha: float) -> None:
    generator = np.random.default_rng(1)
    expected = generator.gamma(2.0, 0.5, 60)
    observed = generator.poisson(expected).astype(float)
    level, values = 0.0, []
    for week in range(60):
        if alpha:
            shape = 1 / alpha + observed[:week].sum()
            mean = expected[week] * shape / (1 / alpha + expected[:week].sum())
            law = [stats.nbinom(shape, shape / (shape + ratio * mean)) for ratio in (RISE, 1.0)]
        else:
            law = [stats.poisson(ratio * expected[week]) for ratio in (RISE, 1.0)]
        level = max(0.0, level + float(law[0].logpmf(observed[week]) - law[1].logpmf(observed[week])))
        values.append(level)
    assert chart(observed[None], expected[None], alpha)[0] == pytest.approx(values, abs=1e-9)


def test_innocent_officers_that_differ_signal_once_in_the_stated_years() -> None:
    generator = np.random.default_rng(5)
    expected = generator.gamma(2.0, 0.1, (40, 150))
    found = limit(expected, 0.4)
    signals = watched = above = 0
    for _ in range(60):
        counts = generator.poisson(expected * generator.gamma(1 / 0.4, 0.4, (40, 1))).astype(float)
        values = chart(counts, expected, 0.4)
        for row in values > found.value:
            signals += bool(row.any())
            watched += int(row.argmax()) + 1 if row.any() else len(row)
            above += bool(row[-1])
    assert watched / signals == pytest.approx(_WEEKS, rel=0.5)  # some 70 signals
    assert above / 2400 == pytest.approx(found.at_end, abs=0.01)


def test_a_rise_is_told_soon_and_a_lasting_difference_is_not() -> None:
    expected = np.full(200, 0.5)
    generator = np.random.default_rng(2)
    higher = generator.poisson(0.5 * np.where(np.arange(200) < 120, 1.0, 5.0)).astype(float)
    week = first_signal(higher, expected, 0.2)
    assert week is not None and 120 <= week <= 130
    lasting = np.tile([0.0, 1.0, 1.0], 67)[:200]  # a third more than the stratum's, evenly
    assert first_signal(lasting, expected, 0.5) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.01, 3.0)), min_size=1, max_size=30), st.floats(0.0, 2.0))
def test_a_chart_never_falls_below_zero_nor_rises_without_an_event(
    weeks: list[tuple[int, float]], alpha: float
) -> None:
    observed, expected = (np.array([column], dtype=float) for column in zip(*weeks, strict=True))
    values = chart(observed, expected, alpha)[0]
    assert (values >= 0).all() and np.isfinite(values).all()
    assert (np.diff(values, prepend=0.0)[observed[0] == 0] <= 1e-12).all()


def test_nothing_expected_is_never_a_signal() -> None:
    assert first_signal(np.ones(30), np.zeros(30), 0.1) is None
    assert limit(np.zeros((0, 10)), 0.1).value == np.inf
    with pytest.raises(ValueError, match="same units and weeks"):
        chart(np.ones((1, 3)), np.ones((1, 4)), 0.0)
