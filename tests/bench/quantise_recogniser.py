"""Makes the int8 copy of the line recogniser that `pipeline/ocr/recogniser.py` asks first.

    python -m tests.bench.quantise_recogniser

The network is PP-OCRv6_rec_small of the rapidocr 3.10.0 wheel (Apache-2.0), unchanged but for the classes that
Overseal leaves out and the numbers' width: its convolutions of one pixel between at least 96 channels, five sixths of
its work, are stored in 8 bits by onnxruntime's static quantisation, calibrated on lines of Utopia pages. What comes
before them sees single strokes, and what comes after them decides: both stay as they are.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.rapidocr_page import RapidOcrPage
from pipeline.ocr.recogniser import QUICK, RECOGNISER, Recogniser, kept_only, wheel_model
from tests.bench import visual

if TYPE_CHECKING:
    from onnx import ModelProto

_LEAST_CHANNELS = 96


class _Lines:
    """Calibration input, as onnxruntime asks for it: one line a call, None at the end."""

    def __init__(self, lines: Iterator[NDArray[np.float32]]) -> None:
        self._lines = lines

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        line = next(self._lines, None)
        return None if line is None else {"x": line}


def _inputs(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Every sixth line of some pages as the recogniser takes it: 1 x 3 x height x width, -1 to 1."""
    options = Namespace(kind=None, each=2, seed=4712, phone_share=0.5)
    seen: list[NDArray[np.uint8]] = []
    asked = Recogniser.probabilities

    def keeping(recogniser: Recogniser, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        seen.append(strip)
        return asked(recogniser, strip)

    Recogniser.probabilities = keeping  # type: ignore[method-assign, assignment]
    try:
        engine = RapidOcrPage()
        for truth in visual.made(folder, options):
            for page in visual.pages(folder, truth):
                engine.read_page(page.colour)
    finally:
        Recogniser.probabilities = asked  # type: ignore[method-assign]
    for strip in seen[::6]:
        yield np.ascontiguousarray(strip.transpose(2, 0, 1), np.float32)[None] / np.float32(127.5) - np.float32(1)


def main() -> None:
    """Write `QUICK`."""
    import onnx
    import onnxruntime
    from onnx import version_converter  # type: ignore[attr-defined, unused-ignore]
    from onnxruntime import quantization

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model: Any = onnx.load(wheel_model(RECOGNISER))
        classes = kept_only(model)
        shape = onnx.helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, ["lines", "steps", len(classes)])
        model.graph.output[0].type.CopyFrom(shape)
        # Scales by channel need operator set 13; activations are fused before they are hidden between 8-bit layers.
        onnx.save(version_converter.convert_version(model, 13), folder / "full.onnx")
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(folder / "ready.onnx")
        onnxruntime.InferenceSession(folder / "full.onnx", options, providers=["CPUExecutionProvider"])
        quantization.quantize_static(
            folder / "ready.onnx",
            QUICK,
            _Lines(_inputs(folder)),
            quant_format=quantization.QuantFormat.QDQ,
            nodes_to_quantize=list(_wide(onnx.load(folder / "ready.onnx"))),
            per_channel=True,
            # 7 bits: processors without VNNI saturate when they add products of 8.
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=quantization.CalibrationMethod.MinMax,
        )


def _wide(model: ModelProto) -> Iterator[str]:
    shapes = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    for node in model.graph.node:
        shape = shapes[node.input[1]] if node.op_type == "Conv" else [0, 0]
        if shape[2:] == [1, 1] and min(shape[:2]) >= _LEAST_CHANNELS:
            yield node.name


if __name__ == "__main__":
    main()
