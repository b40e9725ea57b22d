from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mrz.extent import extent


def filled(before: int, text: int, after: int, *, rows: int = 2) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.tile(np.array([0.0] * before + [0.9] * text + [0.0] * after, np.float32), (rows, 1))


@given(st.integers(0, 60), st.sampled_from((30, 36, 44)), st.integers(0, 60), st.sampled_from((7, 8, 10)))
def test_rows_of_lawful_length(before: int, count: int, after: int, pitch: int) -> None:
    left, right, lawful = extent(filled(before, count * pitch, after), pitch)
    assert lawful == count
    assert left == pytest.approx(before, abs=0.5)
    assert right == pytest.approx(before + count * pitch, abs=0.5)


@given(st.integers(0, 60), st.sampled_from((22, 25, 39, 40)), st.integers(0, 60))
def test_rows_of_another_length_keep_it(before: int, count: int, after: int) -> None:
    assert extent(filled(before, count * 8, after), 8.0) == (before, before + count * 8, 0)


@pytest.mark.parametrize("extra", [4, 8, 16])
def test_a_row_is_rather_too_long_than_short_of_a_character(extra: int) -> None:
    left, right, _ = extent(filled(20, 44 * 8 + extra, 20), 8.0)
    assert left == 20
    assert right == 20 + 44 * 8 + extra


def test_a_gap_in_one_row_does_not_end_it() -> None:
    rows = filled(20, 30 * 8, 20)
    rows[0, 100:140] = 0.0
    left, right, lawful = extent(rows, 8.0)
    assert (left, right, lawful) == (20, 260, 30)
