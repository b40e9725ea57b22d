from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.orient import Orientation
from pipeline.imaging.outline import find_outline, outline_size
from pipeline.imaging.skew import skew_degrees
from pipeline.imaging.upright import WORKING_SIDE, upright
from tests.imaging.pictures import on_table, raster_of, slanted, text_page


@pytest.mark.parametrize("angle", [-9.0, -2.5, 0.4, 1.3, 6.0])
def test_lines_are_level_afterwards(angle: float) -> None:
    page = upright(raster_of(slanted(text_page(), angle)), Orientation())
    assert abs(skew_degrees(page.grey)) <= 0.2
    assert page.info.quality.skew_degrees == pytest.approx(angle, abs=0.2)


def test_a_straight_page_is_left_as_it_is() -> None:
    pixels = text_page()
    page = upright(raster_of(pixels), Orientation())
    assert np.array_equal(page.colour, pixels)
    assert (page.info.rotation, page.info.mirrored, page.info.scan_page) == (0, False, 0)


def test_turns_and_mirroring_are_undone_and_recorded() -> None:
    pixels = text_page()
    lying = np.ascontiguousarray(np.rot90(pixels[:, ::-1], -1))
    page = upright(raster_of(lying), Orientation(1, True))
    assert np.array_equal(page.colour, pixels)
    assert (page.info.rotation, page.info.mirrored) == (1, True)


def test_pages_are_reduced_to_the_working_size() -> None:
    page = upright(raster_of(text_page(4000, 5200, 60)), Orientation())
    assert max(page.grey.shape) == WORKING_SIDE
    assert (page.info.height, page.info.width) == page.grey.shape == page.colour.shape[:2]


@pytest.mark.parametrize("size", [(1012, 638, 28), (1000, 704, 26), (850, 1100, 26)])
@pytest.mark.parametrize("degrees", [-7.0, 3.0])
def test_a_document_on_a_table_is_cut_out_and_straightened(size: tuple[int, int, int], degrees: float) -> None:
    photo, corners = on_table(text_page(*size), degrees)
    found = find_outline(photo)
    assert found is not None
    assert np.abs(found - corners).max() < 8
    page = upright(raster_of(photo), Orientation())
    width, height = outline_size(corners)
    assert page.info.width == pytest.approx(width, rel=0.06)
    assert page.info.height == pytest.approx(height, rel=0.06)
    assert abs(skew_degrees(page.grey)) <= 0.3


def test_in_doubt_nothing_is_cut_out() -> None:
    page = text_page()
    assert find_outline(page) is None
    framed = page.copy()
    framed[200:420, 300:640] = (90, 60, 40)
    assert find_outline(framed) is None
    two = np.concatenate([on_table(text_page(500, 315, 16))[0], on_table(text_page(500, 315, 16, 2))[0]], axis=0)
    assert find_outline(two) is None
    assert find_outline(np.full((300, 400, 3), 255, np.uint8)) is None
    assert find_outline(np.full((16, 2000, 3), 255, np.uint8)) is None
