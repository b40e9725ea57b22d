"""What the capture of a page, and of one field on it, is like: numbers, no verdicts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.edges import measure_edges
from pipeline.imaging.orient import text_energy
from pipeline.imaging.page import Grey, Page
from pipeline.imaging.reduce import reduced
from pipeline.types.boxes import Box
from pipeline.types.documents import Quality
from pipeline.types.printed import FieldQuality

#: Long side of the copies on which text is found and glare is measured.
_TEXT_SIDE, _GLARE_SIDE = 1000, 400
_TILES = 8
#: Text alternates across lines more than along them, by this factor.
_TEXT_RATIO = 1.15
#: Grey level from which a sensor has lost all detail; paper must lie well below it to tell glare from paper.
_BLOWN, _PAPER_BELOW = 250, 238
#: A blown-out patch fades into its surroundings; the edge of a white object drops faster, in levels a px of the copy.
_GLARE_FADES = 44
#: Nine px of the copy beyond a reflection the paper is dimmer than this; mere bright light falls off more slowly.
_DIMMER = 246
#: Share of a patch that may show print: around a reflection's middle some always does.
_PRINT_SEEN = 0.2
#: Share of a patch's rim, print aside, that must fade.
_RIM_FADING = 0.25
_LEAST_GLARE_PX = 12
_INK_PERCENTILE = 25


def measure_page(grey: Grey, skew_degrees: float | None = None) -> Quality:
    """Quality of an upright page from the tiles with the most text; None for what has nothing to measure it on."""
    tiles = [tile for tile in _text_tiles(grey) if tile.size]
    edges = [found.width_px for tile in tiles if (found := measure_edges(tile, 150))]
    heights = [height for tile in tiles if (height := _capital_height(_letters(tile)))]
    contrasts = [_contrast(tile) for tile in tiles]
    return Quality(
        edge_width_px=float(np.median(edges)) if edges else None,
        character_height_px=float(np.median(heights)) if heights else None,
        glare_fraction=glare_fraction(grey),
        contrast=float(np.median(contrasts)) if contrasts else None,
        skew_degrees=skew_degrees,
    )


def measure_field(page: Page, box: Box, characters: int | None = None) -> FieldQuality:
    """Quality of one printed field on its box; `characters` is how many were read there."""
    height, width = page.grey.shape
    left, right = int(box.left * width), max(int(np.ceil(box.right * width)), int(box.left * width) + 1)
    top, bottom = int(box.top * height), max(int(np.ceil(box.bottom * height)), int(box.top * height) + 1)
    crop = page.grey[top:bottom, left:right]
    edges = measure_edges(crop, 200)
    letters = _letters(crop)
    return FieldQuality(
        edge_width_px=edges.width_px if edges else None,
        character_height_px=_capital_height(letters),
        pixels_per_character=(right - left) / characters if characters else None,
        contrast=_contrast(crop),
        glare_fraction=_hidden(crop) if crop.max() >= _BLOWN and _paper(page.grey) < _PAPER_BELOW else 0.0,
        stroke_width_px=edges.stroke_px if edges else None,
        baseline_degrees=_baseline_degrees(letters),
    )


def glare_fraction(grey: Grey) -> float:
    """Share of the page that is blown out beyond the paper's white and fades into it; 0 where paper is white itself."""
    small, _ = reduced(grey, _GLARE_SIDE)
    blown = (small >= _BLOWN).astype(np.uint8)
    if _paper(grey) >= _PAPER_BELOW or not blown.any():
        return 0.0
    # Print interrupts a patch that is merely bright: what it hides is what an opening leaves.
    hidden = cv2.morphologyEx(blown, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    drop = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    seen = cv2.morphologyEx(blown, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)) - blown
    rim = (cv2.dilate(blown, np.ones((3, 3), np.uint8)) - blown) * (1 - seen)
    near = cv2.dilate(blown, np.ones((21, 21), np.uint8))
    ring = near - cv2.dilate(blown, np.ones((17, 17), np.uint8))
    paper = cv2.dilate(small, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(near)
    area, fading, around, ringed, beyond, printed = (
        np.bincount(labels.ravel(), weights=weights.ravel())
        for weights in (hidden, (rim > 0) & (drop <= _GLARE_FADES), rim, ring, ring * paper.astype(np.float32), seen)
    )
    hides = (area >= _LEAST_GLARE_PX) & (fading >= _RIM_FADING * around) & (beyond <= _DIMMER * ringed)
    hides &= printed <= _PRINT_SEEN * np.bincount(labels.ravel(), weights=blown.ravel())
    # What runs off the picture is the lid or table beyond the document.
    hides[np.unique(np.concatenate([(labels * blown)[[0, -1]].ravel(), (labels * blown)[:, [0, -1]].ravel()]))] = False
    return float(area[1:][hides[1:]].sum()) / small.size


def _hidden(field: Grey) -> float:
    """Share of a field's box covered by blown-out patches that no print interrupts."""
    side = max(5, round(0.7 * min(field.shape)))
    blown = (field >= _BLOWN).astype(np.uint8)
    return float(cv2.morphologyEx(blown, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)).mean())


def _text_tiles(grey: Grey) -> list[Grey]:
    """The regions with the most text, at full size."""
    small, _ = reduced(grey, _TEXT_SIDE)
    rows, columns = text_energy(small)
    likeness = np.where(rows > _TEXT_RATIO * columns, rows, 0.0)
    best = np.argsort(likeness, axis=None)[::-1][:_TILES]
    down, across = likeness.shape
    height, width = grey.shape[0] / down, grey.shape[1] / across
    places = [divmod(int(index), across) for index in best if likeness.flat[index] > 0]
    return [
        grey[round(y * height) : round((y + 1) * height), round(x * width) : round((x + 1) * width)] for y, x in places
    ]


def _letters(grey: Grey) -> NDArray[np.int32]:
    """(left, top, width, height, area) of what could be characters, cut by no edge of the region."""
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:]
    left, top, width, height = stats[:, 0], stats[:, 1], stats[:, 2], stats[:, 3]
    whole = (left > 0) & (top > 0) & (left + width < grey.shape[1]) & (top + height < grey.shape[0])
    shaped = (height >= 4) & (width <= 1.6 * height) & (width >= 0.08 * height) & (stats[:, 4] > 0.15 * width * height)
    return np.asarray(stats[whole & shaped], np.int32)


def _capital_height(letters: NDArray[np.int32]) -> float | None:
    """Height of capitals: small letters are two thirds as high, so the upper fifth of all heights are capitals'."""
    if len(letters) < 4:
        return None
    heights = letters[:, 3]
    heights = heights[heights >= 0.5 * np.median(heights)]
    return float(np.percentile(heights, 80))


def _baseline_degrees(letters: NDArray[np.int32]) -> float | None:
    """Slope of the line characters stand on, clockwise: the median over all pairs, so that descenders do not count."""
    letters = letters[letters[:, 3] >= 0.6 * letters[:, 3].max()] if len(letters) else letters
    if len(letters) < 4:
        return None
    letters = letters[:60]
    x = letters[:, 0] + letters[:, 2] / 2
    foot = (letters[:, 1] + letters[:, 3]).astype(np.float64)
    one, other = np.triu_indices(len(letters), 1)
    apart = np.abs(x[other] - x[one]) > 2 * np.median(letters[:, 3])
    if not apart.any():
        return None
    slopes = (foot[other] - foot[one])[apart] / (x[other] - x[one])[apart]
    return float(np.degrees(np.arctan(np.median(slopes))))


def _contrast(grey: Grey) -> float:
    """Distance of ink from paper, 0-1: the two sides of the threshold that parts them best, ink by its darker part."""
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    counts = np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256])[:, 0], np.float32)
    ink, paper = counts.copy(), counts.copy()
    ink[int(level) + 1 :] = 0
    paper[: int(level) + 1] = 0
    if not ink.any() or not paper.any():
        return 0.0
    return (_level_below(paper, 0.5) - _level_below(ink, _INK_PERCENTILE / 100)) / 255.0


def _level_below(counts: NDArray[np.float32], share: float) -> float:
    """The grey level that a share of the pixels do not exceed, from their counts by level."""
    sums = np.cumsum(counts)
    return float(np.searchsorted(sums, share * sums[-1]))


def _paper(grey: Grey) -> float:
    """Brightness of the paper: what most of the page has."""
    step = max(1, max(grey.shape) // 150)
    return float(np.median(grey[::step, ::step]))
