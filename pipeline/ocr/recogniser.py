"""The PP-OCRv6 line recogniser of the rapidocr wheel (Apache-2.0), with the characters that are of use here.

Five in six of its 18,710 classes are ideographs, and scoring them at every step is a quarter of its time. Their columns
are taken out of the last layer as the file is loaded; all other weights are used as they are. One ideograph in sixteen
stays, so that Chinese or Japanese print is not taken for Latin letters.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError, MissingDependency

#: The network's file in the wheel.
RECOGNISER = "PP-OCRv6_rec_small.onnx"
#: The network's input height, px.
HEIGHT = 48
#: Of so many ideographs the first is kept ...
_KEPT_ONE_IN = 16
#: ... and stands for all: printers' sign for a character that is not there.
IDEOGRAPH = "\u3013"
_IDEOGRAPHS = (("\u3400", "\u9fff"), ("\uac00", "\ud7a3"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
#: The last layer: weights (features x classes) and biases.
_WEIGHTS, _BIASES = b"linear_8.w_0", b"linear_8.b_0"
#: Field numbers of the ONNX format (onnx.proto, version 1): ModelProto, GraphProto, TensorProto, ValueInfoProto.
_GRAPH = 7
_INITIALIZER, _OUTPUT = 5, 12
_DIMS, _TENSOR_NAME, _RAW_DATA = 1, 8, 9
_VALUE_NAME = 1

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
        import onnxruntime
    except ImportError as error:
        raise MissingDependency("onnxruntime", "pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        model = path.read_bytes()
        characters = ("", *_dictionary(model), " ")
        kept = _kept(characters)
        session = onnxruntime.InferenceSession(with_classes(model, kept), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as in `probabilities`; a file that is no such network fails anywhere
        raise EngineError(f"{path.name} is not the recogniser that is known here") from error
    shown = (characters[index] for index in kept)
    return session, tuple(IDEOGRAPH if _is_ideograph(one) else one for one in shown)


def _dictionary(model: bytes) -> list[str]:
    """The characters that the file names in its metadata (ModelProto.metadata_props, key `character`)."""
    for number, content, _ in _fields(memoryview(model)):
        if number == 14:
            entry = {part: bytes(text) for part, text, _ in _fields(content)}
            if entry.get(1) == b"character":
                return entry[2].decode("utf-8").splitlines()
    raise ValueError("no dictionary")


def _kept(characters: tuple[str, ...]) -> NDArray[np.intp]:
    """Classes to keep: all that are no ideographs, and a sample of those."""
    ideograph = np.array([_is_ideograph(one) for one in characters])
    sampled = np.flatnonzero(ideograph)[::_KEPT_ONE_IN]
    return np.sort(np.concatenate((np.flatnonzero(~ideograph), sampled)))


def _is_ideograph(text: str) -> bool:
    return any(first <= text[:1] <= last for first, last in _IDEOGRAPHS)


def with_classes(model: bytes, kept: NDArray[np.intp]) -> bytes:
    """The network with some classes of its last layer only, in their order.

    Args:
        model: the ONNX file of the recogniser.
        kept: the classes.

    Raises:
        ValueError: if the file's last layer is not the one known here.
    """
    changed = 0
    parts: list[bytes] = []
    for number, content, whole in _fields(memoryview(model)):
        if number != _GRAPH:
            parts.append(bytes(whole))
            continue
        graph: list[bytes] = []
        for inner, value, field in _fields(content):
            name = _name(value) if inner == _INITIALIZER else b""
            if name in (_WEIGHTS, _BIASES):
                graph.append(_message(inner, _columns_of(value, kept)))
                changed += 1
            elif inner == _OUTPUT:
                # Its declared shape no longer holds; without one it is inferred.
                graph.append(_message(inner, _message(_VALUE_NAME, _first(value, _VALUE_NAME))))
            else:
                graph.append(bytes(field))
        parts.append(_message(_GRAPH, b"".join(graph)))
    if changed != 2:
        raise ValueError("another last layer")
    return b"".join(parts)


def _columns_of(tensor: memoryview, kept: NDArray[np.intp]) -> bytes:
    """A tensor of 32-bit numbers with some of its last dimension only."""
    fields = list(_fields(tensor))
    shape = [int(content) for number, content, _ in fields if number == _DIMS]
    values = np.frombuffer(_first(tensor, _RAW_DATA), "<f4").reshape(shape)[..., kept]
    others = b"".join(bytes(whole) for number, _, whole in fields if number not in (_DIMS, _RAW_DATA))
    dims = b"".join(_varint(_DIMS << 3) + _varint(size) for size in values.shape)
    return dims + others + _message(_RAW_DATA, values.tobytes())


def _name(tensor: memoryview) -> bytes:
    return _first(tensor, _TENSOR_NAME)


def _first(message: memoryview, wanted: int) -> bytes:
    return next((bytes(content) for number, content, _ in _fields(message) if number == wanted), b"")


def _fields(message: memoryview) -> Iterator[tuple[int, Any, memoryview]]:
    """Field number, content (an int or bytes) and the whole field, of a message in protocol buffers' wire format."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _read_varint(message, at)
            yield key >> 3, value, message[start:at]
            continue
        length = {1: 8, 5: 4}.get(kind)
        if kind == 2:
            length, at = _read_varint(message, at)
        if length is None or at + length > len(message):
            raise ValueError("no protocol buffer")
        yield key >> 3, message[at : at + length], message[start : at + length]
        at += length


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content
