"""Page pixels -> places that may hold a machine-readable zone, best first; nothing is read here.

Text rows are found as ridges of horizontal contrast. A row becomes a seed when its print repeats at an even pitch,
as a fixed-width font does; the rows above and below it are then looked for in a deskewed strip. Rows are kept as
quadrilaterals, so that crops are cut from the original pixels, once, at the size an engine wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey, Page
from pipeline.types.boxes import Box

Points = NDArray[np.float32]
Profile = NDArray[np.float32]

#: Working widths in px: a document that fills the page, one that fills half of it, small print in a large picture.
WIDTHS = (720, 1440)
#: Regions handed to the engines at most.
MOST_REGIONS = 4
#: Characters a line may have (Doc 9303 parts 4-7).
LENGTHS = (30, 36, 44)
#: Below this periodicity (0-1) a row is not fixed-width print.
SEED_PERIODICITY = 0.25
#: A region at least this good needs no search at a finer scale.
CLEAR_SCORE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class MrzLine:
    """One row of print: its quadrilateral in page px (4 x 2: top left, top right, bottom right, bottom left).

    Attributes:
        periodicity: 0-1, how evenly the print repeats.
    """

    quad: Points
    periodicity: float

    @property
    def length_px(self) -> float:
        """Length of the row."""
        return float(np.linalg.norm(self.quad[1] - self.quad[0]))

    @property
    def height_px(self) -> float:
        """Height of its capitals."""
        return float(np.linalg.norm(self.quad[3] - self.quad[0]))


@dataclass(frozen=True, slots=True, eq=False)
class MrzRegion:
    """Two or three rows, top to bottom, that may be an MRZ.

    Attributes:
        box: in page fractions.
        score: 0-1, for ordering and for refusing hopeless regions; no probability.
    """

    lines: tuple[MrzLine, ...]
    box: Box
    score: float

    @property
    def characters(self) -> int:
        """How many a row has, by its length over the rows' distance: 2.5 pitches in every format."""
        centres = np.array([line.quad.mean(axis=0) for line in self.lines])
        distance = float(np.linalg.norm(np.diff(centres, axis=0), axis=1).mean())
        length = float(np.mean([line.length_px for line in self.lines]))
        return min(LENGTHS, key=lambda count: abs(2.5 * length / distance - count))


@dataclass(frozen=True, slots=True)
class _Row:
    centre: tuple[float, float]
    length: float
    height: float
    angle: float


def locate(page: Page) -> tuple[MrzRegion, ...]:
    """Places that may hold an MRZ, most likely first; at most `MOST_REGIONS`, none where no row is evenly pitched."""
    return locate_in(page.grey)


def locate_in(grey: Grey) -> tuple[MrzRegion, ...]:
    """`locate` for pixels of which nothing is known yet."""
    found: list[MrzRegion] = []
    width = grey.shape[1]
    for working_width in WIDTHS:
        if found and (working_width > 1.3 * width or found[0].score >= CLEAR_SCORE):
            break
        scale = min(working_width / width, 4.0)
        found.extend(_regions_at(grey, scale))
        found = _distinct(sorted(found, key=lambda region: -region.score))
    return tuple(found[:MOST_REGIONS])


def line_crop(pixels: Grey, line: MrzLine, height: int, pad: float = 0.3, ends: float = 1.2) -> Grey:
    """Cut one row out of a page, deskewed.

    Args:
        pixels: height x width, the page or one channel of it.
        line: the row.
        height: of the crop in px.
        pad: margin above and below, in heights of the row's capitals.
        ends: margin left and right, likewise.

    Returns:
        height x width', aspect kept, border continued.
    """
    scale = height / (line.height_px * (1 + 2 * pad))
    margin_y = pad * line.height_px * scale
    margin_x = ends * line.height_px * scale
    width = round(line.length_px * scale + 2 * margin_x)
    target = np.array(
        [[margin_x, margin_y], [width - margin_x, margin_y], [margin_x, height - margin_y]],
        dtype=np.float32,
    )
    matrix = np.asarray(cv2.getAffineTransform(line.quad[[0, 1, 3]], target), np.float64)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    if scale < 0.6:
        pixels, matrix = _shrunk(pixels, line, matrix, scale)
        how = cv2.INTER_LINEAR
    crop = cv2.warpAffine(pixels, matrix, (max(width, 8), height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _shrunk(pixels: Grey, line: MrzLine, matrix: NDArray[np.float64], scale: float) -> tuple[Grey, NDArray[np.float64]]:
    """The row's surroundings averaged down first: a warp alone would skip pixels."""
    spare = 3 * line.height_px
    x0, y0 = np.maximum(line.quad.min(axis=0) - spare, 0).astype(int)
    x1, y1 = (line.quad.max(axis=0) + spare).astype(int)
    part = pixels[y0:y1, x0:x1]
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    fx, fy = small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]
    back = np.array([[1 / fx, 0, x0], [0, 1 / fy, y0], [0, 0, 1]])
    return np.asarray(small, np.uint8), matrix @ back


def _regions_at(grey: Grey, scale: float) -> list[MrzRegion]:
    """Regions seen at one working scale, quads in page px."""
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)
    ink = _ink(np.asarray(small, np.uint8))
    regions: list[MrzRegion] = []
    for row in _seeds(ink):
        regions.extend(_grow(ink, row, scale, grey.shape))
    return regions


def _ink(grey: Grey) -> Grey:
    """Contrast of thin dark strokes, 0-255, evened out over the page so that faint print counts."""
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))
    level = np.minimum(np.asarray(cv2.blur(hat, (61, 31)), np.uint8), 251) + np.uint8(4)
    return np.asarray(cv2.divide(hat, level, scale=48), np.uint8)


def _seeds(ink: Grey) -> Iterator[_Row]:
    """Long thin blobs of closely set strokes, longest first."""
    edges = cv2.convertScaleAbs(cv2.Sobel(ink, cv2.CV_16S, 1, 0, ksize=3))
    closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((3, 21), np.uint8))
    _, mask = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((4, 15), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rows = []
    for contour in contours:
        row = _as_row(cv2.minAreaRect(contour))
        if row.length >= 0.18 * ink.shape[1] and row.length >= 7 * row.height and row.height <= 60:
            rows.append(row)
    yield from sorted(rows, key=lambda row: -row.length)[:14]


def _as_row(rect: tuple[Sequence[float], Sequence[float], float]) -> _Row:
    """OpenCV's rotated rectangle with its long side taken as the direction of reading, -90 < angle <= 90 degrees."""
    centre, (width, height), angle = rect
    if width < height:
        width, height, angle = height, width, angle - 90
    if angle <= -90:
        angle += 180
    return _Row((centre[0], centre[1]), width, max(height, 1.0), angle)


def _grow(ink: Grey, row: _Row, scale: float, shape: tuple[int, ...]) -> list[MrzRegion]:
    """Regions that hold the seed row, from a strip deskewed along it; none when nothing there is evenly pitched."""
    if abs(row.angle) > 40:
        return []
    strip, matrix = _strip(ink, row)
    left, right, bands = _bands(strip, row)
    if len(bands) < 2:
        return []
    height = float(np.median([bottom - top for top, bottom in bands]))
    profiles = [_profile(strip, left, right, top, bottom) for top, bottom in bands]
    beats = [beat(profile) for profile in profiles]
    best = max(range(len(bands)), key=lambda index: beats[index].strength)
    first, last = _trimmed(profiles[best], beats[best].pitch)
    left, right = left + first, left + last
    inverse = cv2.invertAffineTransform(matrix)
    lines = []
    for (top, bottom), own in zip(bands, beats, strict=True):
        corners = _straightened(strip, left, right, (top + bottom) / 2, height)
        quad = (corners @ inverse[:, :2].T + inverse[:, 2]) / scale
        lines.append(MrzLine(quad.astype(np.float32), own.strength))
    windows = (lines[i : i + n] for n in (2, 3) for i in range(len(lines) - n + 1))
    regions = (_region(tuple(window), shape) for window in windows)
    return [region for region in regions if region is not None]


def _profile(strip: Grey, left: int, right: int, top: float, bottom: float) -> Profile:
    """Ink by column of a row."""
    profile: Profile = strip[max(round(top), 0) : round(bottom) + 1, left:right].mean(axis=0, dtype=np.float32)
    return profile


def _trimmed(profile: Profile, pitch: float) -> tuple[int, int]:
    """First and one past last column of the print where a row was cut too long: at that pitch it has 30, 36 or 44.

    A frame or the card's edge beside the zone is taken for print; of the windows of a lawful length the one with the
    most ink is the row.
    """
    size = profile.size
    if pitch <= 0:
        return 0, size
    count = max((n for n in LENGTHS if (n - 1.5) * pitch <= size), default=0)
    wanted = round(count * pitch)
    if count == 0 or size - wanted < 1.0 * pitch:
        return 0, size
    ink = np.concatenate(([0.0], np.cumsum(np.minimum(profile, 2 * float(np.median(profile)) + 1))))
    start = int(np.argmax(ink[wanted:] - ink[: size - wanted + 1]))
    return start, start + wanted


def _strip(ink: Grey, row: _Row) -> tuple[Grey, NDArray[np.float64]]:
    """The seed's surroundings turned upright: one row length and a bit wide, five row heights above and below."""
    width = round(row.length * 1.3 + 6 * row.height)
    height = round(max(9 * row.height, row.length / 4.5))
    matrix = np.asarray(cv2.getRotationMatrix2D(row.centre, row.angle, 1.0), np.float64)
    matrix[:, 2] += np.array([width / 2 - row.centre[0], height / 2 - row.centre[1]])
    strip = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(strip, np.uint8), matrix


def _bands(strip: Grey, row: _Row) -> tuple[int, int, list[tuple[float, float]]]:
    """Left and right end of the print and the rows (top, bottom) next to the seed, in strip px."""
    height, width = strip.shape
    core = strip[:, round(width / 2 - row.length / 2) : round(width / 2 + row.length / 2)]
    energy = cv2.blur(core.mean(axis=1, dtype=np.float32)[:, None], (1, max(3, round(row.height / 4) | 1)))[:, 0]
    middle = height // 2
    near = slice(max(middle - round(row.height / 2), 0), middle + round(row.height / 2) + 1)
    peak = float(energy[near].max())
    floor = float(np.partition(energy, energy.size // 10)[energy.size // 10])
    runs = _runs(energy > floor + 0.42 * (peak - floor))
    seed = [run for run in runs if run[0] <= middle + row.height / 2 and run[1] >= middle - row.height / 2]
    if not seed:
        return 0, 0, []
    own = max(seed, key=lambda run: run[1] - run[0])
    tall = own[1] - own[0]
    alike = [run for run in runs if 0.55 * tall <= run[1] - run[0] <= 1.7 * tall]
    chain = _chain(alike, own, tall)
    left, right = _ends(strip, row, chain)
    return left, right, [(float(a), float(b)) for a, b in chain]


def _chain(runs: list[tuple[int, int]], own: tuple[int, int], tall: int) -> list[tuple[int, int]]:
    """The seed and up to two rows on each side, as long as each follows within 1.3-3.8 heights."""
    chain = [own]
    for step in (-1, 1):
        last = own
        ordered = sorted((run for run in runs if (run[0] - own[0]) * step > 0), key=lambda run: run[0] * step)
        for run in ordered[:2]:
            distance = abs(run[0] + run[1] - last[0] - last[1]) / 2
            if not 1.2 * tall <= distance <= 3.8 * tall:
                break
            chain.append(run)
            last = run
    return sorted(chain)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, one past last) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _ends(strip: Grey, row: _Row, bands: list[tuple[int, int]]) -> tuple[int, int]:
    """Columns between which the rows hold print: all rows of an MRZ begin and end together."""
    middle = strip.shape[1] / 2
    lefts, rights = [], []
    for top, bottom in bands:
        columns = strip[top:bottom].max(axis=0)
        gap = max(3, round(1.6 * (bottom - top)) | 1)
        inked = (columns > 60).astype(np.uint8)[None, :]
        joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))[0] > 0
        runs = [run for run in _runs(joined) if run[1] - run[0] > 0.4 * row.length]
        if runs:
            longest = max(runs, key=lambda run: run[1] - run[0])
            lefts.append(longest[0])
            rights.append(longest[1])
    seed_left, seed_right = middle - row.length / 2, middle + row.length / 2
    return round(_nearest(lefts, seed_left)), round(_nearest(rights, seed_right))


def _nearest(values: list[int], wanted: float) -> float:
    """The value closest to the one wanted, or that itself."""
    return min(values, key=lambda value: abs(value - wanted), default=wanted)


def _straightened(strip: Grey, left: int, right: int, centre: float, tall: float) -> Points:
    """Corners of a row whose left and right parts may lie at different heights (perspective, residual skew)."""
    y0, y1 = max(round(centre - 0.9 * tall), 0), min(round(centre + 0.9 * tall), strip.shape[0])
    third = max((right - left) // 3, 1)
    centres = []
    for x in (left, right - third):
        weight = strip[y0:y1, max(x, 0) : x + third].sum(axis=1, dtype=np.float32)
        weight = np.maximum(weight - np.partition(weight, weight.size // 5)[weight.size // 5], 0)
        total = float(weight.sum())
        centres.append(float((weight * np.arange(y0, y1)).sum() / total) if total else centre)
    slope = (centres[1] - centres[0]) / max(right - left - third, 1)
    if abs(slope) > 0.03:
        slope = 0.0
    rise = slope * (right - left) / 2
    half = tall / 2
    return np.array(
        [
            [left, centre - half - rise],
            [right, centre - half + rise],
            [right, centre + half + rise],
            [left, centre + half - rise],
        ],
        dtype=np.float32,
    )


@dataclass(frozen=True, slots=True)
class Beat:
    """How evenly a row's ink repeats: strength 0-1 and pitch in px (0 where there is none)."""

    strength: float
    pitch: float


def beat(profile: Profile) -> Beat:
    """The pitch a fixed-width font would have.

    Args:
        profile: ink by column.

    Returns:
        The mean autocorrelation at one, two and three pitches for the pitch that is best, among those that put
        27 to 50 characters into the row.
    """
    size = profile.size
    if size < 60:
        return Beat(0.0, 0.0)
    flat = profile - cv2.blur(profile[None, :], (max(3, round(size / 20) | 1), 1))[0]
    spectrum = np.abs(np.fft.rfft(flat, 2 * size)) ** 2
    correlation = np.fft.irfft(spectrum)[: size // 2]
    correlation /= max(float(correlation[0]), 1e-6)
    lags = np.arange(size / 50, size / 27, 0.25)
    at = sum(np.interp(lags * k, np.arange(correlation.size), correlation) for k in (1, 2, 3)) / 3
    best = int(np.argmax(at))
    return Beat(float(np.clip(at[best], 0.0, 1.0)), float(lags[best]))


def _region(lines: tuple[MrzLine, ...], shape: tuple[int, ...]) -> MrzRegion | None:
    """A region of these rows; None where they are not evenly spaced, evenly pitched print."""
    centres = np.array([line.quad.mean(axis=0) for line in lines])
    spacing = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    if float(spacing.max()) > 1.35 * float(spacing.min()):
        return None
    even = float(np.mean([line.periodicity for line in lines]))
    weakest = min(line.periodicity for line in lines)
    if even < SEED_PERIODICITY or weakest < 0.3 * even:
        return None
    points = np.concatenate([line.quad for line in lines])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    box = Box.from_pixels(float(left), float(top), float(right), float(bottom), shape[1], shape[0])
    return MrzRegion(lines, box, min(1.0, even + (0.05 if len(lines) == 3 else 0.0)))


def _distinct(regions: list[MrzRegion]) -> list[MrzRegion]:
    """Each place once, the better region kept."""
    kept: list[MrzRegion] = []
    for region in regions:
        if all(_overlap(region.box, other.box) < 0.6 for other in kept):
            kept.append(region)
    return kept


def _overlap(one: Box, other: Box) -> float:
    """Shared area over the smaller box's area."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return width * height / smaller
