"""Tesseract on the whole page by pytesseract, page segmentation mode 6, with the MRZ model in the folder named."""

from __future__ import annotations

import sys
from typing import Any

import cv2
import pytesseract

from tests.bench.mrz.readers.serve import serve, text_lines

cv2.setNumThreads(1)
OPTIONS = f'--psm 6 --tessdata-dir "{sys.argv[1]}" -l mrz'


def read(path: str) -> dict[str, Any]:
    """Every line of the page."""
    return text_lines(pytesseract.image_to_string(cv2.imread(path, cv2.IMREAD_GRAYSCALE), config=OPTIONS))


if __name__ == "__main__":
    serve(read)
