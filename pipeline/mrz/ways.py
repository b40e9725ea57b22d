"""A picture in any orientation -> the ways in which a machine-readable zone on it can be read, likeliest first.

Rows are looked for along both axes; one row of each region is then read in the four ways that its direction leaves
open. The line network knows print that stands on its head or is mirrored as none of its own.
"""

from __future__ import annotations

import numpy as np

from pipeline.errors import EngineError
from pipeline.imaging.page import Grey
from pipeline.mrz.locate import MrzRegion, locate_in
from pipeline.mrz.strips import strip
from pipeline.ocr.engine import LineEngine, LineReading

#: Regions looked at along each axis.
_MOST_REGIONS = 3
#: A row counts as read from this mean probability of its characters, and this share of their number.
_LEAST_SURE = 0.6
_LEAST_SHARE = 0.75
#: Axes along which a strip is turned over -> clockwise quarter turns and mirroring that make the picture upright, for
#: rows along the picture's rows and for rows along its columns (after one clockwise turn).
_WAYS: tuple[tuple[tuple[int, ...], tuple[tuple[int, bool], tuple[int, bool]]], ...] = (
    ((), ((0, False), (1, False))),
    ((0, 1), ((2, False), (3, False))),
    ((1,), ((0, True), (3, True))),
    ((0,), ((2, True), (1, True))),
)


def ways_up(grey: Grey, engine: LineEngine) -> list[tuple[int, bool]]:
    """Clockwise quarter turns to apply (0-3), after mirroring left to right or not; empty where no row is legible.

    Args:
        grey: height x width.
        engine: that reads nothing of print that stands on its head.
    """
    found: dict[tuple[int, bool], float] = {}
    for axis in (0, 1):
        seen = grey if axis == 0 else np.ascontiguousarray(np.rot90(grey, -1))
        for region in locate_in(seen)[:_MOST_REGIONS]:
            for (_, ways), sure in zip(_WAYS, _sureness(seen, region, engine), strict=True):
                if sure > 0:
                    found[ways[axis]] = max(found.get(ways[axis], 0.0), sure)
    return sorted(found, key=lambda way: -found[way])


def _sureness(grey: Grey, region: MrzRegion, engine: LineEngine) -> list[float]:
    """How well the region's longest row reads in each of `_WAYS`, 0 where it does not."""
    line = max(region.lines, key=lambda row: row.length_px)
    cut = strip(grey, line, region.characters, engine.strip_height)
    turned = [np.ascontiguousarray(np.flip(cut, axes)) if axes else cut for axes, _ in _WAYS]
    try:
        readings = [engine.read_lines([one])[0] for one in turned]
    except EngineError:
        return [0.0] * len(turned)
    return [_sure(reading, region.characters) for reading in readings]


def _sure(reading: LineReading, characters: int) -> float:
    if len(reading.text) < _LEAST_SHARE * characters:
        return 0.0
    mean = float(np.mean([character.probability for character in reading.characters]))
    return mean if mean >= _LEAST_SURE else 0.0
