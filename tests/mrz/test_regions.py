from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mrz.regions import MrzLine, MrzRegion, half_turned, mirrored
from pipeline.types.boxes import Box


def region(degrees: float, count: int = 44, rows: int = 2, pitch: float = 10.0) -> MrzRegion:
    radians = np.radians(degrees)
    along = np.array([np.cos(radians), np.sin(radians)])
    down = np.array([-along[1], along[0]])
    start = np.array([500.0, 500.0])
    lines = []
    for row in range(rows):
        corner = start + 25 * row * down
        ends = corner, corner + along * count * pitch
        quad = np.array([*ends, ends[1] + 9.5 * down, ends[0] + 9.5 * down], np.float32)
        lines.append(MrzLine(quad, 0.6, pitch))
    return MrzRegion(tuple(lines), Box(0.1, 0.1, 0.9, 0.9), 0.6, cut=(True, False))


@given(st.floats(-180, 180), st.sampled_from((30, 36, 44)), st.integers(1, 3))
def test_lengths_heights_and_counts_do_not_depend_on_the_angle(degrees: float, count: int, rows: int) -> None:
    found = region(degrees, count, rows)
    assert found.characters == count
    assert found.pitch_px == 10.0
    for line in found.lines:
        assert line.length_px == pytest.approx(10.0 * count, rel=1e-3)
        assert line.height_px == pytest.approx(9.5, rel=1e-3)


@pytest.mark.parametrize(("degrees", "turns"), [(0, 0), (20, 0), (-20, 0), (90, 1), (75, 1), (180, 2), (-90, 3)])
def test_quarter_turns(degrees: float, turns: int) -> None:
    assert region(degrees).turns == turns
    assert half_turned(region(degrees)).turns == (turns + 2) % 4


@given(st.floats(-180, 180), st.integers(1, 3))
def test_turning_and_mirroring_twice_change_nothing(degrees: float, rows: int) -> None:
    once = region(degrees, rows=rows)
    for again in (half_turned(half_turned(once)), mirrored(mirrored(once))):
        assert again.cut == once.cut
        assert all((a.quad == b.quad).all() for a, b in zip(again.lines, once.lines, strict=True))
    assert half_turned(once).cut == mirrored(once).cut == (False, True)
