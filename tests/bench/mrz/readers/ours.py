"""Our reader, by its public way in: the picture as it was filed, whichever way up, to the lines as printed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from pipeline.mrz.read import make_engines, read_upright
from pipeline.settings import Reading
from tests.bench.mrz.readers.serve import serve

cv2.setNumThreads(1)
engines = make_engines(Reading())


def read(path: str) -> dict[str, Any]:
    """Lines, the stated probability that each is exact, and whether a zone was seen that is not legible."""
    colour = cv2.imread(path, cv2.IMREAD_COLOR)
    if colour is None:
        return {"error": "not decoded"}
    result, _, _ = read_upright(np.asarray(colour, np.uint8), engines)
    if result.reading is None:
        return {"lines": [], "not_legible": result.region is not None}
    reading = result.reading
    return {"lines": reading.lines, "probabilities": list(reading.line_probabilities), "not_legible": False}


if __name__ == "__main__":
    serve(read)
