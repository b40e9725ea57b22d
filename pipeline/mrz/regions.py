"""Rows of print that may be a machine-readable zone, as quadrilaterals on the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.types.boxes import Box

Points = NDArray[np.float32]

#: Characters a line may have (Doc 9303 parts 4-7), and how many lines then.
LINES = {30: 3, 36: 2, 44: 2}


@dataclass(frozen=True, slots=True, eq=False)
class MrzLine:
    """One row of print: its quadrilateral in page px (4 x 2: top left, top right, bottom right, bottom left).

    The corners are those of the capitals as the row reads, not as the page lies: a row that runs down has its top
    left corner at the right, and of a mirrored row left and right are exchanged.

    Attributes:
        periodicity: 0-1, how evenly the print repeats.
        pitch_px: page px a character, 0 where no pitch was found.
    """

    quad: Points
    periodicity: float
    pitch_px: float = 0.0

    @property
    def length_px(self) -> float:
        """Length of the row."""
        return float(np.linalg.norm(self.quad[1] + self.quad[2] - self.quad[0] - self.quad[3]) / 2)

    @property
    def height_px(self) -> float:
        """Height of its capitals."""
        return float(np.linalg.norm(self.quad[3] + self.quad[2] - self.quad[0] - self.quad[1]) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class MrzRegion:
    """One to three rows, top to bottom as they read, that may be an MRZ.

    Attributes:
        box: in page fractions.
        score: 0-1, for ordering and for refusing hopeless regions; no probability.
        inverse: the print is lighter than its ground.
        cut: the rows end at the picture's border, at the (left, right) as they read: characters may be missing.
    """

    lines: tuple[MrzLine, ...]
    box: Box
    score: float
    inverse: bool = False
    cut: tuple[bool, bool] = (False, False)

    @property
    def pitch_px(self) -> float:
        """Page px a character."""
        return float(np.mean([line.pitch_px for line in self.lines]))

    @property
    def characters(self) -> int:
        """How many a row has: the lawful number that its length comes closest to."""
        length = float(np.mean([line.length_px for line in self.lines]))
        count = length / self.pitch_px if self.pitch_px else 44.0
        return min(LINES, key=lambda lawful: abs(lawful - count))

    @property
    def turns(self) -> int:
        """Clockwise quarter turns (0-3) of the rows as they are taken to read: 0 across the page, 1 down it."""
        along = np.sum([line.quad[1] - line.quad[0] for line in self.lines], axis=0)
        return round(float(np.degrees(np.arctan2(along[1], along[0]))) / 90) % 4


def half_turned(region: MrzRegion) -> MrzRegion:
    """The same rows taken to read the other way round: pixels alone cannot tell upside down before they are read."""
    lines = tuple(replace(line, quad=line.quad[[2, 3, 0, 1]]) for line in reversed(region.lines))
    return replace(region, lines=lines, cut=region.cut[::-1])


def mirrored(region: MrzRegion) -> MrzRegion:
    """The same rows of a mirrored picture: crops of them come out as they were printed."""
    lines = tuple(replace(line, quad=line.quad[[1, 0, 3, 2]]) for line in region.lines)
    return replace(region, lines=lines, cut=region.cut[::-1])
