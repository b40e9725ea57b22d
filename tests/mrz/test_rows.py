from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.reduce import reduced
from pipeline.mrz.rows import COARSE, Row, energy_map, find_rows, seeds
from pipeline.types.mrz import MrzFormat
from tests.mrz.drawing import page_of, tilted
from tests.mrz.writing import Holder, write

TD3 = write(MrzFormat.TD3, Holder())


@pytest.mark.parametrize("degrees", [0.0, 12.0, -20.0])
def test_lines_of_a_zone_are_the_longest_rows(degrees: float) -> None:
    copy, factor = reduced(page_of(tilted(TD3, degrees)).grey, COARSE[0])
    energy, further = energy_map(copy, COARSE[1])
    rows = sorted(find_rows(energy), key=lambda row: -row.length)[:2]
    for row in rows:
        assert row.length * factor * further == pytest.approx(44 * 20, rel=0.08)
        assert math.degrees(row.angle) == pytest.approx(-degrees, abs=1.0)
    down, _ = energy_map(np.ascontiguousarray(copy.T), COARSE[1])
    assert max((row.length for row in find_rows(down)), default=0.0) < 0.5 * rows[0].length


def test_frames_along_the_rows_are_none() -> None:
    page = np.full((600, 900, 3), 240, np.uint8)
    page[100:104, 50:850] = page[500:504, 50:850] = page[100:504, 50:54] = page[100:504, 846:850] = 0
    grey = page_of(page).grey
    assert all(find_rows(energy_map(np.ascontiguousarray(one), COARSE[1])[0]) == [] for one in (grey, grey.T))


@settings(max_examples=50)
@given(st.floats(-0.35, 0.35), st.floats(60, 150), st.booleans(), st.floats(1, 8))
def test_a_seed_knows_its_neighbours_whichever_way_it_runs(
    angle: float, length: float, transposed: bool, page_px: float
) -> None:
    apart = 0.07 * length
    x, y = 100.0, 80.0
    rows = [Row(x - k * apart * math.sin(angle), y + k * apart * math.cos(angle), angle, length, 2.0) for k in (0, 1)]
    first, second = seeds(rows, page_px, transposed=transposed)
    assert first.apart == pytest.approx(apart * page_px, rel=0.01)
    assert first.last - first.first == pytest.approx(length * page_px, rel=0.01)
    assert first.holds(second)
    assert (math.cos(first.angle) > math.sin(math.pi / 4)) is (not transposed)


def test_a_row_far_away_is_no_neighbour() -> None:
    rows = [Row(100.0, 80.0, 0.0, 100.0, 2.0), Row(100.0, 140.0, 0.0, 100.0, 2.0), Row(100.0, 87.0, 0.3, 100.0, 2.0)]
    found = seeds(rows, 1.0, transposed=False)
    assert all(seed.weight == 50.0 for seed in found)
    assert not found[0].holds(found[1])
    assert seeds([], 1.0, transposed=False) == []
