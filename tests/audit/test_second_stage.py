from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.audit.second_stage import concentrates, concentration


def test_one_counterpart_is_the_hypergeometric_tail() -> None:
    # 30 permits, 10 of the one counterpart, the rest of nobody; 8 flagged, 6 of them his.
    counterpart = np.array([0] * 10 + [-1] * 20, dtype=np.int32)
    flagged = np.array([1] * 6 + [0] * 4 + [1] * 2 + [0] * 18)
    found = concentration(flagged, counterpart, np.zeros(30, np.int32), np.random.default_rng(1), draws=20_000)
    assert found == pytest.approx(float(stats.hypergeom.sf(5, 30, 10, 8)), abs=0.002)


def test_flags_with_everyone_are_not_concentrated() -> None:
    generator = np.random.default_rng(2)
    tried = []
    for _ in range(60):
        counterpart = generator.integers(0, 8, 120).astype(np.int32)
        flagged = (generator.random(120) < 0.2).astype(np.int64)
        tried.append(concentration(flagged, counterpart, np.zeros(120, np.int32), generator, draws=199))
    assert np.mean(np.array(tried) <= 0.05) < 0.15
    assert 0.35 < np.mean(tried) < 0.7


def test_a_specialised_stratum_is_no_concentration() -> None:
    # All flags are in one stratum, where one counterpart has everything: within strata nothing is concentrated.
    stratum = np.repeat([0, 1], 50).astype(np.int32)
    counterpart, flagged = stratum, (stratum == 0).astype(np.int64)
    generator = np.random.default_rng(3)
    assert concentration(flagged, counterpart, stratum, generator) == 1.0
    assert concentration(flagged, counterpart, np.zeros(100, np.int32), generator) < 0.01


def test_a_ring_concentrates() -> None:
    counterpart = np.repeat(np.arange(6), 30).astype(np.int32)
    flagged = np.zeros(180, dtype=np.int64)
    flagged[:12], flagged[100] = 1, 1
    assert concentrates(flagged, [counterpart], np.zeros(180, np.int32), np.random.default_rng(4))


@pytest.mark.parametrize("flagged", [np.zeros(5, np.int64), np.ones(5, np.int64)])
def test_all_or_none_cannot_concentrate(flagged: np.ndarray) -> None:
    codes = np.arange(5, dtype=np.int32)
    assert concentration(flagged, codes, codes * 0, np.random.default_rng(5)) == 1.0
