"""How wide the edges of print are, in pixels: blur, measured on the strokes themselves."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey

Floats = NDArray[np.float32]

#: Pixels looked at to each side of an edge: a blur of sigma 6 px still fits.
_REACH = 16
#: Grey levels that an edge of print spans at least.
_LEAST_STEP = 24.0
#: Share of the step by which brightness must turn back before a plateau has ended.
_TURN = 0.15
_LEAST_EDGES = 8
#: 10-90 % width, px, that sampling and interpolation give an edge without blur.
_SAMPLING = 0.8
#: 10-90 % width of an ideal edge blurred by a Gaussian of sigma 1 px: 2 x 1.2816.
WIDTH_PER_SIGMA = 2.563


@dataclass(frozen=True, slots=True)
class Edges:
    """Medians over the stroke edges found.

    Attributes:
        width_px: 10-90 % width an edge of a broad stroke would have under the same blur.
        stroke_px: width of strokes at half their depth; None where no stroke's other side was seen.
    """

    width_px: float
    stroke_px: float | None


def measure_edges(grey: Grey, most: int = 400) -> Edges | None:
    """Edges of dark strokes on light ground in a region of print; None where there are too few.

    Profiles are taken along rows across near-vertical edges, where sloping text and its baseline do no harm. A thin
    stroke never reaches its ink's full depth, which makes its edges look narrower than they are; from edge width and
    stroke width together the blur follows, and with it the width that a broad stroke's edge would have.
    """
    found = _find_edges(grey, most)
    if found is None:
        return None
    profiles, cosines = found
    widths, strokes = _widths(profiles)
    good = np.isfinite(widths)
    if np.count_nonzero(good) < _LEAST_EDGES:
        return None
    widths, strokes = (widths * cosines)[good], (strokes * cosines)[good]
    known = np.isfinite(strokes)
    sampled = np.sqrt(np.maximum(np.square(widths) - _SAMPLING**2, 0.25))
    ratios = np.where(known, sampled / np.maximum(strokes, 0.1), 0.0)
    table_ratios, table_factors = _thin_stroke_table()
    widths = np.hypot(sampled * np.interp(ratios, table_ratios, table_factors), _SAMPLING)
    return Edges(float(np.median(widths)), float(np.median(strokes[known])) if known.any() else None)


def _find_edges(grey: Grey, most: int) -> tuple[Floats, Floats] | None:
    """Profiles (n x 2 reach + 1, light to dark) across steep near-vertical edges, and cosines of their slopes."""
    if grey.shape[0] < 4 or grey.shape[1] < 6:
        return None
    smooth = cv2.blur(grey, (1, 3)).astype(np.float32)
    across = np.zeros_like(smooth)
    across[:, 1:-1] = smooth[:, 2:] - smooth[:, :-2]
    down = np.zeros_like(smooth)
    down[1:-1] = smooth[2:] - smooth[:-2]
    steep = np.abs(across)
    peak = np.zeros(steep.shape, bool)
    peak[:, 1:-1] = (steep[:, 1:-1] >= steep[:, :-2]) & (steep[:, 1:-1] > steep[:, 2:])
    least = max(_LEAST_STEP / 4, 0.3 * _steepest(steep[::2, ::3]))
    rows, columns = np.nonzero(peak & (steep >= least) & (steep > 2.0 * np.abs(down)))
    if len(rows) < _LEAST_EDGES:
        return None
    if len(rows) > most:
        chosen = np.linspace(0, len(rows) - 1, most).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    padded = np.pad(smooth, ((0, 0), (_REACH, _REACH)), mode="edge")
    slope, cross = across[rows, columns], down[rows, columns]
    # Columns are read in the direction in which it gets darker.
    direction = np.where(slope < 0, 1, -1)
    offsets = np.arange(-_REACH, _REACH + 1)
    profiles = padded[rows[:, None], columns[:, None] + _REACH + offsets[None, :] * direction[:, None]]
    return profiles, (np.abs(slope) / np.hypot(slope, cross)).astype(np.float32)


def _steepest(slopes: Floats) -> float:
    """The slope that one pixel in a hundred exceeds."""
    rank = round(0.99 * (slopes.size - 1))
    return float(np.partition(slopes, rank, axis=None)[rank])


def _widths(profiles: Floats) -> tuple[Floats, Floats]:
    """10-90 % width of each profile's middle edge and width of its dark stroke, px; NaN where not seen."""
    light_side, dark_side = profiles[:, _REACH::-1], profiles[:, _REACH:]
    step = profiles.max(axis=1) - profiles.min(axis=1)
    light = _plateau(light_side, step)
    dark = -_plateau(-dark_side, step)
    span = light - dark
    usable = span >= _LEAST_STEP
    upper = _crossing(-light_side, -(dark + 0.9 * span))
    lower = _crossing(dark_side, dark + 0.1 * span)
    half = dark + 0.5 * span
    before, after = _crossing(-light_side, -half), _crossing(dark_side, half)
    # The edge's middle lies just before or just after the sample with the steepest slope.
    middle = np.where(dark_side[:, 0] > half, after, -before)
    first_dark = np.ceil(np.maximum(middle, 0.0) + 1e-6)
    places = np.arange(dark_side.shape[1])[None, :]
    inside = np.where(places < first_dark[:, None], -np.inf, dark_side)
    back = _crossing(-inside, -half)
    widths = np.where(usable, upper + lower, np.nan).astype(np.float32)
    return widths, np.where(usable, back - middle, np.nan).astype(np.float32)


def _plateau(values: Floats, step: Floats) -> Floats:
    """The highest value met from the start of each row until it has turned back by a share of the step."""
    highest = np.maximum.accumulate(values, axis=1)
    turned = highest - values > _TURN * step[:, None]
    last = np.where(turned.any(axis=1), turned.argmax(axis=1), values.shape[1] - 1)
    return np.asarray(np.take_along_axis(highest, last[:, None], axis=1)[:, 0], np.float32)


def _crossing(values: Floats, level: Floats) -> Floats:
    """Where each row first comes down to its level, interpolated, in samples from its start; NaN if never."""
    under = values <= level[:, None]
    first = under.argmax(axis=1)
    row = np.arange(len(values))
    here, before = values[row, first], values[row, np.maximum(first - 1, 0)]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(first > 0, (before - level) / np.maximum(before - here, 1e-6), 0.0)
    part = np.where(np.isfinite(part), part, 1.0)
    place = np.where(first > 0, first - 1 + part, 0.0)
    return np.where(under.any(axis=1), place, np.nan).astype(np.float32)


@functools.cache
def _thin_stroke_table() -> tuple[Floats, Floats]:
    """(apparent edge width / apparent stroke width) -> (width of a broad stroke's edge / apparent edge width).

    From the profile of a bar of width 1 under a Gaussian blur: broad strokes have factor 1, a stroke much thinner
    than the blur 1.52.
    """
    ratios, factors = [0.0], [1.0]
    for sigma in np.geomspace(0.12, 3.0, 28):
        x = np.linspace(0.0, 0.5 + 4.0 * sigma, 800)
        profile = np.array(
            [0.5 * (math.erf((v + 0.5) / (sigma * 2**0.5)) - math.erf((v - 0.5) / (sigma * 2**0.5))) for v in x]
        )
        profile /= profile[0]
        ten, half, ninety = (float(np.interp(-level, -profile, x)) for level in (0.1, 0.5, 0.9))
        ratios.append((ten - ninety) / (2 * half))
        factors.append(max(1.0, WIDTH_PER_SIGMA * float(sigma) / (ten - ninety)))
    return np.array(ratios, np.float32), np.array(factors, np.float32)
