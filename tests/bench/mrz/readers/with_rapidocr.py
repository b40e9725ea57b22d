"""RapidOCR on the whole page: every line of text it finds, from top to bottom."""

from __future__ import annotations

from typing import Any

import cv2
from rapidocr import RapidOCR

from tests.bench.mrz.readers.serve import onnx_on_one_thread, serve

cv2.setNumThreads(1)
engine = RapidOCR(params=onnx_on_one_thread())


def read(path: str) -> dict[str, Any]:
    """Lines by the tops of their boxes; MRZ characters have no lower case."""
    found = engine(path)
    if found.boxes is None or found.txts is None:
        return {"lines": []}
    tops = [float(box[:, 1].min()) for box in found.boxes]
    return {"lines": [text.upper() for _, text in sorted(zip(tops, found.txts, strict=True))]}


if __name__ == "__main__":
    serve(read)
