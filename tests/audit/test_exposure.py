from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.exposure import dense, joined

_CODES = st.lists(st.integers(-1, 2**40) | st.integers(-1, 20), max_size=30)


@given(_CODES)
def test_renumbering_keeps_order_and_equality(codes: list[int]) -> None:
    found, count = dense(np.array(codes, dtype=np.int64))
    expected = {code: at for at, code in enumerate(sorted(set(codes)))}
    assert found.tolist() == [expected[code] for code in codes]
    assert count == len(expected)


@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), min_size=1, max_size=20))
def test_joined_codes_are_equal_where_both_are(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True))
    found = joined(first, second)
    for at, one in enumerate(pairs):
        assert (found[at] < 0) == (min(one) < 0)
        for other_at, other in enumerate(pairs):
            if min(*one, *other) >= 0:
                assert (found[at] == found[other_at]) == (one == other)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_no_code_is_no_code(dtype: type[np.integer]) -> None:
    found, count = dense(np.empty(0, dtype=dtype))
    assert len(found) == count == 0
