"""A picture in any orientation -> the ways in which a machine-readable zone on it can be read, likeliest first.

Rows are looked for along both axes; one row of each region is then read in the four ways that its direction leaves
open. The line network knows print that stands on its head or is mirrored as none of its own.
"""

from __future__ import annotations

import numpy as np

from pipeline.errors import EngineError
from pipeline.imaging.page import Grey, Page
from pipeline.mrz.crops import line_crop
from pipeline.mrz.locate import locate
from pipeline.mrz.regions import MrzRegion, half_turned, mirrored
from pipeline.ocr.engine import LineEngine, LineReading

#: A row counts as read from this mean probability of its characters, and this share of their number.
_LEAST_SURE = 0.6
_LEAST_SHARE = 0.75
#: A row this sure needs no other to be looked at: upside down it would give nothing.
_BEYOND_DOUBT = 0.95


def ways_up(page: Page, engine: LineEngine, *, mirrored_too: bool = True) -> list[tuple[int, bool]]:
    """How a picture must be turned for a zone on it to be read.

    Args:
        page: as it lies.
        engine: that reads nothing of print that stands on its head.
        mirrored_too: look for mirrored zones as well, at twice the cost where there is none.

    Returns:
        Clockwise quarter turns to apply (0-3), after mirroring left to right or not; empty where no row is legible.
    """
    found: dict[tuple[int, bool], float] = {}
    for region in locate(page, sideways=True):
        for flipped in (False, True)[: 1 + mirrored_too]:
            seen = mirrored(region) if flipped else region
            for way in (seen, half_turned(seen)):
                sure = _sureness(page.grey, way, engine)
                # `turns` is how the rows lie; a mirrored picture is mirrored first, which turns them the other way.
                undo = (-(way.turns if not flipped else 2 - way.turns) % 4, flipped)
                if sure >= _LEAST_SURE:
                    found[undo] = max(found.get(undo, 0.0), sure)
                if sure >= _BEYOND_DOUBT:
                    return [undo]
    return sorted(found, key=lambda way: -found[way])


def _sureness(grey: Grey, region: MrzRegion, engine: LineEngine) -> float:
    """How well the region's longest row reads in this way, 0 where it does not."""
    line = max(region.lines, key=lambda row: row.length_px)
    try:
        return _sure(engine.read_lines([line_crop(grey, line, engine.strip_height)])[0], region.characters)
    except EngineError:
        return 0.0


def _sure(reading: LineReading, characters: int) -> float:
    if len(reading.text) < _LEAST_SHARE * characters:
        return 0.0
    return float(np.mean([character.probability for character in reading.characters]))
