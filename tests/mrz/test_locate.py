from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.page import Grey
from pipeline.mrz.crops import line_crop
from pipeline.mrz.locate import MOST_REGIONS, half_turned, locate, mirrored
from pipeline.types.mrz import MrzFormat
from tests.mrz.drawing import drawn, page_of, tilted, turned
from tests.mrz.writing import Holder, code_for, write

TD3 = write(MrzFormat.TD3, Holder())


@pytest.mark.parametrize("layout", [MrzFormat.TD1, MrzFormat.TD2, MrzFormat.TD3, MrzFormat.MRVB])
@pytest.mark.parametrize("degrees", [0.0, 3.0, -8.0, 20.0, -20.0])
def test_the_zone_comes_first_with_all_its_lines(layout: MrzFormat, degrees: float) -> None:
    lines = write(layout, Holder(code=code_for(layout)))
    best = locate(page_of(tilted(lines, degrees)))[0]
    assert len(best.lines) == len(lines)
    assert best.characters == len(lines[0])
    assert best.pitch_px == pytest.approx(20.0, rel=0.02)
    for line in best.lines:
        assert line.length_px == pytest.approx(20.0 * len(lines[0]), rel=0.06)
        rise = line.quad[1] - line.quad[0]
        assert np.degrees(np.arctan2(-rise[1], rise[0])) == pytest.approx(degrees, abs=0.3)


@settings(max_examples=25, deadline=None)
@given(st.floats(-20, 20), st.integers(0, 3), st.booleans())
def test_crops_are_the_same_however_the_page_lies(degrees: float, quarters: int, flipped: bool) -> None:
    page = tilted(TD3, degrees)
    straight = line_crop(page_of(page).grey, locate(page_of(page))[0].lines[1], 32)
    lying = np.ascontiguousarray(np.rot90(page[:, ::-1] if flipped else page, -quarters))
    best = locate(page_of(lying), sideways=True)[0]
    ways = (best, half_turned(best), mirrored(best), half_turned(mirrored(best)))
    crops = [line_crop(page_of(lying).grey, way.lines[1], 32) for way in ways]
    assert max(_likeness(straight, crop) for crop in crops) > 0.6


def _likeness(one: Grey, other: Grey) -> float:
    """Correlation of what is there at the size of a stroke; the crops' scales may differ by a few percent."""
    soft = [cv2.GaussianBlur(cv2.resize(crop, (900, 32)), (0, 0), 3.0)[:, 60:840].ravel() for crop in (one, other)]
    return float(np.corrcoef(soft[0], soft[1])[0, 1])


def test_a_small_picture_and_a_zone_in_the_middle() -> None:
    small = cv2.resize(drawn(TD3), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    assert len(locate(page_of(np.asarray(small, np.uint8)))[0].lines) == 2
    page = drawn(TD3)
    middle = np.vstack([page[300:], page[:300]])
    box = locate(page_of(middle))[0].box
    assert 0.3 < box.top < box.bottom < 0.65


def test_rows_down_the_page_are_found_when_asked_for() -> None:
    lying = page_of(np.ascontiguousarray(np.rot90(drawn(TD3))))
    assert locate(lying) == ()
    assert locate(lying, sideways=True)[0].turns == 1


def test_two_cards_side_by_side_give_two_places() -> None:
    lines = write(MrzFormat.TD1, Holder(code="I"))
    page = drawn(lines, width=720)
    found = locate(page_of(np.hstack([page, page])))
    assert len([region for region in found if len(region.lines) == 3]) == 2
    assert found[0].box.right <= 0.55 or found[0].box.left >= 0.45


def test_rows_that_the_picture_cuts_say_so() -> None:
    page = drawn(TD3)
    whole = locate(page_of(page))[0]
    assert whole.cut == (False, False)
    assert locate(page_of(page[:, :700]))[0].cut == (False, True)
    assert locate(page_of(page[:, 300:]))[0].cut == (True, False)
    assert half_turned(locate(page_of(page[:, 300:]))[0]).cut == (False, True)


def test_print_in_proportional_letters_is_no_zone() -> None:
    page = drawn(())
    assert locate(page_of(page)) == ()
    assert locate(page_of(page)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 900), (900, 3), (8, 8), (40, 40), (41, 600)])
def test_odd_pages_have_no_zone(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    assert locate(page_of(np.full((*shape, 3), 200, np.uint8))) == ()
    assert len(locate(page_of(rng.integers(0, 256, (*shape, 3)).astype(np.uint8)))) <= MOST_REGIONS


def test_noise_has_no_zone() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (500, 700, 3)).astype(np.uint8)
    assert locate(page_of(noise)) == ()


@pytest.mark.parametrize("pitch", [20.0, 80.0])
def test_twenty_megapixels(pitch: float) -> None:
    page = drawn(TD3, width=5200, height=3900, pitch=pitch)
    best = locate(page_of(page))[0]
    assert len(best.lines) == 2
    assert best.pitch_px == pytest.approx(pitch, rel=0.03)


def test_crops_are_upright_and_of_the_height_asked_for() -> None:
    page = page_of(turned(drawn(TD3, height=900), 5.0))
    line = locate(page)[0].lines[0]
    crop = line_crop(page.grey, line, 48)
    assert crop.shape[0] == 48
    dark = (crop < 128).sum(axis=1)
    assert dark[:4].max() <= 2
    assert dark[-4:].max() <= 2
    assert dark[20:28].min() > 0
