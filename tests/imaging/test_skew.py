from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.skew import skew_degrees
from tests.imaging.pictures import slanted, text_page


@settings(max_examples=25, deadline=None)
@given(angle=st.floats(-15, 15), size=st.sampled_from([(1000, 700, 26), (1700, 2200, 30), (640, 420, 18)]))
def test_the_slope_of_lines_is_found_within_a_fifth_of_a_degree(angle: float, size: tuple[int, int, int]) -> None:
    grey = cv2.cvtColor(slanted(text_page(*size), angle), cv2.COLOR_BGR2GRAY)
    assert skew_degrees(np.asarray(grey, np.uint8)) == pytest.approx(angle, abs=0.2)


def test_nothing_is_found_where_there_are_no_lines() -> None:
    noise = np.random.default_rng(1).normal(200, 6, (500, 700)).clip(0, 255).astype(np.uint8)
    assert skew_degrees(noise) == 0.0
    assert skew_degrees(np.full((500, 700), 255, np.uint8)) == 0.0
    assert skew_degrees(np.full((16, 16), 255, np.uint8)) == 0.0
