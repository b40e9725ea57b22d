"""The outline of a page or card that lies on a background."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Colour, Grey
from pipeline.imaging.reduce import reduced

Corners = NDArray[np.float32]

_SIDE = 640
#: Share of the picture: less is a part of a document, more has no background to take away.
_LEAST_AREA, _MOST_AREA = 0.12, 0.93
#: Overlap of what stands out from the background with the four-sided shape drawn around it.
_LEAST_FIT = 0.94
#: Long side by short side, with room for perspective: letter 1.29 (ANSI Y14.1), A4 and TD2 1.41-1.42, MRV-A 1.5,
#: ID-1 1.586 (ISO/IEC 7810, ICAO Doc 9303-3 to -7).
_ASPECT = (1.18, 1.72)
#: Cosine of the most acute corner that a document keeps under the perspective of a hand-held camera.
_MOST_ACUTE = 0.35
#: Print per area outside the outline against inside: more means that the outline is drawn around a part.
_MOST_PRINT_OUTSIDE = 0.3


def find_outline(colour: Colour) -> Corners | None:
    """Corners of the one document in the picture, px, clockwise from its top left, if it is convincing; else None.

    Convincing: it stands out from a background, has four sides and a document's proportions, and nearly all print is
    inside. A wrong outline would cut print away, so in doubt there is none.
    """
    small, factor = reduced(colour, _SIDE)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    for mask in _foregrounds(small, grey):
        corners = _four_sides(mask)
        if corners is not None and _document_like(corners, mask.shape) and _holds_the_print(corners, grey):
            return corners * np.float32(factor)
    return None


def _foregrounds(small: Colour, grey: Grey) -> Iterator[Grey]:
    """Masks (255 inside) of the largest thing that differs from the picture's rim, by colour and then by edges."""
    lab = cv2.cvtColor(cv2.GaussianBlur(small, (5, 5), 0), cv2.COLOR_BGR2LAB).astype(np.float32)
    rim = np.concatenate(
        [lab[:6].reshape(-1, 3), lab[-6:].reshape(-1, 3), lab[:, :6].reshape(-1, 3), lab[:, -6:].reshape(-1, 3)]
    )
    apart = cv2.split(lab - np.median(rim, axis=0).astype(np.float32))
    distance = cv2.magnitude(cv2.magnitude(apart[0], apart[1]), apart[2])
    byte = np.minimum(distance * 2.0, 255).astype(np.uint8)
    level, mask = cv2.threshold(byte, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if level >= 12:
        yield _largest(mask)
    edges = cv2.Canny(cv2.GaussianBlur(grey, (5, 5), 0), 30, 90)
    yield _largest(cv2.dilate(edges, np.ones((3, 3), np.uint8)))


def _largest(mask: NDArray[np.floating | np.integer]) -> Grey:
    """The largest thing in a mask, filled."""
    closed = cv2.morphologyEx(np.asarray(mask, np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(closed)
    if contours:
        cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 255, cv2.FILLED)
    return np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), np.uint8)


def _four_sides(mask: Grey) -> Corners | None:
    """The four-sided shape around a mask if it fits closely; rounded corners are cut by it, so it may miss a little."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    shape = _simplified(hull)
    if shape is None:
        return None
    corners = _clockwise(_sides_fitted(hull.reshape(-1, 2).astype(np.float32), shape))
    drawn = np.zeros_like(mask)
    cv2.fillConvexPoly(drawn, np.round(corners).astype(np.int32), 255)
    union = np.count_nonzero(drawn | mask)
    return corners if union and np.count_nonzero(drawn & mask) >= _LEAST_FIT * union else None


def _simplified(hull: NDArray[np.floating | np.integer]) -> Corners | None:
    length = cv2.arcLength(hull, True)
    for share in (0.02, 0.03, 0.04, 0.06, 0.08):
        shape = cv2.approxPolyDP(hull, share * length, True)
        if len(shape) == 4:
            return shape.reshape(4, 2).astype(np.float32)
    return None


def _sides_fitted(hull: Corners, shape: Corners) -> Corners:
    """Corners where lines fitted to the middle of each side meet: exact even where corners are rounded."""
    lines = []
    dense = _dense(hull)
    for start, end in zip(shape, np.roll(shape, -1, axis=0), strict=True):
        along = end - start
        length = float(np.linalg.norm(along)) or 1.0
        unit = along / length
        place = (dense - start) @ unit / length
        off = np.abs((dense - start) @ np.array([-unit[1], unit[0]], np.float32))
        near = dense[(place > 0.12) & (place < 0.88) & (off < 0.03 * length + 2)]
        if len(near) < 2:
            return shape
        vx, vy, x, y = cv2.fitLine(near, cv2.DIST_L2, 0, 0.01, 0.01).ravel()
        lines.append((float(vy), float(-vx), float(vy * x - vx * y)))
    meets = [_meeting(lines[index - 1], lines[index]) for index in range(4)]
    return np.asarray([shape[i] if meet is None else meet for i, meet in enumerate(meets)], np.float32)


def _meeting(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float] | None:
    """Where two lines a x + b y = c meet; None for parallels."""
    determinant = one[0] * other[1] - one[1] * other[0]
    if abs(determinant) < 1e-3:
        return None
    x = (one[2] * other[1] - one[1] * other[2]) / determinant
    y = (one[0] * other[2] - one[2] * other[0]) / determinant
    return x, y


def _dense(hull: Corners) -> Corners:
    """Points every pixel or so along a hull."""
    following = np.roll(hull, -1, axis=0)
    pieces = [
        start + (end - start) * np.linspace(0, 1, max(2, int(np.linalg.norm(end - start))), endpoint=False)[:, None]
        for start, end in zip(hull, following, strict=True)
    ]
    return np.concatenate(pieces).astype(np.float32)


def _clockwise(corners: Corners) -> Corners:
    """Ordered clockwise from the corner nearest the picture's top left."""
    centre = corners.mean(axis=0)
    order = np.argsort(np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0]))
    corners = corners[order]
    return np.asarray(np.roll(corners, -int(np.argmin(corners.sum(axis=1))), axis=0), np.float32)


def outline_size(corners: Corners) -> tuple[float, float]:
    """Width and height in px of what four corners enclose: the longer of opposite sides, so that nothing shrinks."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))


def _document_like(corners: Corners, shape: tuple[int, ...]) -> bool:
    area = cv2.contourArea(corners) / (shape[0] * shape[1])
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    if not _LEAST_AREA <= area <= _MOST_AREA or sides.min() < 20:
        return False
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    cosines = np.abs((before * after).sum(axis=1)) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    width, height = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    aspect = max(width, height) / min(width, height)
    return bool(cosines.max() <= _MOST_ACUTE and _ASPECT[0] <= aspect <= _ASPECT[1])


def _holds_the_print(corners: Corners, grey: Grey) -> bool:
    ink = cv2.subtract(cv2.blur(grey, (9, 9)), grey)
    print_ = (ink > 12).astype(np.uint8)
    inside = np.zeros_like(grey)
    centre = corners.mean(axis=0)
    cv2.fillConvexPoly(inside, np.round(centre + (corners - centre) * 1.03).astype(np.int32), 1)
    within = print_[inside == 1].mean() if inside.any() else 0.0
    without = print_[inside == 0].mean() if not inside.all() else 0.0
    return bool(without <= _MOST_PRINT_OUTSIDE * within)
