"""Makes the int8 copy of the text detector that `pipeline/ocr/rapidocr_page.py` runs.

    python -m tests.bench.quantise_detector

The network is PP-OCRv6_det_small of the rapidocr 3.10.0 wheel (Apache-2.0), unchanged but for the numbers' width:
its convolutions are stored in 8 bits by onnxruntime's static quantisation, calibrated on Utopia pages. It finds the
same text in a third of the time. Needs the package `onnx`, which Overseal itself does not.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.rapidocr_page import DETECTOR, HIGH_SIDE
from pipeline.ocr.recogniser import wheel_model
from tests.bench import visual


class _Pages:
    """Calibration input, as onnxruntime asks for it: one page a call, None at the end."""

    def __init__(self, pages: Iterator[NDArray[np.float32]]) -> None:
        self._pages = pages

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        page = next(self._pages, None)
        return None if page is None else {"x": page}


def _inputs(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Pages as the detector takes them: 1 x 3 x height x width, -1 to 1."""
    from rapidocr.ch_ppocr_det.utils import DetPreProcess

    options = Namespace(kind=None, each=2, seed=4711, phone_share=0.5)
    for truth in visual.made(folder, options):
        for page in visual.pages(folder, truth):
            prepare = DetPreProcess(HIGH_SIDE, "max", [0.5] * 3, [0.5] * 3)
            yield np.asarray(prepare(page.colour), np.float32)


def main() -> None:
    """Write `DETECTOR`."""
    import onnx  # type: ignore[import-not-found,unused-ignore]
    from onnx import version_converter  # type: ignore[import-not-found,unused-ignore]
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Scales by channel need operator set 13.
        model: Any = version_converter.convert_version(onnx.load(wheel_model("PP-OCRv6_det_small.onnx")), 13)
        onnx.save(model, folder / "full.onnx")
        quant_pre_process(folder / "full.onnx", folder / "ready.onnx", skip_symbolic_shape=True)
        quantization.quantize_static(
            folder / "ready.onnx",
            DETECTOR,
            _Pages(_inputs(folder)),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            # 7 bits: processors without VNNI saturate when they add products of 8.
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=quantization.CalibrationMethod.MinMax,
        )


if __name__ == "__main__":
    main()
