"""PassportEye's way of finding a machine-readable zone, for pages where ours finds none.

Its ROI pipeline (scale, black top hat, vertical Sobel, contours) is used and nothing else: its parser and its cleaner
turn letters into digits until check digits agree, which would hide what is looked for. The regions are read by
Tesseract with the MRZ model, through our own door because PassportEye sets no limit on the program's time.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Grey
from pipeline.ocr.engine import LineReading
from pipeline.ocr.tesseract_line import TesseractLines

#: Regions read at most, largest first.
_MOST_REGIONS = 2
#: px; its own scaling of a larger page takes seconds, and an MRZ that fills half of this is legible.
_MOST_WIDTH = 1200
#: A zone is at least so many times as wide as it is high; Tesseract on a whole page costs seconds and half a gigabyte.
_LEAST_ASPECT = 2.0
#: px; PassportEye enlarges regions up to the first width to about the second, and so do we.
_SMALL_WIDTH = 700
_LEAST_WIDTH = 1050


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """Lines read from one region, and where it is: left, top, right, bottom in page px."""

    readings: tuple[LineReading, ...]
    left: float
    top: float
    right: float
    bottom: float


class PassportEye:
    """Finds regions by PassportEye's pipeline and reads each as a block."""

    name = "passporteye"
    family = "tesseract"

    def __init__(self, reader: TesseractLines) -> None:
        self._reader = reader

    def read_blocks(self, grey: Grey) -> tuple[FoundBlock, ...]:
        """Regions with their raw lines; none where the pipeline finds no region.

        Raises:
            EngineError: if PassportEye fails on the picture or Tesseract on a region.
            MissingDependency: if either is not installed.
        """
        found = []
        for roi, points in self._regions(grey)[:_MOST_REGIONS]:
            if min(roi.shape) < 8 or roi.shape[1] < _LEAST_ASPECT * roi.shape[0]:
                continue
            readings = self._reader.read_block(roi, self.name)
            (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
            found.append(FoundBlock(readings, float(left), float(top), float(right), float(bottom)))
        return tuple(found)

    def _regions(self, grey: Grey) -> list[tuple[Grey, np.ndarray]]:
        """(pixels, corner points as row and column in page px) of each region, largest first."""
        try:
            from passporteye.mrz import image as parts
        except ImportError as error:
            raise MissingDependency("passporteye", "pip install passporteye==2.2.2") from error
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reduced = min(1.0, _MOST_WIDTH / grey.shape[1])
                picture = cv2.resize(grey, None, fx=reduced, fy=reduced, interpolation=cv2.INTER_AREA) / 255.0
                small, scale = parts.Scaler()(picture)
                boxes = parts.MRZBoxLocator()(parts.BooneTransform()(small))
                regions = parts.ExtractAllBoxes()(boxes, picture, scale)
        except Exception as error:  # scikit-image raises whatever numpy raises on odd pictures
            raise EngineError(f"{self.name} failed on a page") from error
        order = sorted(range(len(boxes)), key=lambda index: -boxes[index].area)
        return [(_pixels(regions[index]), np.asarray(boxes[index].points) / (scale * reduced)) for index in order]


def _pixels(region: np.ndarray) -> Grey:
    """0-255, enlarged to the width PassportEye reads small regions at."""
    grey = np.clip(region * 255.0 + 0.5, 0, 255).astype(np.uint8)
    if grey.shape[1] > _SMALL_WIDTH:
        return grey
    factor = round(_LEAST_WIDTH / grey.shape[1])
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)
