"""A place to look at -> its rows of print, measured in a strip that is turned upright along them.

All lengths here are px of the strip, in which a character is about eight wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey
from pipeline.mrz.rhythm import Beat, beat
from pipeline.mrz.rows import Seed

Matrix = NDArray[np.float64]
Profile = NDArray[np.float32]
#: Levels of a strip: strokes or depth of ink.
Values = NDArray[np.uint8] | NDArray[np.float32]
Runs = list[tuple[int, int]]

#: Px a character in a strip, if the seed's guess of the rows' distance is right.
PITCH = 8.0
#: Pitches between rows: 2.5 by the standard (6.35 mm and 2.54 mm), less or more in stretched pictures.
APART = (1.3, 3.4)
#: Spare room: left and right of the seed in pitches, above and below it in rows.
_ENDS, _ABOVE = 6.0, 2.75
#: No picture is enlarged more than this: what is smaller holds no legible print.
_ENLARGED = 4.0
#: Windows along a row in which its height is looked at.
_WINDOWS = 8
#: Their middles, in lengths of the row from its middle.
_PLACES = (np.arange(_WINDOWS) + 0.5) / _WINDOWS - 0.5
#: Size of the patch whose mean is taken for the ground behind a stroke.
_GROUND = (9, 9)
_ROOT = np.sqrt(np.arange(256) * 255.0).round().astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """One row in the strip: y of its middle in the strip's middle column, rise by column, height of its capitals."""

    middle: float
    rise: float
    tall: float


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """The rows of one place.

    Attributes:
        pixels: the strip, rows level.
        core: columns of the seed.
        bands: top to bottom; some may not belong to the zone.
        profiles: depth of ink, bands x columns.
        rhythm: of all bands together.
        inverse: light print on dark ground.
        to_page: 2 x 3, strip px -> page px.
        within: columns that lie on the page (first, one past last).
    """

    pixels: Grey
    core: slice
    bands: tuple[Band, ...]
    profiles: Profile
    rhythm: Beat
    inverse: bool
    to_page: Matrix
    within: tuple[int, int]


def strip_at(copies: dict[int, Grey], seed: Seed) -> Strip | None:
    """Look at a place; None where there are no rows that stand out.

    Args:
        copies: the page by the whole factor it is reduced by; 1 is there, what else is needed is added.
        seed: the place.
    """
    pixels, to_strip, margin = _upright(copies, seed)
    width = pixels.shape[1]
    core = slice(margin, width - margin)
    bands = _bands(_strokes(pixels), core, PITCH * 2.5)
    if not bands:
        return None
    level = _levelled(pixels, float(np.median([band.rise for band in bands])))
    depth = np.asarray(cv2.subtract(cv2.blur(level, _GROUND), level, dtype=cv2.CV_32F), np.float32)
    inverse = _lighter(depth, bands)
    ink = np.maximum(-depth if inverse else depth, 0)
    profiles = np.stack([_along(ink, band.middle, band.tall) for band in bands])
    rhythm = beat(profiles[:, core], *_pitches(bands, core.stop - core.start))
    to_page = np.asarray(cv2.invertAffineTransform(to_strip), np.float64)
    within = _within(to_page, pixels.shape, copies[1].shape)
    return Strip(level, core, bands, profiles, rhythm, inverse, to_page, within)


def _strokes(pixels: Grey) -> Grey:
    """Upright strokes: frames and underlines that run along the rows have none."""
    return np.asarray(cv2.LUT(cv2.convertScaleAbs(cv2.Sobel(pixels, cv2.CV_16S, 1, 0), alpha=0.25), _ROOT), np.uint8)


def _levelled(pixels: Grey, rise: float) -> Grey:
    """The strip sheared so that rows with that rise are level; its middle column stays."""
    middle = pixels.shape[1] / 2
    if abs(rise) * middle < 0.5:
        return pixels
    matrix = np.array([[1.0, 0.0, 0.0], [rise, 1.0, -rise * middle]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(pixels, matrix, pixels.shape[::-1], flags=how, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def filled(strip: Strip) -> Profile:
    """How much more print there is in each row than beside it, 0 to 1 for as much as usual: bands x columns.

    What reaches over the gaps between rows as well, a frame, vertical text, a photograph, is no print of the row.
    """
    strokes, pitch = _strokes(strip.pixels), strip.rhythm.pitch
    apart = float(np.median(np.diff([band.middle for band in strip.bands]))) if len(strip.bands) > 1 else 2.5 * pitch
    excess = []
    for band in strip.bands:
        thin = max(1.0, (apart - band.tall) / 2)
        above, below = (_along(strokes, band.middle + step * apart / 2, thin) for step in (-1, 1))
        excess.append(_along(strokes, band.middle, band.tall) - (above + below) / 2)
    smooth = cv2.blur(np.stack(excess), (round(1.5 * pitch) | 1, 1))
    usual = 0.85 * np.percentile(smooth[:, strip.core], 85, axis=1)[:, None]
    return np.asarray(np.clip(smooth / np.maximum(usual, 1.0), 0.0, 1.0), np.float32)


def steady(strip: Strip) -> Profile:
    """How much the ink around each column repeats at the strip's pitch, -1 to 1: bands x columns.

    Running text beside a zone fills its columns as well; it has no pitch.
    """
    pitch = strip.rhythm.pitch
    lag, around = round(pitch), (round(7 * pitch) | 1, 1)
    flat = strip.profiles - cv2.blur(strip.profiles, (round(1.5 * pitch) | 1, 1))
    shifted = np.roll(flat, -lag, axis=1)
    both = cv2.blur(flat * flat, around) * cv2.blur(shifted * shifted, around)
    return np.asarray(cv2.blur(flat * shifted, around) / np.sqrt(np.maximum(both, 1e-6)), np.float32)


def _upright(copies: dict[int, Grey], seed: Seed) -> tuple[Grey, Matrix, int]:
    """Pixels turned along the seed, the matrix page px -> strip px, and the spare columns at each end."""
    scale = min(PITCH * 2.5 / seed.apart, _ENLARGED)
    factor = 1
    while scale * factor * 2 <= 1.0:
        factor *= 2
    if factor not in copies:
        height, width = copies[1].shape[0] // factor, copies[1].shape[1] // factor
        part = copies[1][: height * factor, : width * factor]
        copies[factor] = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    margin = round(_ENDS * PITCH)
    middle = (seed.first + seed.last) / 2 * scale
    width = min(round((seed.last - seed.first) * scale), 1000) + 2 * margin
    height = round(2 * _ABOVE * seed.apart * scale)
    cos, sin = math.cos(seed.angle) * scale, math.sin(seed.angle) * scale
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    matrix[:, 2] = np.array([width / 2 - middle, height / 2]) - matrix[:, :2] @ (seed.x, seed.y)
    small = matrix.copy()
    small[:, :2] *= factor
    pixels = cv2.warpAffine(
        copies[factor], small, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(pixels, np.uint8), matrix, margin


def _bands(strokes: Grey, core: slice, apart: float) -> tuple[Band, ...]:
    """Rows next to the strip's middle, each with its own slope."""
    height, length = strokes.shape[0], core.stop - core.start
    small = cv2.resize(strokes[:, core], (_WINDOWS, height), interpolation=cv2.INTER_AREA)
    windows = cv2.blur(small, (1, 3)).astype(np.float32)
    drops = np.arange(-round(0.5 * apart), round(0.5 * apart) + 1, 2)
    shifts = np.rint(drops[:, None] * _PLACES).astype(int)
    rows = np.clip(np.arange(height)[None, :, None] + shifts[:, None, :], 0, height - 1)
    sheared = windows[rows, np.arange(_WINDOWS)].mean(axis=2)
    best = int(np.argmax((sheared**2).sum(axis=1) - height * sheared.mean(axis=1) ** 2))
    runs = _chain(sheared[best], apart)
    return _fitted(windows, runs, float(drops[best]) / length, length) if runs else ()


def _chain(profile: Profile, apart: float) -> list[tuple[float, float]]:
    """The row in the middle and up to two on each side: first and last y, at half the row's strength."""
    middle = profile.size / 2
    floor = float(np.partition(profile, profile.size // 10)[profile.size // 10])
    near = profile[round(middle - 0.4 * apart) : round(middle + 0.4 * apart) + 1]
    peak = float(near.max())
    if peak - floor < 6:
        return []
    level = floor + 0.45 * (peak - floor)
    runs = [_exact(profile, run, level) for run in _runs(profile > level)]
    own = min(runs, key=lambda run: abs((run[0] + run[1]) / 2 - middle))
    tall = own[1] - own[0]
    chain = [own]
    for step in (-1, 1):
        last = own
        for run in sorted((run for run in runs if (run[0] - own[0]) * step > 0), key=lambda run: run[0] * step)[:2]:
            distance = abs(run[0] + run[1] - last[0] - last[1]) / 2
            if not (1.2 * tall <= distance <= 3.8 * tall and 0.5 * tall <= run[1] - run[0] <= 1.8 * tall):
                break
            chain.append(run)
            last = run
    return sorted(chain)


def _exact(profile: Profile, run: tuple[int, int], level: float) -> tuple[float, float]:
    """Where the profile crosses the level, between samples."""
    first, last = float(run[0]), float(run[1] - 1)
    if run[0] > 0:
        below, above = float(profile[run[0] - 1]), float(profile[run[0]])
        first -= (above - level) / max(above - below, 1e-6)
    if run[1] < profile.size:
        above, below = float(profile[run[1] - 1]), float(profile[run[1]])
        last += (above - level) / max(above - below, 1e-6)
    return first, last


def _fitted(windows: Profile, runs: list[tuple[float, float]], slope: float, length: int) -> tuple[Band, ...]:
    """The rows' own heights and slopes, from where their strokes lie in each window.

    Args:
        windows: upright strokes by y and window.
        runs: first and last y of each row in the strip's middle, if all had the common slope.
        slope: px down by px along.
        length: columns that the windows cover.
    """
    tall = float(np.median([last - first for first, last in runs]))
    places = _PLACES * length
    centres = np.array([(first + last) / 2 for first, last in runs])
    reach = max(2, round(0.9 * tall))
    guesses = np.rint(centres[:, None] + slope * places).astype(int)
    rows = np.clip(guesses[:, :, None] + np.arange(-reach, reach + 1), 0, windows.shape[0] - 1)
    part = windows[rows, np.arange(_WINDOWS)[None, :, None]]
    part = np.maximum(part - 0.5 * (part.min(axis=2) + part.max(axis=2))[:, :, None], 0)
    weight = part.sum(axis=2) + 1e-3
    offs = (part * rows).sum(axis=2) / weight - centres[:, None]
    weight = np.minimum(weight, np.median(weight, axis=1)[:, None])
    for _ in range(3):
        total = weight.sum(axis=1)
        x, y = (weight * places).sum(axis=1) / total, (weight * offs).sum(axis=1) / total
        dx, dy = places - x[:, None], offs - y[:, None]
        rise = (weight * dx * dy).sum(axis=1) / (weight * dx * dx).sum(axis=1)
        weight = weight / (1 + ((dy - rise[:, None] * dx) / (0.12 * tall)) ** 2)
    wild = np.abs(rise - slope) * length > 0.8 * tall
    rise, base = np.where(wild, slope, rise), np.where(wild, centres, centres + y - rise * x)
    return tuple(
        Band(float(at), float(own), last - first) for at, own, (first, last) in zip(base, rise, runs, strict=True)
    )


def _runs(mask: NDArray[np.bool_]) -> Runs:
    """(first, one past last) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _lighter(depth: Values, bands: tuple[Band, ...]) -> bool:
    """Whether the strokes are lighter than their ground: they cover less than it does."""
    inside = np.concatenate([_rows(depth, band.middle, band.tall) for band in bands])
    inside = inside - inside.mean()
    return bool((inside * inside * inside).sum() < 0)


def _rows(values: Values, middle: float, tall: float) -> Values:
    """Rows of a levelled strip around a height; at least one."""
    first = min(max(round(middle - tall / 2), 0), values.shape[0] - 1)
    return values[first : max(round(middle + tall / 2) + 1, first + 1)]


def _along(values: Values, middle: float, tall: float) -> Profile:
    """Mean by column."""
    return np.asarray(cv2.reduce(_rows(values, middle, tall), 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0], np.float32)


def _pitches(bands: tuple[Band, ...], length: int) -> tuple[float, float]:
    """Shortest and longest pitch that rows so far apart, or a row so long, can have."""
    if len(bands) < 2:
        return max(length / 52, 3.0), max(length / 27, 5.0)
    apart = float(np.min(np.diff([band.middle for band in bands])))
    return apart / APART[1], apart / APART[0]


def _within(to_page: Matrix, shape: tuple[int, ...], page: tuple[int, ...]) -> tuple[int, int]:
    """Columns of the strip's middle line that lie on the page."""
    columns = np.arange(shape[1])
    points = to_page @ np.stack([columns, np.full_like(columns, shape[0] / 2), np.ones_like(columns)]).astype(float)
    inside = (points[0] >= 0) & (points[0] < page[1]) & (points[1] >= 0) & (points[1] < page[0])
    on = np.flatnonzero(inside)
    return (int(on[0]), int(on[-1]) + 1) if on.size else (0, 0)
