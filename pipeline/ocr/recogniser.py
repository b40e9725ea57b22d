"""The PP-OCRv6 line recogniser of the rapidocr wheel (Apache-2.0), with the characters that are of use here.

Five in six of its 18,710 classes are ideographs, and scoring them at every step is a quarter of its time. Their columns
are taken out of the last layer as the file is loaded; all other weights are used as they are. One ideograph in sixteen
stays, so that Chinese or Japanese print is not taken for Latin letters.

A copy of it whose widest layers are in 8 bits (made by tests/bench/quantise_recogniser.py) takes half the time. By
itself it loses letters, but only where it is unsure: of 1,549 strips it read 40 otherwise, all but noise with a
character below 0.9, so what it is unsure of is read again by the full network.
"""

from __future__ import annotations

import functools
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError, MissingDependency

if TYPE_CHECKING:
    from onnx import ModelProto

#: The network's file in the wheel.
RECOGNISER = "PP-OCRv6_rec_small.onnx"
#: The copy in 8 bits, with the classes kept here.
QUICK = Path(__file__).parent / "data" / "PP-OCRv6_rec_small.int8.onnx"
#: The network's input height, px.
HEIGHT = 48
#: Of so many ideographs the first is kept ...
_KEPT_ONE_IN = 16
#: ... and stands for all: printers' sign for a character that is not there.
IDEOGRAPH = "\u3013"
_IDEOGRAPHS = (("\u3400", "\u9fff"), ("\uac00", "\ud7a3"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
#: The last layer: weights (features x classes) and biases.
_LAST = ("linear_8.w_0", "linear_8.b_0")

Scores = NDArray[np.float32]


class Recogniser:
    """The network, loaded with the first line; safe to share between threads."""

    def __init__(self, model: Path | None = None) -> None:
        self._model = model
        self._loading = threading.Lock()
        self._loaded: tuple[Any, tuple[str, ...]] | None = None

    @property
    def characters(self) -> tuple[str, ...]:
        """What each class stands for; the first is the blank, an empty string.

        Raises:
            EngineError: if the file is not the network that is known here.
            MissingDependency: if the wheel or its model is not installed.
        """
        return self._load()[1]

    def probabilities(self, strip: NDArray[np.uint8]) -> Scores:
        """Steps x classes, rows sum to 1.

        Args:
            strip: `HEIGHT` x width x 3.

        Raises:
            EngineError: if the network fails, or is not the one that is known here.
            MissingDependency: if the wheel or its model is not installed.
        """
        session, _ = self._load()
        pixels = np.ascontiguousarray(strip.transpose(2, 0, 1), np.float32)[None] / np.float32(127.5) - np.float32(1)
        try:
            scores: Scores = session.run(None, {"x": pixels})[0][0]
        except Exception as error:  # onnxruntime raises its own unexported types
            raise EngineError("the recogniser failed on a line") from error
        if scores.shape[0] == 0 or not np.isfinite(scores).all():
            raise EngineError("the recogniser returned no probabilities")
        return scores

    def _load(self) -> tuple[Any, tuple[str, ...]]:
        with self._loading:
            if self._loaded is None:
                self._loaded = _loaded(self._model or wheel_model(RECOGNISER))
            return self._loaded


@functools.cache
def shared_recogniser() -> Recogniser:
    """The wheel's network, once a process: the readers of pages and of MRZ lines use the same."""
    return Recogniser()


@functools.cache
def quick_recogniser() -> Recogniser:
    """The copy in 8 bits, once a process: for what is read again where it is unsure."""
    return Recogniser(QUICK)


def wheel_model(file: str) -> Path:
    """A network's file in the installed wheel; importing the wheel itself costs half a second and is not needed.

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


def _loaded(path: Path) -> tuple[Any, tuple[str, ...]]:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        name = error.name or "onnxruntime"
        raise MissingDependency(name, f"pip install {name}") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        model = onnx.load(path)
        characters = kept_only(model)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as in `probabilities`; a file that is no such network fails anywhere
        raise EngineError(f"{path.name} is not the recogniser that is known here") from error
    return session, tuple(IDEOGRAPH if _is_ideograph(one) else one for one in characters)


def kept_only(model: ModelProto) -> tuple[str, ...]:
    """Leave a network the classes that are of use here, unless that was done; what its classes stand for.

    Raises:
        KeyError, ValueError: if it is not the network known here.
    """
    notes = {entry.key: entry for entry in model.metadata_props}
    characters = ("", *notes["character"].value.splitlines(), " ")
    if "classes" in notes:
        return characters
    kept = _kept(characters)
    keep_classes(model, kept)
    shown = tuple(characters[index] for index in kept)
    notes["character"].value = "\n".join(shown[1:-1])
    model.metadata_props.add(key="classes", value=str(len(shown)))
    return shown


def _kept(characters: tuple[str, ...]) -> NDArray[np.intp]:
    """Classes to keep: all that are no ideographs, and a sample of those."""
    ideograph = np.array([_is_ideograph(one) for one in characters])
    sampled = np.flatnonzero(ideograph)[::_KEPT_ONE_IN]
    return np.sort(np.concatenate((np.flatnonzero(~ideograph), sampled)))


def _is_ideograph(text: str) -> bool:
    return any(first <= text[:1] <= last for first, last in _IDEOGRAPHS)


def keep_classes(model: ModelProto, kept: NDArray[np.intp]) -> None:
    """Leave the network these classes of its last layer only, in their order.

    Raises:
        ValueError: if its last layer is not the one known here.
    """
    from onnx import numpy_helper

    last = [tensor for tensor in model.graph.initializer if tensor.name in _LAST]
    if len(last) != len(_LAST):
        raise ValueError("another last layer")
    for tensor in last:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[..., kept], tensor.name))
    # The declared shape of the output no longer holds; without one it is inferred.
    model.graph.output[0].ClearField("type")
