"""The baseline of the same run: what people get from the reader everybody installs.

PassportEye with the MRZ model reads the page; any check digit that fails, or no MRZ at all, is an alarm. It reads
no printed zone and knows no law, so it is compared on documents with an MRZ only.
"""

from __future__ import annotations

import random
import resource
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of
from pipeline.ocr.passporteye import PassportEye
from pipeline.ocr.tesseract_line import TesseractLines
from tests.bench.screening.measure import Pair, share

#: OpenCV reads these; the baseline gets no PDF and no multi-page TIFF.
_READABLE = frozenset({".jpg", ".png", ".webp", ".bmp"})


def measure(pairs: list[Pair], inputs: Path, count: int) -> dict[str, Any]:
    """Exact reads and alarms of the baseline on `count` documents that have a legible MRZ, and ours on the same."""
    rows = [one for one in pairs if one[0].mrz_format and one[0].legible and Path(one[0].file).suffix in _READABLE]
    random.Random(0).shuffle(rows)
    reader = PassportEye(TesseractLines(20.0))
    exact: list[bool] = []
    ours: list[bool] = []
    alarms: list[bool] = []
    before = _cpu_seconds()
    for truth, said in rows[:count]:
        lines = _lines(inputs / truth.file, reader)
        exact.append(lines == truth.mrz_lines)
        ours.append(any(one.mrz is not None and one.mrz.lines == truth.mrz_lines for one in said.records))
        if truth.plant is None and truth.twin_of is None:
            layout = format_of(lines)
            alarms.append(layout is None or not all(digit.ok for digit in check_digits(layout, lines)))
    return {
        "reader": "PassportEye 2.2.2 with the MRZ model, raw text; alarm: a check digit fails or nothing is read",
        "mrz_lines_exact": share(exact),
        "mrz_lines_exact_overseal": share(ours),
        "clean_with_alarm": share(alarms),
        "cpu_seconds_a_page": (_cpu_seconds() - before) / max(len(exact), 1),
    }


def _lines(path: Path, reader: PassportEye) -> tuple[str, ...]:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return ()
    blocks = reader.read_blocks(np.asarray(grey, np.uint8))
    return tuple(reading.text for reading in blocks[0].readings) if blocks else ()


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
