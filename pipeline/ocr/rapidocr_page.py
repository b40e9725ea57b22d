"""Text detection and recognition of the rapidocr wheel (PP-OCRv6, Apache-2.0) over a whole page.

The library's code around the detector is used as it is. Lines are read by the network itself: the library pads every
line to 320 px, works in batches of the widest line and turns tall boxes, so that a lone `F` is read lying. The detector
is an int8 copy of the wheel's (made by tests/bench/quantise_detector.py): it finds the same text in a third of the
time, and finding it was most of the time.
"""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.errors import EngineError
from pipeline.imaging.page import Colour
from pipeline.ocr.engine import Quad, TextLine
from pipeline.ocr.recogniser import (
    HEIGHT,
    RECOGNISER,
    Recogniser,
    quick_recogniser,
    shared_recogniser,
    wheel_model,
)

#: The detector in 8 bits.
DETECTOR = Path(__file__).parent / "data" / "PP-OCRv6_det_small.int8.onnx"
#: Longest side, px, of the copy on which text is looked for, of pictures wider than high (cards, data pages) and of
#: others (letters, whose lines are smaller and closer). Measured on cards: at 608 one lone `F` in thirty is overlooked,
#: at 640 one label in a thousand, 736 finds no more and costs a fifth of the search; on letters one line in a hundred
#: is overlooked at 672, and 800 finds no more.
WIDE_SIDE, HIGH_SIDE = 672, 736
#: px, a strip as it is read.
_LEAST_WIDTH = 16
#: Boxes come with room all round. This share of their height is cut out and read, so that the lines above and below
#: do not show, ...
_CORE = 0.8
#: ... on a strip of this many box heights, whose rims repeat the core's: text of this size reads as well as larger
#: text, and its lines are shorter.
_STRIP = 1.2
#: Where the quick network's least sure character is less probable, the full one reads the line again.
_QUICK_SURE = 0.9
#: A box that leans by more than this share of its width is cut along its own edges.
_LEVEL = 0.01


class RapidOcrPage:
    """PageEngine; the networks are loaded with the first page and kept. It cannot be interrupted within a page."""

    name = "rapidocr"
    family = "pp-ocr"

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._networks: tuple[Any, Recogniser] | None = None

    def read_page(self, colour: Colour) -> tuple[TextLine, ...]:
        """Every text line found, in no particular order; what nothing was read of, as a line without text.

        Args:
            colour: height x width x 3, blue-green-red.

        Raises:
            EngineError: if a network fails or returns what is no text.
            MissingDependency: if the wheel or one of its models is not installed.
        """
        detect, recognise = self._load()
        height, width = colour.shape[:2]
        detect.limit_side_len = WIDE_SIDE if width > height else HIGH_SIDE
        try:
            found = detect(colour)
            quads = [] if found.boxes is None else [np.asarray(box, np.float32) for box in found.boxes]
            read = [_read(recognise, _sized(_strip(colour, quad))) for quad in quads]
        except Exception as error:  # the library and onnxruntime raise unexported types
            raise EngineError(f"{self.name} failed on a page") from error
        lines = zip(read, quads, strict=True)
        return tuple(_line(text, score, quad, width, height) for (text, score, _), quad in lines)

    def read_quad(self, colour: Colour, quad: Quad) -> TextLine | None:
        """The line in a box that is drawn as the detector draws them, None where nothing is read.

        Args:
            colour: height x width x 3, blue-green-red.
            quad: corners of the line with room all round, px.

        Raises:
            EngineError: if the network fails.
            MissingDependency: if the wheel or its model is not installed.
        """
        try:
            pixels = _sized(_strip(colour, quad))
            text, score, worst = _read(quick_recogniser(), pixels)
            if worst < _QUICK_SURE:
                text, score, _ = _read(shared_recogniser(), pixels)
        except Exception as error:  # as above
            raise EngineError(f"{self.name} failed on a line") from error
        return _line(text, score, quad, colour.shape[1], colour.shape[0]) if text.strip() else None

    def read_box(self, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
        """The one line in a box (left, top, right, bottom; px), None where nothing is read.

        Raises:
            EngineError: if the network fails.
            MissingDependency: if the wheel or its model is not installed.
        """
        left, top, right, bottom = box
        try:
            text, score, _ = _read(shared_recogniser(), _sized(colour[top:bottom, left:right]))
        except Exception as error:  # as above
            raise EngineError(f"{self.name} failed on a line") from error
        return TextLine(text, score, left, top, right, bottom) if text.strip() else None

    def _load(self) -> tuple[Any, Recogniser]:
        with self._loading:
            if self._networks is None:
                self._networks = _networks()
            return self._networks


def _networks() -> tuple[Any, Recogniser]:
    wheel_model(RECOGNISER)
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_det.utils import DetPreProcess
    from rapidocr.main import DEFAULT_CFG_PATH
    from rapidocr.utils.log import logger
    from rapidocr.utils.parse_parameters import ParseParams

    class Detector(TextDetector):  # type: ignore[misc]  # the library is untyped
        """Prepares pictures in single precision: in double it takes a twentieth of the network's own time."""

        def get_preprocess(self) -> DetPreProcess:
            preparing = super().get_preprocess()
            preparing.mean, preparing.std = (np.asarray(one, np.float32) for one in (preparing.mean, preparing.std))
            return preparing

    logger.setLevel("ERROR")
    settings = ParseParams.load(DEFAULT_CFG_PATH)
    # Named outright: the library downloads a model that it looks up by name and does not find.
    settings.Det.model_path = str(DETECTOR)
    settings.Det.engine_cfg = settings.EngineConfig.onnxruntime
    settings.Det.engine_cfg.intra_op_num_threads = settings.Det.engine_cfg.inter_op_num_threads = 1
    settings.Det.engine_cfg.enable_cpu_mem_arena = True
    settings.Det.limit_type = "max"
    return Detector(settings.Det), shared_recogniser()


def _sized(strip: Colour) -> Colour:
    """A strip at the recogniser's height."""
    width = max(_LEAST_WIDTH, math.ceil(strip.shape[1] * HEIGHT / strip.shape[0]))
    how = cv2.INTER_AREA if strip.shape[0] > HEIGHT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(strip, (width, HEIGHT), interpolation=how), np.uint8)


def _read(recogniser: Recogniser, strip: Colour) -> tuple[str, float, float]:
    """A line's text, the best class at each step; mean and least probability of its characters (0 without any).

    Blanks do not count for the least: both networks are as unsure of narrow ones.
    """
    scores = recogniser.probabilities(strip)
    best = scores.argmax(axis=1)
    starts = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    if starts.size == 0:
        return "", 0.0, 0.0
    characters = [recogniser.characters[best[start]] for start in starts]
    sure = scores[starts, best[starts]]
    printed = [float(one) for character, one in zip(characters, sure, strict=True) if character != " "]
    return "".join(characters), min(float(sure.mean()), 1.0), min(printed, default=0.0)


def _strip(colour: Colour, quad: Quad) -> Colour:
    """The core of a box on its strip, as the recogniser takes it."""
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    inward = down * ((1 - _CORE) / 2)
    core = _crop(colour, quad + np.stack([inward, inward, -inward, -inward]))
    rim = round(float(np.linalg.norm(down)) * (_STRIP - _CORE) / 2)
    return np.asarray(cv2.copyMakeBorder(core, rim, rim, 0, 0, cv2.BORDER_REPLICATE), np.uint8)


def _crop(colour: Colour, quad: Quad) -> Colour:
    """The box's pixels, upright and level, at least one pixel each way."""
    left, top = np.floor(quad.min(axis=0)).astype(int)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int)
    across = max(1.0, float(np.linalg.norm(quad[1] - quad[0])))
    down = max(1.0, float(np.linalg.norm(quad[3] - quad[0])))
    if abs(float(quad[1][1] - quad[0][1])) <= _LEVEL * across:
        level = colour[max(top, 0) : max(bottom, 1), max(left, 0) : max(right, 1)]
        if level.size:
            return level
    size = (max(1, round(across)), max(1, round(down)))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    turn = cv2.getPerspectiveTransform(quad, target)
    turned = cv2.warpPerspective(colour, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _line(text: str, score: float, quad: Quad, width: int, height: int) -> TextLine:
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    return TextLine(
        text,
        score,
        max(float(left), 0.0),
        max(float(top), 0.0),
        min(float(right), float(width)),
        min(float(bottom), float(height)),
    )
