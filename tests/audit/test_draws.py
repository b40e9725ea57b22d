from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipeline.audit.draws import shuffled_sums, spread, summed, tail


def test_the_moments_are_those_of_all_draws() -> None:
    cells = [(np.array([0.0, 0.0, 1.0, 3.0, -1.0]), 2), (np.array([2.0, 5.0]), 1), (np.array([1.0, 0.0, 0.0]), 2)]
    frame = pl.DataFrame(
        {
            "officer": ["OF"] * 3, "observed": [1] * 3,
            "n": [n for _, n in cells], "N": [len(values) for values, _ in cells],
            "mean": [values.mean() for values, _ in cells],
            "second": [((values - values.mean()) ** 2).mean() for values, _ in cells],
            "cube": [((values - values.mean()) ** 3).mean() for values, _ in cells],
        }
    )  # fmt: skip
    (row,) = summed(frame, ["officer"]).iter_rows(named=True)
    draws = [[sum(drawn) for drawn in itertools.combinations(values, n)] for values, n in cells]
    sums = np.array([sum(drawn) for drawn in itertools.product(*draws)])
    assert row["expected"] == pytest.approx(sums.mean())
    assert row["variance"] == pytest.approx(sums.var())
    assert row["third"] == pytest.approx(((sums - sums.mean()) ** 3).mean())


def test_the_tail_is_near_the_exact_one_of_many_cells() -> None:
    cells = [(12, 3, 2), (20, 4, 1), (9, 2, 3), (15, 5, 2)] * 10
    exact = np.ones(1)
    for size, marked, n in cells:
        exact = np.convolve(exact, stats.hypergeom.pmf(np.arange(min(n, marked) + 1), size, marked, n))
    each = np.array([stats.hypergeom.stats(*cell, moments="mvs") for cell in cells], dtype=float)
    mean, variance, third = each[:, 0].sum(), each[:, 1].sum(), (each[:, 2] * each[:, 1] ** 1.5).sum()
    moments = [np.array([moment]) for moment in (mean, variance, third)]
    for count in (20, 26, 30, 34):
        chance = float(exact[count:].sum())
        found = tail(np.array([float(count)]), moments[0], moments[1], moments[2], 1.0, whole=True)[0]
        assert found == pytest.approx(chance, rel=0.25), (count, chance)


def test_shuffles_draw_without_replacement_within_cells() -> None:
    values, mine = np.repeat([1.0, 0.0, 1.0, 0.0], [5, 15, 2, 6]), np.zeros(28, dtype=bool)
    mine[[0, 1, 2, 3, 4, 5, 20, 21]] = True
    sums = shuffled_sums(values, mine, np.array([0, 20, 28]), 20_000, np.random.default_rng(1))
    first, second = (stats.hypergeom.pmf(np.arange(k), *cell) for k, cell in ((6, (20, 5, 6)), (3, (8, 2, 2))))
    exact = np.convolve(first, second)
    assert np.bincount(sums.astype(int), minlength=len(exact)) / 20_000 == pytest.approx(exact, abs=0.015)


def test_usual_departures_widen_the_variance_and_a_few_do_not() -> None:
    generator = np.random.default_rng(2)
    mean, variance = np.full(4000, 50.0), np.full(4000, 40.0)
    wide = generator.normal(50.0, np.sqrt(160.0), 4000)
    # Winsorising a tenth on either side takes some of it away.
    assert 2.2 < spread(wide, mean, variance) < 4.0
    few = np.where(np.arange(4000) < 100, 200.0, generator.normal(50.0, np.sqrt(40.0), 4000))
    assert spread(few, mean, variance) == 1.0
