"""Tesseract with the MRZ model through pytesseract: one process for all lines of a zone.

The model is `data/mrz.traineddata` (BSD-3, see `data/README.md`). The eng model is never used for an MRZ: it read 6 of
107 test images where this one read 60.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Grey
from pipeline.ocr.engine import Character, LineReading

MODEL_FOLDER = Path(__file__).parent / "data"
#: px, margins included; the model's own input is 36 px high.
LINE_HEIGHT = 40
#: What to run when the program is missing.
INSTALL = "apt-get install tesseract-ocr"
#: Dictionaries of words only harm.
_OPTIONS = "--oem 1 -c hocr_char_boxes=1 -c load_system_dawg=0 -c load_freq_dawg=0"
_LINE = re.compile(r"<span class='ocr_line'.*?(?=<span class='ocr_line'|\Z)", re.DOTALL)
_PAGE = re.compile(r"<div class='ocr_page'.*?(?=<div class='ocr_page'|\Z)", re.DOTALL)
_CHARACTER = re.compile(r"<span class='ocrx_cinfo' title='[^']*x_conf ([-\d.]+)'>([^<]*)</span>")


class TesseractLines:
    """LineEngine over the tesseract program."""

    name = "tesseract"
    family = "tesseract"
    strip_height = 48

    def __init__(self, timeout_seconds: float = 20.0, program: str | None = None) -> None:
        self._timeout_seconds = timeout_seconds
        self._program = program

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        """Read the lines of one MRZ.

        Raises:
            EngineError: if the program dies, runs over its time or answers with what is no reading.
            MissingDependency: if it is not installed.
        """
        pages = self._pages([_reduced(crop) for crop in crops], psm=7)
        if len(pages) != len(crops):
            raise EngineError(f"{self.name} answered for {len(pages)} of {len(crops)} lines")
        return tuple(self._reading(page, self.name) for page in pages)

    def read_block(self, grey: Grey, engine: str) -> tuple[LineReading, ...]:
        """Read a picture of several lines, top to bottom, in the name of the engine that cut it out.

        Raises:
            EngineError: like `read_lines`.
            MissingDependency: likewise.
        """
        lines = [self._reading(line, engine) for page in self._pages((grey,), psm=6) for line in _LINE.findall(page)]
        return tuple(line for line in lines if line.text)

    def _pages(self, pictures: Sequence[Grey], psm: int) -> list[str]:
        """The program's hOCR of each picture, from one run of the program."""
        with tempfile.TemporaryDirectory(prefix="overseal-") as folder:
            names = [str(Path(folder) / f"{index}.pgm") for index in range(len(pictures))]
            for name, picture in zip(names, pictures, strict=True):
                cv2.imwrite(name, picture)
            listing = Path(folder) / "lines.txt"
            listing.write_text("\n".join(names) + "\n", encoding="utf-8")
            return _PAGE.findall(self._run(listing, psm))

    def _run(self, listing: Path, psm: int) -> str:
        """The program's hOCR for the images named in a file."""
        import pytesseract

        pytesseract.pytesseract.tesseract_cmd = find_program(self._program)
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        try:
            answer = pytesseract.image_to_pdf_or_hocr(
                str(listing),
                lang="mrz",
                extension="hocr",
                config=f'--tessdata-dir "{MODEL_FOLDER}" --psm {psm} {_OPTIONS}',
                timeout=self._timeout_seconds,
            )
            return bytes(answer).decode("utf-8")
        except (RuntimeError, OSError, UnicodeDecodeError, TypeError) as error:
            # pytesseract: TesseractError and its timeout are RuntimeErrors; a vanished output file an OSError.
            raise EngineError(f"{self.name} gave no reading: {type(error).__name__}") from error

    def _reading(self, page: str, engine: str) -> LineReading:
        characters = tuple(
            Character(unescape(text).strip(), probability(float(confidence)))
            for confidence, text in _CHARACTER.findall(page)
            if unescape(text).strip()
        )
        return LineReading("".join(c.text for c in characters), characters, engine, self.family)


def _reduced(crop: Grey) -> Grey:
    """A line at the height the model reads best and fastest."""
    if crop.shape[0] <= LINE_HEIGHT:
        return crop
    scale = LINE_HEIGHT / crop.shape[0]
    return np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def find_program(program: str | None = None) -> str:
    """Path of the tesseract program.

    Raises:
        MissingDependency: if it is not installed.
    """
    found = shutil.which(program or "tesseract")
    if found is None:
        raise MissingDependency("tesseract", INSTALL)
    return found


def probability(confidence: float) -> float:
    """Tesseract's 0-100 confidence of an LSTM character as a probability.

    It prints 100 + 5 x certainty, and its certainty is 7 x the natural logarithm of the probability.
    """
    return min(1.0, math.exp((confidence - 100.0) / 35.0))
