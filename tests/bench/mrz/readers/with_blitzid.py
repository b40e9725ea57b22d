"""BlitzID's MRZ reader, its parser's repairs left out: the raw lines of the zone that it would parse.

Where no candidate passes its check digits it raises; compared is then the raw text of its first candidate, as for
every other reader.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import cv2
import rapidocr
from blitzid.exceptions import MRZError
from blitzid.reading import mrz
from blitzid.reading.ocr import RapidOCRReader

from tests.bench.mrz.readers.serve import onnx_on_one_thread, serve

cv2.setNumThreads(1)
# Its own folder of models is filled from the network at the first use; RapidOCR's wheel has the same ones.
MODELS = Path(rapidocr.__file__).parent / "models"
reader = RapidOCRReader(model_dir=MODELS, log_level=logging.ERROR)
reader.engine = rapidocr.RapidOCR(params={"Global.model_root_dir": str(MODELS), **onnx_on_one_thread()})


def read(path: str) -> dict[str, Any]:
    """Raw lines of the first candidate that its parser accepts, else of the first."""
    candidates = list(mrz._select_mrz_lines(reader.read(path)))
    accepted = (lines for lines in candidates if _parses(lines))
    return {"lines": next(accepted, candidates[0] if candidates else [])}


def _parses(lines: list[str]) -> bool:
    try:
        mrz._parse(lines)
    except MRZError:
        return False
    return True


if __name__ == "__main__":
    serve(read)
