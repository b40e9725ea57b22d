from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.imaging.edges import WIDTH_PER_SIGMA, measure_edges
from tests.imaging.pictures import line_of_print


@pytest.mark.parametrize("size", [32, 40, 52])
@pytest.mark.parametrize("sigma", [0.8, 1.0, 1.3, 1.56])
def test_width_follows_a_known_blur_within_half_a_pixel(size: int, sigma: float) -> None:
    edges = measure_edges(line_of_print(size, sigma))
    assert edges is not None
    # A pixel averages over its own width, which has a variance of 1/12.
    assert edges.width_px == pytest.approx(WIDTH_PER_SIGMA * (sigma**2 + 1 / 12) ** 0.5, abs=0.5)


@pytest.mark.parametrize("size", [24, 32, 48])
def test_width_grows_with_blur(size: int) -> None:
    measured = [measure_edges(line_of_print(size, sigma)) for sigma in (0.0, 0.6, 1.0, 1.6, 2.4, 3.5)]
    widths = [edges.width_px for edges in measured if edges]
    assert len(widths) == 6
    assert all(later > earlier - 0.1 for earlier, later in pairwise(widths))
    assert widths[-1] > 2.5 * widths[0]


def test_noise_and_contrast_move_it_little() -> None:
    plain = line_of_print(36, 1.2)
    noisy = (plain + np.random.default_rng(1).normal(0, 4, plain.shape)).clip(0, 255).astype(np.uint8)
    faint = line_of_print(36, 1.2, paper=200, ink=120)
    widths = [edges.width_px for pixels in (plain, noisy, faint) if (edges := measure_edges(pixels))]
    assert max(widths) - min(widths) < 0.5


def test_strokes_are_as_wide_as_drawn() -> None:
    bars = np.full((60, 400), 220, np.uint8)
    for left in range(20, 380, 24):
        bars[5:55, left : left + 6] = 40
    edges = measure_edges(bars)
    assert edges is not None
    assert edges.stroke_px == pytest.approx(6.0, abs=0.3)


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (500, 3), (40, 40)])
def test_nothing_is_measured_where_nothing_is_printed(shape: tuple[int, int]) -> None:
    assert measure_edges(np.full(shape, 200, np.uint8)) is None
