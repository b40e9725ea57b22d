from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.imaging.portrait import portrait_zone
from pipeline.imaging.quality import glare_fraction, measure_field, measure_page
from pipeline.imaging.rescan import rescan_problems
from pipeline.settings import Reading
from pipeline.types.boxes import Box
from pipeline.types.documents import Quality
from pipeline.types.problems import ProblemKind
from tests.imaging.pictures import line_of_print, page_of, slanted, text_page


def grey_page(paper: int = 225, size: int = 28) -> np.typing.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(text_page(1000, 700, size, paper=paper), cv2.COLOR_BGR2GRAY), np.uint8)


def test_a_page_in_numbers() -> None:
    quality = measure_page(grey_page(), 0.7)
    assert quality.edge_width_px is not None
    assert quality.edge_width_px < 2.5
    # Capitals of DejaVu Sans are 0.73 em high.
    assert quality.character_height_px == pytest.approx(0.73 * 28, abs=2)
    assert quality.contrast == pytest.approx((225 - 27) / 255, abs=0.1)
    assert (quality.glare_fraction, quality.skew_degrees) == (0.0, 0.7)


def test_a_page_without_print_has_no_numbers_for_it() -> None:
    quality = measure_page(np.full((400, 600), 200, np.uint8))
    assert (quality.edge_width_px, quality.character_height_px, quality.contrast) == (None, None, None)


def test_glare_is_a_patch_that_fades_into_paper_that_is_not_white() -> None:
    page = grey_page(190).astype(np.float64)
    y, x = np.mgrid[:700, :1000]
    spot = 330 * np.exp(-(((x - 500) ** 2 + (y - 300) ** 2) / (2 * 90.0**2)))
    shining = np.clip(page + spot, 0, 255).astype(np.uint8)
    assert glare_fraction(shining) == pytest.approx((shining >= 250).mean(), rel=0.4)
    assert glare_fraction(page.astype(np.uint8)) == 0.0
    sticker = page.astype(np.uint8)
    sticker[200:400, 300:700] = 255
    assert glare_fraction(sticker) == 0.0
    assert glare_fraction(np.full((400, 600), 255, np.uint8)) == 0.0


def test_a_field_in_numbers() -> None:
    line = line_of_print(36, 1.0)
    page = page_of(line)
    quality = measure_field(page, Box(0.0, 0.0, 1.0, 1.0), 27)
    assert quality.edge_width_px == pytest.approx(2.66, abs=0.5)
    assert quality.character_height_px == pytest.approx(0.73 * 36, abs=3)
    assert quality.pixels_per_character == pytest.approx(900 / 27)
    assert quality.stroke_width_px is not None
    assert quality.baseline_degrees == pytest.approx(0.0, abs=0.15)
    assert quality.contrast == pytest.approx((230 - 40) / 255, abs=0.15)


@pytest.mark.parametrize("angle", [-2.0, 1.0, 3.0])
def test_the_slope_of_a_field_is_found(angle: float) -> None:
    line = np.pad(line_of_print(36, 0.8), ((40, 40), (0, 0)), constant_values=230)
    turned = slanted(np.repeat(line[:, :, None], 3, axis=2), angle)[:, :, 0]
    quality = measure_field(page_of(np.ascontiguousarray(turned)), Box(0.0, 0.0, 1.0, 1.0))
    assert quality.baseline_degrees == pytest.approx(angle, abs=0.35)


@pytest.mark.parametrize("box", [Box(0, 0, 1e-6, 1e-6), Box(0.5, 0.5, 0.500001, 1.0), Box(0.9999, 0.9999, 1.0, 1.0)])
def test_a_box_of_nothing_is_measured_as_nothing(box: Box) -> None:
    quality = measure_field(page_of(grey_page()), box)
    assert (quality.edge_width_px, quality.baseline_degrees) == (None, None)


def test_glare_over_a_field() -> None:
    grey = grey_page(190)
    grey[330:420, 60:500] = 255
    assert (measure_field(page_of(grey), Box(0.1, 0.5, 0.4, 0.58)).glare_fraction or 0) > 0.9
    assert measure_field(page_of(grey_page(190)), Box(0.1, 0.5, 0.4, 0.58)).glare_fraction == 0.0


def test_what_to_scan_again_and_why() -> None:
    poor = Quality(6.0, 7.0, None, 0.08, 0.1, 14.0)
    problems = rescan_problems(poor, Reading(), 2)
    assert [problem.kind for problem in problems] == [
        ProblemKind.LOW_RESOLUTION,
        ProblemKind.BLURRED,
        ProblemKind.GLARE,
        ProblemKind.LOW_CONTRAST,
        ProblemKind.SKEWED,
    ]
    assert all(problem.page == 2 and problem.stage == "imaging" and "scan" in problem.message for problem in problems)
    assert rescan_problems(Quality(2.0, 20.0, None, 0.0, 0.7, 0.5), Reading()) == ()
    assert rescan_problems(Quality(), Reading()) == ()
    assert rescan_problems(Quality(character_height_px=8.0, character_pitch_px=14.0), Reading()) == ()


def test_no_face_no_portrait() -> None:
    assert portrait_zone(page_of(grey_page()), 0) is None
