from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from pipeline.imaging.orient import Orientation, orientations, rotation_scores
from pipeline.imaging.upright import upright
from tests.imaging.pictures import raster_of, text_page


def test_every_way_is_offered_once_and_mirrored_ones_last() -> None:
    found = orientations(raster_of(text_page()))
    assert len(set(found)) == 8
    assert [one.mirrored for one in found] == [False] * 4 + [True] * 4


@pytest.mark.parametrize("turns", range(4))
def test_text_lines_are_upright_or_upside_down_in_the_first_two(turns: int) -> None:
    turned = np.ascontiguousarray(np.rot90(text_page(), -turns))
    assert turns in [one.rotation for one in orientations(raster_of(turned))[:2]]


@pytest.mark.parametrize(
    ("exif", "first"),
    [
        (1, Orientation(0)),
        (2, Orientation(0, True)),
        (3, Orientation(2)),
        (4, Orientation(2, True)),
        (5, Orientation(3, True)),
        (6, Orientation(3)),
        (7, Orientation(1, True)),
        (8, Orientation(1)),
    ],
)
def test_the_exif_tag_decides_where_pixels_do_not(exif: int, first: Orientation) -> None:
    plain = np.full((400, 400, 3), 200, np.uint8)
    assert orientations(raster_of(plain, exif))[0] == first


def test_a_wrong_exif_tag_does_not_turn_lines_of_text() -> None:
    assert orientations(raster_of(text_page(), 6))[0].rotation in {0, 2}


@pytest.mark.parametrize("exif", range(1, 9))
def test_undoing_what_the_tag_says(exif: int) -> None:
    original = Image.fromarray(text_page())
    shown = original.copy()
    tag = Image.Exif()
    tag[274] = exif
    stored = shown.copy()
    stored.info["exif"] = tag.tobytes()
    expected = np.asarray(ImageOps.exif_transpose(stored))
    orientation = orientations(raster_of(np.full((400, 400, 3), 200, np.uint8), exif))[0]
    page = upright(raster_of(np.asarray(original)), orientation)
    assert page.colour.shape == expected.shape
    assert np.abs(page.colour.astype(int) - expected.astype(int)).mean() < 1


@pytest.mark.parametrize("shape", [(16, 16, 3), (16, 3000, 3), (3000, 16, 3)])
def test_odd_shapes(shape: tuple[int, int, int]) -> None:
    assert len(rotation_scores(np.full(shape, 128, np.uint8))) == 4
