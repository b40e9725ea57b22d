from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from pipeline.audit.posterior import posterior, share
from pipeline.types.leads import Band, band


@given(st.floats(-50, 50), st.floats(1e-6, 0.5))
def test_as_bayes_has_it(evidence: float, of: float) -> None:
    expected = special.expit(evidence + special.logit(of))
    assert posterior(np.array([evidence]), of)[0] == pytest.approx(float(expected))


def test_evidence_beyond_every_float_is_certain() -> None:
    assert posterior(np.array([1e6, -np.inf]), 0.01).tolist() == [1.0, 0.0]


def test_the_share_is_the_mean_of_the_posteriors() -> None:
    evidence = np.concatenate([np.full(9_000, -4.0), np.full(1_000, 12.0)])
    found = share(evidence)
    assert found == pytest.approx(0.1, abs=0.01)
    assert found == pytest.approx((posterior(evidence, found).sum() + 1.0) / (len(evidence) + 100), rel=1e-6)


def test_without_a_pattern_the_share_vanishes() -> None:
    assert share(np.full(100_000, -0.5)) < 1e-4
    assert share(np.empty(0)) == pytest.approx(0.01)


def test_bands_include_their_lower_limit() -> None:
    assert [band(value) for value in (0.499, 0.5, 0.899, 0.9)] == [
        Band.LOOK,
        Band.LIKELY,
        Band.LIKELY,
        Band.VERY_LIKELY,
    ]
