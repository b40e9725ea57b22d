from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.mrz.locate import MOST_REGIONS, beat, line_crop, locate
from pipeline.mrz.read import looks_like_mrz
from pipeline.types.mrz import MrzFormat
from tests.mrz.drawing import drawn, page_of, turned
from tests.mrz.writing import Holder, code_for, write


@pytest.mark.parametrize("layout", [MrzFormat.TD1, MrzFormat.TD2, MrzFormat.TD3, MrzFormat.MRVB])
@pytest.mark.parametrize("degrees", [0.0, 3.0, -8.0])
def test_the_zone_comes_first_with_all_its_lines(layout: MrzFormat, degrees: float) -> None:
    lines = write(layout, Holder(code=code_for(layout)))
    best = locate(page_of(turned(drawn(lines, height=900), degrees)))[0]
    assert len(best.lines) == len(lines)
    for line in best.lines:
        assert line.length_px == pytest.approx(20.0 * len(lines[0]), rel=0.06)
        rise = line.quad[1] - line.quad[0]
        assert np.degrees(np.arctan2(-rise[1], rise[0])) == pytest.approx(degrees, abs=0.6)


def test_a_small_picture_and_a_zone_in_the_middle() -> None:
    lines = write(MrzFormat.TD3, Holder())
    small = cv2.resize(drawn(lines), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    assert len(locate(page_of(np.asarray(small, np.uint8)))[0].lines) == 2
    page = drawn(lines)
    middle = np.vstack([page[300:], page[:300]])
    box = locate(page_of(middle))[0].box
    assert 0.3 < box.top < box.bottom < 0.65


def test_two_cards_side_by_side_give_two_places() -> None:
    lines = write(MrzFormat.TD1, Holder(code="I"))
    page = drawn(lines, width=720)
    found = locate(page_of(np.hstack([page, page])))
    assert len([region for region in found if len(region.lines) == 3]) == 2
    assert found[0].box.right <= 0.55 or found[0].box.left >= 0.45


def test_print_in_proportional_letters_is_no_zone() -> None:
    page = drawn(())
    assert locate(page_of(page)) == ()
    assert looks_like_mrz(page_of(page)) == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_odd_pages_have_no_zone(shape: tuple[int, int]) -> None:
    assert locate(page_of(np.full((*shape, 3), 200, np.uint8))) == ()


def test_noise_gives_few_places_and_no_failure() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (500, 700, 3)).astype(np.uint8)
    assert len(locate(page_of(noise))) <= MOST_REGIONS


def test_crops_are_upright_and_of_the_height_asked_for() -> None:
    lines = write(MrzFormat.TD3, Holder())
    page = page_of(turned(drawn(lines, height=900), 5.0))
    line = locate(page)[0].lines[0]
    crop = line_crop(page.grey, line, 48)
    assert crop.shape[0] == 48
    dark = (crop < 128).sum(axis=1)
    assert dark[:4].max() <= 2
    assert dark[-4:].max() <= 2
    assert dark[20:28].min() > 0


def test_beat_finds_the_pitch_of_even_strokes_and_none_in_noise() -> None:
    even = np.tile(np.array([0] * 9 + [200] * 5, np.float32), 44)
    found = beat(even)
    assert found.pitch == pytest.approx(14.0, rel=0.03)
    assert found.strength > 0.8
    noise = np.random.default_rng(3).uniform(0, 200, 600).astype(np.float32)
    assert beat(noise).strength < 0.3
