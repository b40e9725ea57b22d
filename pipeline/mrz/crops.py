"""Rows of print -> crops as the line network was trained on: its height, its pitch, print in the middle."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey
from pipeline.mrz.regions import MrzLine
from pipeline.ocr.mrz_line import HEIGHT, PITCH

#: Space left and right of a row, in characters.
ENDS = 1.6
#: Characters of a row of which no pitch is known.
_USUAL = 44
#: Below this scale pixels are averaged before they are sampled.
_SHRINKING = 0.6


def line_crop(pixels: Grey, line: MrzLine, height: int = HEIGHT, *, stretch: float = 1.0, lift: float = 0.0) -> Grey:
    """Cut one row out of a page, as it reads: deskewed, turned, mirrored back; the shape of characters is kept.

    Args:
        pixels: height x width, the page or one channel of it.
        line: the row.
        height: of the crop, px; a character is half as wide.
        stretch: factor on the pitch, to look again otherwise.
        lift: how much higher to cut, in characters' widths.

    Returns:
        height x (characters + 2 `ENDS`) * height / 2, border continued.
    """
    left, right = line.quad[[0, 3]].mean(axis=0), line.quad[[1, 2]].mean(axis=0)
    length = max(float(np.linalg.norm(right - left)), 1.0)
    along = (right - left) / length
    pitch = line.pitch_px or length / _USUAL
    cell = PITCH * height / HEIGHT * stretch
    scale = cell / pitch
    across = np.array([-along[1], along[0]])
    if float(np.dot(line.quad[3] - line.quad[0], across)) < 0:
        across = -across  # a mirrored row
    width = round((length / pitch + 2 * ENDS) * cell)
    origin = left - along * ENDS * pitch - across * (height / 2 / scale + lift * pitch)
    matrix = np.empty((2, 3))
    matrix[0, :2], matrix[1, :2] = along * scale, across * scale
    matrix[:, 2] = -matrix[:, :2] @ origin
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    if scale < _SHRINKING:
        corners = np.stack([origin + a * along / scale + b * across / scale for a in (0, width) for b in (0, height)])
        pixels, matrix = _shrunk(pixels, corners, matrix, scale)
    cut = cv2.warpAffine(pixels, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _shrunk(
    pixels: Grey, corners: NDArray[np.float64], matrix: NDArray[np.float64], scale: float
) -> tuple[Grey, NDArray[np.float64]]:
    """The row's surroundings averaged down first: a warp alone would skip pixels."""
    x0, y0 = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, None)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + 2
    part = pixels[y0:y1, x0:x1]
    if not part.size:
        return pixels, matrix
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    fx, fy = small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]
    return np.asarray(small, np.uint8), matrix @ np.array([[1 / fx, 0, x0], [0, 1 / fy, y0], [0, 0, 1]])
