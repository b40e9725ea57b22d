"""fastmrz with the MRZ model in the folder that the argument names: the text of the zone, not parsed."""

from __future__ import annotations

import sys
from typing import Any

import cv2
from fastmrz import FastMRZ

from tests.bench.mrz.readers.serve import serve, text_lines

cv2.setNumThreads(1)
reader = FastMRZ(tessdata_path=sys.argv[1])


def read(path: str) -> dict[str, Any]:
    """The zone's lines."""
    return text_lines(reader.get_details(path, input_type="imagepath", ignore_parse=True))


if __name__ == "__main__":
    serve(read)
