from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.audit.fdr import benjamini_hochberg, benjamini_yekutieli

_PS = st.lists(st.floats(0, 1), min_size=1, max_size=50).map(np.array)


@given(_PS)
def test_as_scipy_has_it(p: np.ndarray) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p, method="bh"))
    assert benjamini_yekutieli(p) == pytest.approx(stats.false_discovery_control(p, method="by"))


@given(_PS, st.integers(0, 100))
def test_tests_not_kept_count_as_not_raised(p: np.ndarray, others: int) -> None:
    every = np.concatenate([p, np.ones(others)])
    assert benjamini_hochberg(p, len(every)) == pytest.approx(stats.false_discovery_control(every)[: len(p)])


def test_more_p_than_tests_is_refused() -> None:
    with pytest.raises(ValueError, match="2 p-values of 1 tests"):
        benjamini_hochberg(np.array([0.1, 0.2]), 1)


def test_nothing_to_control() -> None:
    assert len(benjamini_hochberg(np.empty(0), 10)) == 0
