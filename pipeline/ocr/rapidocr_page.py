"""Text detection and recognition of the rapidocr wheel (PP-OCRv6, Apache-2.0) over a whole page.

The library's code around the networks is used as it is, its pipeline is not: it pads every line to 320 px, works in
batches of the widest line, keeps no memory between runs and turns tall boxes, so that a lone `F` is read lying. The
detector is an int8 copy of the wheel's (made by tests/bench/quantise_detector.py): it finds the same text in a third of
the time, and finding it was most of the time.
"""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Colour
from pipeline.ocr.engine import TextLine

#: Corners of a text box: top left, top right, bottom right, bottom left; px.
Quad = NDArray[np.float32]

#: The detector in 8 bits, and the recogniser's file in the wheel.
DETECTOR = Path(__file__).parent / "data" / "PP-OCRv6_det_small.int8.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
#: Longest side, px, of the copy on which text is looked for. Measured: at 608 one lone `F` in thirty is overlooked on
#: cards; 800 finds no more on letters and costs a tenth of the page.
LONGEST_SIDE = 736
#: Rows the recogniser takes.
_LINE_HEIGHT = 48
#: Boxes come with room all round. This share of their height is cut out and read, so that the lines above and below
#: do not show, ...
_CORE = 0.8
#: ... on a strip of this many box heights, whose rims repeat the core's: text of this size reads as well as larger
#: text, and its lines are shorter.
_STRIP = 1.2
#: A box that leans by more than this share of its width is cut along its own edges.
_LEVEL = 0.01


class RapidOcrPage:
    """PageEngine; the networks are loaded with the first page and kept. It cannot be interrupted within a page."""

    name = "rapidocr"
    family = "pp-ocr"

    def __init__(self, longest_side: int = LONGEST_SIDE) -> None:
        self._side = longest_side
        self._loading = threading.Lock()
        self._networks: tuple[Any, Any] | None = None

    def read_page(self, colour: Colour) -> tuple[TextLine, ...]:
        """Every text line found, in no particular order.

        Args:
            colour: height x width x 3, blue-green-red.

        Raises:
            EngineError: if a network fails or returns what is no text.
            MissingDependency: if the wheel or one of its models is not installed.
        """
        detect, recognise = self._load()
        height, width = colour.shape[:2]
        detect.limit_side_len = self._side
        try:
            found = detect(colour)
            quads = [] if found.boxes is None else [np.asarray(box, np.float32) for box in found.boxes]
            if not quads:
                return ()
            read = recognise([_strip(colour, quad) for quad in quads])
        except Exception as error:  # the library and onnxruntime raise unexported types
            raise EngineError(f"{self.name} failed on a page") from error
        lines = zip(read.txts, read.scores, quads, strict=True)
        return tuple(_line(text, score, quad, width, height) for text, score, quad in lines if text.strip())

    def read_box(self, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
        """The one line in a box (left, top, right, bottom; px), None where nothing is read.

        Raises:
            EngineError: if a network fails.
            MissingDependency: if the wheel or one of its models is not installed.
        """
        _, recognise = self._load()
        left, top, right, bottom = box
        try:
            read = recognise([np.ascontiguousarray(colour[top:bottom, left:right])])
        except Exception as error:  # as above
            raise EngineError(f"{self.name} failed on a line") from error
        text, score = read.txts[0], float(read.scores[0])
        return TextLine(text, min(max(score, 0.0), 1.0), left, top, right, bottom) if text.strip() else None

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._networks is None:
                self._networks = _networks()
            return self._networks


def wheel_model(file: str) -> Path:
    """A network's file in the installed wheel.

    Raises:
        MissingDependency: if the wheel or the file is not there.
    """
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise MissingDependency("rapidocr", "pip install rapidocr==3.10.0")
    path = Path(spec.origin).parent / "models" / file
    if not path.is_file():
        raise MissingDependency(f"the model {file}", "pip install --force-reinstall rapidocr==3.10.0")
    return path


def _networks() -> tuple[Any, Any]:
    recogniser_file = wheel_model(RECOGNISER)
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
    from rapidocr.main import DEFAULT_CFG_PATH
    from rapidocr.utils.log import logger
    from rapidocr.utils.parse_parameters import ParseParams

    logger.setLevel("ERROR")
    settings = ParseParams.load(DEFAULT_CFG_PATH)
    for part, file in ((settings.Det, DETECTOR), (settings.Rec, recogniser_file)):
        # Named outright: the library downloads a model that it looks up by name and does not find.
        part.model_path = str(file)
        part.engine_cfg = settings.EngineConfig.onnxruntime
        part.engine_cfg.intra_op_num_threads = part.engine_cfg.inter_op_num_threads = 1
        part.engine_cfg.enable_cpu_mem_arena = True
    settings.Det.limit_type = "max"
    # One line at a time and no least width: nothing is padded.
    settings.Rec.rec_batch_num = 1
    settings.Rec.rec_img_shape = [3, _LINE_HEIGHT, 16]
    settings.Rec.font_path = None
    recogniser = TextRecognizer(settings.Rec)
    return TextDetector(settings.Det), lambda crops: recogniser(TextRecInput(img=crops))


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
        min(max(float(score), 0.0), 1.0),
        max(float(left), 0.0),
        max(float(top), 0.0),
        min(float(right), float(width)),
        min(float(bottom), float(height)),
    )
