"""Grey page -> rows of print, and groups of rows that could be one zone.

A map of stroke energy is made at a size at which a character is a few pixels wide; rows that run down the page have one
of their own. Its ridges, rows that are stronger than what lies above and below them, are found by two box means; a box
that is longer than high bears slopes of 20 degrees, takes no notice of vertical text, and costs the same at every size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey
from pipeline.imaging.reduce import reduced

Energy = NDArray[np.uint8]

#: Px of the long side: of the copy whose strokes are looked at, and of the map, coarse and fine. The map resolves
#: rows 5 to 24 px apart: of a zone of 44 characters these are 0.3 to 1.0 of the long side, and 0.12 to 0.45.
COARSE = (640, 214)
FINE = (1600, 560)
#: Percentile of steps between pixels that is taken for noise: most of a picture bears no print.
_QUIET = 40
#: Ridge filter on the map: length of both boxes, heights of the row's own and of its surroundings, px.
_LONG, _OWN, _AROUND = 9, 3, 9
#: How strong a row must be, by the strength around it: a tenth more, and 2 levels.
_ENOUGH = np.minimum(np.arange(256) * 1.1 + 2.0, 255.0).astype(np.uint8)
#: What is shorter is grain; a row at 20 degrees has steps of 6 px at least.
_GRAIN = np.ones((1, 5), np.uint8)
#: A row on the map: length in px at least, and in its own heights.
_SHORTEST, _SLENDER = 26, 5.0
#: Distances of neighbouring rows: px on the map, and shares of the rows' length. 2.5 pitches are 0.057 of 44
#: characters and 0.083 of 30; perspective, stretched pictures and rows of which a part was missed widen that.
_APART = (3.5, 26.0)
_APART_SHARE = (0.035, 0.16)
#: What that share is in the three formats, and by what power of e pictures are stretched.
_LAWFUL_SHARE = 2.5 / np.array((30.0, 36.0, 44.0))
_STRETCH = 0.7
#: Rows of a map at most, the longest.
_MOST = 40
_PARALLEL = math.radians(5)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of print on the map: middle, angle in radians (direction of reading or against it), length and height."""

    x: float
    y: float
    angle: float
    length: float
    height: float


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a zone could be, page px: a row, how far its group reaches along it, how far its rows are apart.

    Attributes:
        x, y: a point of the row.
        angle: radians, -pi/4 to pi/4 for rows that run across, pi/4 to 3 pi/4 for rows that run down.
        first, last: ends of the group along the row, from the point.
        apart: distance of neighbouring rows; a guess from the row's height where it stands alone.
        weight: for ordering.
    """

    x: float
    y: float
    angle: float
    first: float
    last: float
    apart: float
    weight: float

    def holds(self, other: Seed) -> bool:
        """Whether the other place is a row of this one's group, or lies where it would be."""
        dx, dy = other.x - self.x, other.y - self.y
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        along = dx * cos + dy * sin
        return self.first <= along <= self.last and abs(dy * cos - dx * sin) < 1.6 * self.apart


def energy_map(copy: Grey, side: int) -> tuple[Energy, int]:
    """Strokes of a page for rows across it, at a small size of about `side` px; px of the copy a map px.

    Only strokes that stand upright to the row count: all print has them, frames and underlines along a row have none.
    Dark and light strokes count alike, flat light and shade do not; the square root lets a faint zone count beside a
    black frame. For rows down a page give its transpose.
    """
    if min(copy.shape) < 8:
        return np.zeros((1, 1), np.uint8), 1
    steps = cv2.absdiff(copy[:, 2:], copy[:, :-2])
    noise = float(np.percentile(steps.ravel()[::31], _QUIET))
    root = np.sqrt(np.maximum(np.arange(256) - 1.5 * noise, 0) * 255.0).astype(np.uint8)
    return reduced(np.asarray(cv2.LUT(steps, root), np.uint8), side)


def find_rows(energy: Energy) -> list[Row]:
    """Rows that run across the map, within 25 degrees."""
    enough = cv2.LUT(cv2.blur(energy, (_LONG, _AROUND)), _ENOUGH)
    ridge = cv2.compare(cv2.blur(energy, (_LONG, _OWN)), np.asarray(enough, np.uint8), cv2.CMP_GT)
    ridge = cv2.morphologyEx(ridge, cv2.MORPH_OPEN, _GRAIN)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ridge, connectivity=4, ltype=cv2.CV_16U)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    large = (width >= 0.9 * _SHORTEST) & (stats[:, cv2.CC_STAT_AREA] >= _SHORTEST) & (height <= 0.47 * width + 8)
    large[0] = False
    longest = np.flatnonzero(large)
    longest = longest[np.argsort(-width[longest], kind="stable")][:_MOST]
    rows = []
    for label in longest:
        left, top, wide, tall, _ = stats[label].tolist()
        row = _fitted(labels[top : top + tall, left : left + wide] == label, left, top)
        if row.length >= max(_SHORTEST, _SLENDER * row.height):
            rows.append(row)
    return rows


def _fitted(mask: NDArray[np.bool_], left: int, top: int) -> Row:
    """The bar with the mask's moments."""
    moment = cv2.moments(mask.view(np.uint8), binaryImage=True)
    area = moment["m00"]
    x, y = moment["m10"] / area, moment["m01"] / area
    xx, yy, xy = moment["mu20"] / area, moment["mu02"] / area, moment["mu11"] / area
    spread = math.hypot((xx - yy) / 2, xy)
    angle = math.atan2(2 * xy, xx - yy) / 2
    length = math.sqrt(12 * max((xx + yy) / 2 + spread, 0.1))
    height = math.sqrt(12 * max((xx + yy) / 2 - spread, 0.1))
    return Row(left + x, top + y, angle, length, height)


def seeds(rows: list[Row], page_px: float, *, transposed: bool) -> list[Seed]:
    """Rows as places to look at, in page px; each with the neighbours that could belong to the same zone.

    Args:
        rows: of the map, or of the transposed map.
        page_px: page px a map px.
        transposed: the rows are of the transposed map: they run down the page.
    """
    if not rows:
        return []
    x, y, angle, length = np.array([(row.x, row.y, row.angle, row.length) for row in rows]).T
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    along = (x - x[:, None]) * cos + (y - y[:, None]) * sin
    apart = np.abs((y - y[:, None]) * cos - (x - x[:, None]) * sin)
    longest, shortest = np.maximum(length, length[:, None]), np.minimum(length, length[:, None])
    begin, end = along - length / 2, along + length / 2
    own = length[:, None] / 2
    shared = np.minimum(end, own) - np.maximum(begin, -own)
    alike = shared / (np.maximum(end, own) - np.minimum(begin, -own))
    level = (np.abs(angle - angle[:, None]) < _PARALLEL) & (shared >= 0.6 * shortest)
    near = level & (apart >= np.maximum(_APART[0], _APART_SHARE[0] * longest))
    near &= apart <= np.minimum(_APART[1], _APART_SHARE[1] * longest)
    found = []
    for at, row in enumerate(rows):
        partners = np.flatnonzero(near[at])
        first, last, distance, weight = -row.length / 2, row.length / 2, 2.4 * row.height, row.length / 2
        if partners.size:
            distance = float(apart[at, partners].min())
            first, last = min(first, float(begin[at, partners].min())), max(last, float(end[at, partners].max()))
            weight = row.length * (1 + float(alike[at, partners].max()))
            # A zone has three rows at most: a page of text has many alike.
            many = np.count_nonzero(level[at] & (apart[at] < 4.6 * distance) & (alike[at] > 0.7))
            weight *= 1.0 if many <= 4 else 0.4
            off = float(np.abs(np.log(distance / row.length / _LAWFUL_SHARE)).min())
            weight *= math.exp(-((off / _STRETCH) ** 2))
        place = (row.x + 0.5) * page_px, (row.y + 0.5) * page_px
        tilt = row.angle
        if transposed:
            # The map's x runs down the page. Down is the direction of reading here: up is its half turn.
            place, tilt = place[::-1], math.pi / 2 - row.angle
        found.append(Seed(*place, tilt, first * page_px, last * page_px, distance * page_px, weight * page_px))
    return found
