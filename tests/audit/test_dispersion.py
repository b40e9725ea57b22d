from __future__ import annotations

import numpy as np
import pytest

from pipeline.audit.dispersion import overdispersion


def _counts(mean: np.ndarray, alpha: float, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    effect = generator.gamma(1 / alpha, alpha, len(mean)) if alpha else 1.0
    return generator.poisson(mean * effect)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 1.0])
def test_the_spread_of_a_gamma_mixture_is_found(alpha: float) -> None:
    mean = np.random.default_rng(0).uniform(2, 20, 3000)
    assert overdispersion(_counts(mean, alpha, 1), mean) == pytest.approx(alpha, rel=0.2)


def test_chance_alone_has_none() -> None:
    mean = np.random.default_rng(0).uniform(0.2, 20, 3000)
    assert overdispersion(_counts(mean, 0.0, 2), mean) < 0.01


def test_how_far_a_ring_lies_out_does_not_matter() -> None:
    mean = np.full(500, 5.0)
    counts = _counts(mean, 0.1, 3)
    near, far = counts.copy(), counts.copy()
    near[:10], far[:10] = 40, 4000
    assert overdispersion(far, mean) == overdispersion(near, mean)
    # The moment estimate, which is not robust, goes from 0.1 to thousands.
    assert overdispersion(far, mean) < 0.3 < np.mean((far - mean) ** 2 - far) / 25


@pytest.mark.parametrize("counts", [[], [3], [3, 4]])
def test_too_few_units_tell_nothing(counts: list[int]) -> None:
    assert overdispersion(np.array(counts, dtype=np.int64), np.full(len(counts), 1.0)) == 0.0
