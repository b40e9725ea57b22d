from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types.boxes import Box

_edge = st.floats(-50, 2500, allow_nan=False)


@given(_edge, _edge, _edge, _edge, st.integers(1, 2000), st.integers(1, 2000))
def test_any_pixel_rectangle_becomes_a_box_within_the_page(
    left: float, top: float, right: float, bottom: float, width: int, height: int
) -> None:
    box = Box.from_pixels(left, top, right, bottom, width, height)
    assert 0 <= box.left < box.right <= 1
    assert 0 <= box.top < box.bottom <= 1


def test_union_holds_both() -> None:
    assert Box(0.1, 0.2, 0.3, 0.4).union(Box(0.2, 0.1, 0.5, 0.3)) == Box(0.1, 0.1, 0.5, 0.4)


@pytest.mark.parametrize("edges", [(0.5, 0, 0.5, 1), (0, 0, 1.1, 1), (-0.1, 0, 1, 1), (0.6, 0, 0.5, 1)])
def test_a_box_without_area_or_off_the_page_cannot_be_made(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        Box(*edges)
