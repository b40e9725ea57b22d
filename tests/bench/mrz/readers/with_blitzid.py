"""BlitzID's MRZ reader: the lines of the zone that it parses, as it takes them to be.

Before it checks anything it turns digits into letters and letters into digits by field (0/O, 1/I, ...); that belongs
to its reading, and without it O read as 0 would spoil a third of its lines, so that its own tables are applied here.
Where no candidate passes its check digits it raises; compared is then its first candidate, as for every other reader.
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
    """Lines of the first candidate that its parser accepts, else of the first."""
    candidates = list(mrz._select_mrz_lines(reader.read(path)))
    accepted = (lines for lines in candidates if _parses(lines))
    return {"lines": _by_field(next(accepted, candidates[0] if candidates else []))}


def _parses(lines: list[str]) -> bool:
    try:
        mrz._parse(lines)
    except MRZError:
        return False
    return True


def _by_field(lines: list[str]) -> list[str]:
    """Its translation of each field (`_parse_td1`, `_parse_td2`, `_parse_td3`), put back in its place."""
    if len(lines) == 3:
        classes = ("LLLLL.........D", "DDDDDDDLDDDDDDDLLL...........D", "L" * 30)
        return [_translated(line, its) for line, its in zip(lines, classes, strict=True)]
    if len(lines) == 2:
        last = "..............DD" if len(lines[1]) == 44 else ".......D"
        return [_translated(lines[0], "L" * 44), _translated(lines[1], f".........DLLLDDDDDDDLDDDDDDD{last}")]
    return lines


def _translated(line: str, classes: str) -> str:
    fix = {"L": mrz._fix_letters, "D": mrz._fix_digits, ".": str}
    return "".join(fix[kind](letter) for letter, kind in zip(line, classes.ljust(len(line), "."), strict=False))


if __name__ == "__main__":
    serve(read)
