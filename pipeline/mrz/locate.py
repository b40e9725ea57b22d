"""Page pixels -> places that may hold a machine-readable zone, best first; nothing is read here.

Rows of print are found on a small map of stroke energy, whichever way they run. The best places are looked at in
strips turned upright along them: a zone's rows repeat at an even pitch, as a fixed-width font does, lie 2.5 pitches
apart and have one of three lengths. Rows are kept as quadrilaterals, so that crops are cut from the original pixels,
once, at the size an engine wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.imaging.page import Grey, Page
from pipeline.imaging.reduce import reduced
from pipeline.mrz.extent import extent, steady_extent
from pipeline.mrz.regions import LINES, MrzLine, MrzRegion, half_turned, mirrored
from pipeline.mrz.rows import COARSE, FINE, Seed, energy_map, find_rows, seeds
from pipeline.mrz.strips import Profile, Strip, filled, steady, strip_at
from pipeline.types.boxes import Box

__all__ = ["MOST_REGIONS", "MrzLine", "MrzRegion", "half_turned", "locate", "mirrored"]

#: Regions handed to the engines at most.
MOST_REGIONS = 4
#: Px of the long side up to which the coarse map resolves all print that is legible: 5 px a character.
_LARGE = 700
#: Places looked at on the coarse and the fine map at most: this is what a picture without a zone costs. A zone was the
#: first or second place in 197 of 204 synthetic pictures; documents that lie on a page of text need more.
_LOOKS, _FINE_LOOKS = 7, 5
#: Beside a clear zone only places this heavy, as its share, are looked at: documents in one picture are of a size.
_ALIKE = 0.5
#: Characters by which a place is taken longer where its rows run on.
_WIDEN = 20.0
#: Below this score no recogniser is called. `python -m tests.bench.locate` gives whole zones of 31 hard kinds 0.39 and
#: more in OCR-B and from 0.2 in typewriter faces, parts of a zone from 0.24; blank pages, noise, bar codes and
#: checkerboards nothing, tables of numbers, running text and listings nothing to 0.26, prose in OCR-B up to 0.37. Which
#: of the latter are zones only reading tells: a line more is read rather than a zone lost.
LEAST_SCORE = 0.18
#: A region at least this good needs no search at a finer scale: above all that is no zone, below nine zones of ten.
CLEAR_SCORE = 0.42
#: Rows that share less of their common length than this end each for itself.
_TOGETHER = 0.75
#: How much print a row has around a column, as a share of the usual: no zone has less than `_SOLID`, fillers and stamps
#: counted (of 400 synthetic zones the least had 0.81); tables and words with gaps have 0.6 to 0.8.
_LOOSE, _SOLID = 0.6, 0.82
#: Of the score of a row alone: rows that are no whole zone come after those that are, and are below `CLEAR_SCORE`.
_ALONE = 0.5
#: Height of capitals by that of the band in which strokes have half their strength: blur widens a band.
_CAPITAL = 0.87


def locate(page: Page, *, sideways: bool = False) -> tuple[MrzRegion, ...]:
    """Places that may hold an MRZ.

    Args:
        page: as it lies; its rows may run up to 20 degrees up or down.
        sideways: look for rows that run down the page too. `MrzRegion.turns` tells them.

    Returns:
        Most likely first, at most `MOST_REGIONS`; none where no row is evenly pitched. Whether a region is upside down
        or mirrored is not known before it is read: see `half_turned` and `mirrored`.
    """
    found: list[MrzRegion] = []
    copies = {1: page.grey}
    for (side, map_side), looks in ((COARSE, _LOOKS), (FINE, _FINE_LOOKS)):
        if found and found[0].score >= CLEAR_SCORE:
            break
        if side == FINE[0] and max(page.grey.shape) <= _LARGE:
            break
        copy, factor = reduced(page.grey, side)
        places: list[Seed] = []
        for down in (False, True)[: 1 + sideways]:
            energy, further = energy_map(np.ascontiguousarray(copy.T) if down else copy, map_side)
            places += seeds(find_rows(energy), float(factor * further), transposed=down)
        found.extend(_looked_at(copies, places, looks))
        found = _distinct(sorted(found, key=lambda region: -region.score))
    return tuple(found[:MOST_REGIONS])


@dataclass(frozen=True, slots=True)
class _Choice:
    """Some neighbouring rows of a strip, first and one past last column of each."""

    bands: range
    ends: tuple[tuple[float, float], ...]
    score: float

    @property
    def left(self) -> float:
        """Where the first row begins."""
        return min(left for left, _ in self.ends)

    @property
    def right(self) -> float:
        """Where the last row ends."""
        return max(right for _, right in self.ends)


def _looked_at(copies: dict[int, Grey], places: list[Seed], most: int) -> Iterator[MrzRegion]:
    """Regions at the best places; rows that were seen from another place are not looked at again."""
    seen: list[Seed] = []
    clear, left = 0.0, most
    for seed in sorted(places, key=lambda seed: -seed.weight):
        if seed.weight < _ALIKE * clear or left == 0:
            return
        if any(other.holds(seed) for other in seen):
            continue
        left -= 1
        strip = strip_at(copies, seed)
        if strip is None:
            continue
        best = _best(strip)
        if best is not None and (wider := _widened(strip, best, seed)) is not None:
            again = strip_at(copies, wider)
            better = None if again is None else _best(again)
            if again is not None and better is not None and better.score > 0.6 * best.score:
                strip, best = again, better
        if (best is None and len(strip.bands) > 1) or (best is not None and best.score >= CLEAR_SCORE):
            seen.append(seed)
        if best is not None:
            if best.score >= CLEAR_SCORE:
                clear = max(clear, seed.weight)
            yield _region(strip, best, copies[1].shape)


def _widened(strip: Strip, choice: _Choice, seed: Seed) -> Seed | None:
    """The place taken longer where its rows run on to the strip's end: a stamp or a fold had broken them on the map."""
    width, margin = strip.pixels.shape[1], 2 * strip.rhythm.pitch
    left = choice.left < margin and strip.within[0] == 0
    right = choice.right > width - margin and strip.within[1] == width
    if not (left or right):
        return None
    more = _WIDEN * strip.rhythm.pitch * float(np.hypot(*strip.to_page[:, 0]))
    return replace(seed, first=seed.first - more * left, last=seed.last + more * right)


def _best(strip: Strip) -> _Choice | None:
    """The neighbouring rows that are most like a zone; None where none is."""
    if strip.rhythm.strength < LEAST_SCORE:
        return None
    print_of, count = filled(strip), len(strip.bands)
    windows = [range(i, i + n) for n in (1, 2, 3) for i in range(count - n + 1)]
    choices = [
        choice
        for window in windows
        if (choice := _choice(strip, print_of[window.start : window.stop], window)) is not None
    ]
    best = max(choices, key=lambda choice: choice.score, default=None)
    return None if best is None or best.score < LEAST_SCORE else best


def _choice(strip: Strip, print_of: Profile, window: range) -> _Choice | None:
    """Where these rows begin and end, and how much they are like a zone; None where they are not at all."""
    pitch = strip.rhythm.pitch
    even = sum(strip.rhythm.strengths[i] for i in window) / len(window)
    apart = np.diff([strip.bands[i].middle for i in window])
    if even < LEAST_SCORE or (apart.size > 1 and apart.max() > 1.35 * apart.min()):
        return None
    left, right, lawful = extent(print_of, pitch)
    if not lawful and right - left > 31 * pitch:
        inner = steady_extent(steady(strip)[window.start : window.stop], pitch)
        if 0 < inner[1] - inner[0] < right - left - pitch:
            left, right, lawful = inner
    if right - left < 12 * pitch:
        return None
    together = float((print_of[:, round(left) : round(right)] > 0.35).mean(axis=1).min())
    if len(window) == 1:
        return _Choice(window, ((left, right),), _ALONE * even) if lawful else None
    if together < _TOGETHER:
        ends = tuple(extent(own[None], pitch)[:2] for own in print_of)
        best = max(strip.rhythm.strengths[i] for i in window)
        return _Choice(window, ends, (_ALONE + 0.02 * len(window)) * best) if _flush(ends, pitch) else None
    # Where no lawful length says how many rows there are, three that fit are a zone rather than two of them.
    shape_fits = 1.0 if lawful and LINES[lawful] == len(window) else 0.65 if len(window) == 2 else 0.75
    print_share = float(print_of[:, round(left) : round(right)].mean())
    solid = min(max((print_share - _LOOSE) / (_SOLID - _LOOSE), 0.3), 1.0)
    return _Choice(window, ((left, right),) * len(window), min(1.0, even * together * shape_fits * solid))


def _flush(ends: tuple[tuple[float, float], ...], pitch: float) -> bool:
    """Whether rows of unequal length begin or end together, and hold some words' worth of print each."""
    lefts, rights = zip(*ends, strict=True)
    aligned = min(max(lefts) - min(lefts), max(rights) - min(rights)) < 2 * pitch
    return aligned and all(right - left > 8 * pitch for left, right in ends)


def _region(strip: Strip, choice: _Choice, shape: tuple[int, ...]) -> MrzRegion:
    tall = _CAPITAL * float(np.median([strip.bands[i].tall for i in choice.bands]))
    lines = tuple(_line(strip, i, ends, tall) for i, ends in zip(choice.bands, choice.ends, strict=True))
    points = np.concatenate([line.quad for line in lines])
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    box = Box.from_pixels(float(x0), float(y0), float(x1), float(y1), shape[1], shape[0])
    pitch = strip.rhythm.pitch
    first, last = strip.within
    cut = (0 < first >= choice.left - pitch, strip.pixels.shape[1] > last <= choice.right + pitch)
    return MrzRegion(lines, box, choice.score, strip.inverse, cut)


def _line(strip: Strip, index: int, ends: tuple[float, float], tall: float) -> MrzLine:
    band, middle, half = strip.bands[index], strip.pixels.shape[1] / 2, tall / 2
    corners = ((ends[0], -half), (ends[1], -half), (ends[1], half), (ends[0], half))
    points = np.array([[x, band.middle + band.rise * (x - middle) + y, 1.0] for x, y in corners])
    page_px = float(np.hypot(*strip.to_page[:, 0]))
    quad = (points @ strip.to_page.T).astype(np.float32)
    return MrzLine(quad, strip.rhythm.strengths[index], strip.rhythm.pitch * page_px)


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
