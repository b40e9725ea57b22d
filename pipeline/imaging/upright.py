"""A raster as an upright page."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.orient import Orientation
from pipeline.imaging.outline import Corners, find_outline, outline_size
from pipeline.imaging.page import Colour, Grey, Page
from pipeline.imaging.quality import measure_page
from pipeline.imaging.skew import skew_degrees
from pipeline.intake.pages import Raster
from pipeline.types.documents import PageInfo

#: Working size, px of the long side: a letter page at 270 dpi, on which 8-point capitals are 22 px high.
WORKING_SIDE = 3000
#: Paper kept around an outline, share of its size: an outline may be off by a pixel of the small copy.
_RIM = 0.012
#: Turning blurs a little, so slopes that no reader minds stay.
_LEAST_SKEW = 0.15
#: An outline that already lies straight is cut out only where it leaves out this much of the picture.
_WORTH_CUTTING = 0.65
_STRAIGHT_SHARE = 0.012
_LARGE_PIXELS = 1_000_000


def upright(raster: Raster, orientation: Orientation, *, cut_out: bool = True) -> Page:
    """Turn, mirror, rectify, deskew and scale a raster, and measure the result.

    Where the page or card stands out convincingly from its background, it is cut out and its perspective taken away;
    otherwise, or without `cut_out`, the whole picture is kept. Pages longer than `WORKING_SIDE` are reduced to it;
    nothing is enlarged.
    """
    colour = _as_it_reads(raster.colour, orientation)
    corners = find_outline(colour) if cut_out else None
    tilt = 0.0
    if corners is not None and _worth_it(corners, colour):
        across = corners[1] - corners[0]
        tilt = math.degrees(math.atan2(float(across[1]), float(across[0])))
        colour = _rectified(colour, corners)
    else:
        colour = _at_most(colour, WORKING_SIDE)
    slope = skew_degrees(_grey(colour))
    if abs(slope) >= _LEAST_SKEW:
        colour = _turned(colour, slope)
    grey = _grey(colour)
    info = PageInfo(
        scan_sha256=raster.scan_sha256,
        scan_page=raster.scan_page,
        width=colour.shape[1],
        height=colour.shape[0],
        quality=measure_page(grey, tilt + slope),
        rotation=orientation.rotation,
        mirrored=orientation.mirrored,
    )
    return Page(info, grey, colour)


def _as_it_reads(colour: Colour, orientation: Orientation) -> Colour:
    """The picture as it reads: quarter turns undone, then the mirroring."""
    back = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}
    if orientation.rotation in back:
        colour = _bytes(cv2.rotate(colour, back[orientation.rotation]))
    return _bytes(cv2.flip(colour, 1)) if orientation.mirrored else colour


def _worth_it(corners: Corners, colour: Colour) -> bool:
    """Whether an outline is crooked, or much smaller than the picture."""
    height, width = colour.shape[:2]
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    straight = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    crooked = float(np.abs(corners - straight).max()) / max(height, width)
    return crooked > _STRAIGHT_SHARE or bool(cv2.contourArea(corners) < _WORTH_CUTTING * height * width)


def _rectified(colour: Colour, corners: Corners) -> Colour:
    width, height = outline_size(corners)
    scale = min(1.0, WORKING_SIDE / (max(width, height) * (1 + 2 * _RIM)))
    if scale < 0.7:  # a warp samples single pixels, so strong reductions are averaged first
        side = round(max(colour.shape[:2]) * scale)
        return _rectified(_at_most(colour, side), corners * np.float32(side / max(colour.shape[:2])))
    width, height = width * scale, height * scale
    rim_x, rim_y = width * _RIM, height * _RIM
    target = np.array(
        [(rim_x, rim_y), (rim_x + width, rim_y), (rim_x + width, rim_y + height), (rim_x, rim_y + height)], np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners, target)
    size = round(width + 2 * rim_x), round(height + 2 * rim_y)
    return _bytes(cv2.warpPerspective(colour, matrix, size, flags=_sampling(size), borderMode=cv2.BORDER_REPLICATE))


def _turned(colour: Colour, slope: float) -> Colour:
    """Turned counter-clockwise by `slope` degrees; the canvas grows so that nothing is cut off."""
    height, width = colour.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), slope, 1.0)
    sine, cosine = abs(math.sin(math.radians(slope))), abs(math.cos(math.radians(slope)))
    across, down = math.ceil(width * cosine + height * sine), math.ceil(width * sine + height * cosine)
    matrix[0, 2] += (across - width) / 2
    matrix[1, 2] += (down - height) / 2
    rim = np.concatenate([colour[0], colour[-1], colour[:, 0], colour[:, -1]])
    fill = tuple(float(level) for level in np.median(rim, axis=0))
    return _bytes(cv2.warpAffine(colour, matrix, (across, down), flags=_sampling((across, down)), borderValue=fill))


def _sampling(size: tuple[int, int]) -> int:
    """Cubic where print may be small; linear costs a quarter, and 0.2 px of edge width, which large pages can spare."""
    return cv2.INTER_CUBIC if size[0] * size[1] < _LARGE_PIXELS else cv2.INTER_LINEAR


def _at_most(colour: Colour, side: int) -> Colour:
    scale = side / max(colour.shape[:2])
    if scale >= 1.0:
        return colour
    size = max(1, round(colour.shape[1] * scale)), max(1, round(colour.shape[0] * scale))
    return _bytes(cv2.resize(colour, size, interpolation=cv2.INTER_AREA))


def _grey(colour: Colour) -> Grey:
    return _bytes(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY))


def _bytes(pixels: NDArray[np.floating | np.integer]) -> Colour:
    return np.asarray(pixels, np.uint8)
