"""Ink by column of rows of print -> how evenly it repeats, as a fixed-width font does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

#: Ink by column, rows x columns.
Profiles = NDArray[np.float32]

_NEARLY = 0.8
#: Share by which perspective may change the pitch from the middle of a row to that of a half.
_DRIFT = 0.06


@dataclass(frozen=True, slots=True)
class Beat:
    """How evenly rows repeat: of each row a strength 0-1, and the one pitch of all in px (0 where there is none)."""

    strengths: tuple[float, ...]
    pitch: float

    @property
    def strength(self) -> float:
        """Of the evenest row."""
        return max(self.strengths)


def beat(profiles: Profiles, shortest: float, longest: float) -> Beat:
    """The pitch that a fixed-width font would have.

    Args:
        profiles: ink by column of rows that stand below each other.
        shortest: pitch in px looked at.
        longest: likewise.

    Returns:
        The shortest pitch at which the rows' mean autocorrelation at one, two and three pitches is nearly best, for
        at its double it is as good; and what each row has there. Left and right half may differ a little in pitch.
    """
    rows, size = profiles.shape
    size //= 2
    if size < 3.4 * longest:
        return Beat((0.0,) * rows, 0.0)
    flat = profiles - cv2.blur(profiles, (round(1.5 * longest) | 1, 1))
    halves = np.stack([flat[:, :size], flat[:, -size:]])
    length = cv2.getOptimalDFTSize(2 * size)
    spectrum = np.abs(np.fft.rfft(halves, length)) ** 2
    correlation = np.fft.irfft(spectrum, length)[:, :, : round(3.3 * longest) + 2]
    correlation /= np.maximum(correlation[:, :, :1], 1e-6)
    lags = np.arange(shortest, longest, 0.1)
    both = np.stack([_at(half, lags, size) for half in correlation.mean(axis=1)])
    inner = both.mean(axis=0)
    peaks = np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] >= inner[2:])) + 1
    peaks = peaks[inner[peaks] >= _NEARLY * inner[peaks].max()] if peaks.size else peaks
    if peaks.size == 0 or inner[peaks[0]] <= 0:
        return Beat((0.0,) * rows, 0.0)
    near = np.flatnonzero(np.abs(lags - lags[peaks[0]]) <= _DRIFT * lags[peaks[0]])
    own = lags[near[0] + np.argmax(both[:, near], axis=1)]
    strengths = [
        np.mean([_at(half[row], own[side : side + 1], size)[0] for side, half in enumerate(correlation)])
        for row in range(rows)
    ]
    return Beat(tuple(float(np.clip(strength, 0.0, 1.0)) for strength in strengths), float(own.mean()))


def _at(correlation: NDArray[np.float64], lags: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Mean at one, two and three lags; that fewer columns overlap at long lags is made up for."""
    places = np.arange(correlation.size)
    parts = [np.interp(lags * k, places, correlation) / (1 - k * lags / size) for k in (1, 2, 3)]
    return np.asarray(np.mean(parts, axis=0), np.float64)
