from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mrz.rhythm import beat


@given(st.floats(6.0, 14.0), st.integers(26, 44), st.integers(0, 2**31))
def test_the_pitch_of_strokes_at_even_places(pitch: float, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = np.arange(round(pitch * count), dtype=np.float32)
    places = (np.arange(count) + 0.5) * pitch + rng.normal(0, 0.03 * pitch, count)
    strokes = np.exp(-(((columns[:, None] - places) / (0.2 * pitch)) ** 2)) @ rng.uniform(0.5, 1.5, count)
    found = beat(strokes[None].astype(np.float32), 5.0, 16.0)
    assert found.pitch == pytest.approx(pitch, rel=0.05)
    assert found.strength > 0.4


def test_a_pitch_is_not_taken_for_its_double() -> None:
    even = np.tile(np.array([0] * 4 + [200] * 3, np.float32), 44)[None]
    assert beat(even, 5.0, 20.0).pitch == pytest.approx(7.0, rel=0.03)


def test_halves_may_differ_in_pitch() -> None:
    columns = np.arange(400, dtype=np.float64)
    drifting = (1 + np.cos(2 * np.pi * columns / (8.0 + 0.5 * columns / 400))).astype(np.float32)
    assert beat(drifting[None], 6.0, 12.0).strength > 0.6


def test_noise_and_short_rows_have_little_or_none() -> None:
    noise = np.random.default_rng(3).uniform(0, 200, (2, 600)).astype(np.float32)
    assert beat(noise, 8.0, 16.0).strength < 0.25
    assert beat(noise[:, :50], 8.0, 16.0).pitch == 0.0
    assert beat(np.zeros((2, 600), np.float32), 8.0, 16.0).strength == 0.0
