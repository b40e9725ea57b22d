"""The project's own recogniser of MRZ lines: a small CTC network over the 37 characters, trained on drawn lines only.

`data/mrz_line.onnx`; what it was trained on and what it reads is in `data/README.md`, how in `pipeline/mrz/training/`.
Nothing but pixels decides: no check digit, no list of countries, no class of a field.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Grey
from pipeline.ocr.ctc import Scores, at_common_length
from pipeline.ocr.engine import LineReading

MODEL = Path(__file__).parent / "data" / "mrz_line.onnx"
#: What the network was trained on, px: height of a crop, and of a character's cell its width.
HEIGHT = 32
PITCH = 16
#: px of a crop to one step of the network.
STRIDE = 4


class _Session(Protocol):
    """The part of onnxruntime's session that is used."""

    def run(self, outputs: None, inputs: dict[str, NDArray[np.float32]]) -> list[Scores]:
        """Every output, for inputs by name."""
        ...


class MrzLines:
    """LineEngine over the network, which is loaded with the first line; safe to share between threads."""

    name = "overseal"
    family = "overseal"
    strip_height = HEIGHT

    def __init__(self, model: Path = MODEL) -> None:
        self._model = model
        self._loading = threading.Lock()
        self._session: _Session | None = None

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        """Read the lines of one MRZ as they come, and fitted to the length that suits them together.

        Raises:
            EngineError: if the network fails on a crop or is not the one that is known here.
            MissingDependency: if onnxruntime is not installed.
        """
        return tuple(
            LineReading(free.text, free.characters, self.name, self.family, fitted.characters if fitted else ())
            for free, fitted in at_common_length(self.probabilities(crops))
        )

    def probabilities(self, crops: Sequence[Grey]) -> list[Scores]:
        """For each crop steps x (blank, then ALPHABET), rows sum to 1; crops of any size, best `HEIGHT` px high.

        Raises:
            EngineError: if the network fails on a crop or is not the one that is known here.
            MissingDependency: if onnxruntime is not installed.
        """
        strips = [_strip(crop) for crop in crops]
        found: list[Scores] = [np.zeros((0, 0), np.float32)] * len(strips)
        for width in {strip.shape[1] for strip in strips}:
            at = [index for index, strip in enumerate(strips) if strip.shape[1] == width]
            for index, scores in zip(at, self._run(np.stack([strips[index] for index in at])), strict=True):
                found[index] = scores
        return found

    def _run(self, strips: NDArray[np.float32]) -> Scores:
        session = self._loaded()
        try:
            scores = session.run(None, {"crops": strips[:, None]})[0]
        except Exception as error:  # onnxruntime raises its own unexported types
            raise EngineError(f"{self.name} failed on a line") from error
        if not np.isfinite(scores).all():
            raise EngineError(f"{self.name} returned no probabilities")
        return scores

    def _loaded(self) -> _Session:
        with self._loading:
            if self._session is None:
                self._session = _session(self._model)
            return self._session


def _strip(crop: Grey) -> NDArray[np.float32]:
    """0-1, `HEIGHT` px high, a whole number of steps wide."""
    width = max(STRIDE, round(crop.shape[1] * HEIGHT / max(crop.shape[0], 1)))
    width += -width % STRIDE
    if crop.shape != (HEIGHT, width):
        crop = np.asarray(cv2.resize(crop, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
    return crop.astype(np.float32) / np.float32(255)


def _session(model: Path) -> _Session:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDependency("onnxruntime", "pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as above; a file that is no network fails anywhere
        raise EngineError(f"{model.name} is not the recogniser that is known here") from error
    return cast(_Session, session)
