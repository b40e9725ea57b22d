"""The slope of text lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey
from pipeline.imaging.reduce import reduced

#: Long side of the copy it is measured on: 0.1 degrees are 2 px from side to side.
_SIDE = 1200
_MAX_POINTS = 30_000
#: Degrees: where lines are looked for, and the steps of three rounds.
_WIDEST = 24.0
_STEPS = (1.0, 0.25, 0.05)
#: Of so many points the first round takes one: whole degrees show on few.
_COARSE_POINTS = 3
#: Lines must stand out this much better at the slope found than as the page lies.
_LEAST_GAIN = 1.04


def skew_degrees(grey: Grey) -> float:
    """How far text lines fall to the right, in degrees clockwise (-24 to 24); 0 where no slope is better than none.

    The slope is the one at which the sums of ink along it change most sharply from line to line. The lower edges of
    ink are used: they sit on baselines, whatever stands above.
    """
    points = _lower_edges(grey)
    if points is None:
        return 0.0
    x, y, weight = points
    best, span = 0.0, _WIDEST
    for step in _STEPS:
        angles = np.arange(best - span, best + span + step / 2, step)
        angles = angles[np.abs(angles) <= _WIDEST]
        every = _COARSE_POINTS if step >= 1.0 else 1
        some = x[::every], y[::every], weight[::every]
        scores = [_sharpness(*some, float(angle), coarse=step >= 1.0) for angle in angles]
        best, span = float(angles[int(np.argmax(scores))]), step
    level, found = (_sharpness(x, y, weight, angle, coarse=False) for angle in (0.0, best))
    return best if found >= _LEAST_GAIN * level else 0.0


def _lower_edges(
    grey: Grey,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]] | None:
    small, _ = reduced(grey, _SIDE)
    # Paper below ink: brightness grows downwards, and only over a short way, which leaves out shadows and pictures.
    ink = cv2.subtract(cv2.blur(small, (25, 25)), small)
    edge = cv2.subtract(ink[:-1], ink[1:])
    least = max(6, _level_below(edge, 0.9))
    _, steep = cv2.threshold(edge, least - 1, 255, cv2.THRESH_BINARY)
    points = cv2.findNonZero(steep)
    if points is None or len(points) < 50:
        return None
    columns, rows = points[:, 0, 0], points[:, 0, 1]
    if len(rows) > _MAX_POINTS:
        chosen = np.linspace(0, len(rows) - 1, _MAX_POINTS).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    weight = np.minimum(edge[rows, columns].astype(np.float32), 4 * least)
    return columns.astype(np.float32) - small.shape[1] / 2, rows.astype(np.float32), weight


def _level_below(grey: NDArray[np.floating | np.integer], share: float) -> int:
    """The level that a share of the pixels do not exceed."""
    sums = np.cumsum(cv2.calcHist([np.asarray(grey, np.uint8)], [0], None, [256], [0, 256])[:, 0])
    return int(np.searchsorted(sums, share * sums[-1]))


def _sharpness(
    x: NDArray[np.float32], y: NDArray[np.float32], weight: NDArray[np.float32], angle: float, *, coarse: bool
) -> float:
    """Sum of squares of the ink along lines of the given slope."""
    along = (y - x * np.float32(np.tan(np.radians(angle)))) * np.float32(0.5 if coarse else 1.0)
    along -= along.min()
    sums = np.bincount(along.astype(np.intp), weights=weight)
    # Binning one position by whole pixels favours whole slopes: neighbouring bins are taken together.
    smooth = sums[:-1] + sums[1:] if len(sums) > 1 else sums
    return float(np.square(smooth).sum())
