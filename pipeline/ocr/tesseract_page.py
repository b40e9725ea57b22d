"""Tesseract with its English model over a whole page (sparse text, page segmentation mode 11)."""

from __future__ import annotations

import os
from itertools import groupby
from statistics import fmean
from typing import Any

import pytesseract

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Colour
from pipeline.ocr.engine import TextLine

#: Words further apart than this many line heights stand in different columns.
_COLUMN_GAP = 1.2
#: What the program says where its English model is not installed.
_NO_LANGUAGE = ("Error opening data file", "Failed loading language")


class TesseractPage:
    """PageEngine; a process a page, ended after `timeout_seconds`."""

    name = "tesseract"
    family = "tesseract-eng"

    def __init__(self, timeout_seconds: float = 20.0) -> None:
        self._timeout = timeout_seconds

    def read_page(self, colour: Colour) -> tuple[TextLine, ...]:
        """Every text line found, in no particular order.

        Args:
            colour: height x width x 3, blue-green-red.

        Raises:
            EngineError: if Tesseract fails, exceeds the time or returns what is no table of words.
            MissingDependency: if it or its English model is not installed.
        """
        return self._read(colour, "--psm 11")

    def read_box(self, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
        """The one line in a box (left, top, right, bottom; px), None where nothing is read; raises like read_page."""
        left, top, right, bottom = box
        lines = self._read(colour[top:bottom, left:right], "--psm 7")
        if not lines:
            return None
        said = _joined(sorted(lines, key=lambda line: line.left))
        return TextLine(said.text, said.confidence, left, top, right, bottom)

    def _read(self, colour: Colour, mode: str) -> tuple[TextLine, ...]:
        # Its own threads cost seven times the CPU on a busy machine.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            words = pytesseract.image_to_data(
                colour[:, :, ::-1],
                lang="eng",
                config=mode,
                timeout=self._timeout,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise MissingDependency("tesseract", "apt-get install tesseract-ocr") from error
        except pytesseract.TesseractError as error:
            if any(words in error.message for words in _NO_LANGUAGE):
                raise MissingDependency("Tesseract language eng", "apt-get install tesseract-ocr-eng") from error
            raise EngineError(f"{self.name} failed on a page") from error
        except (RuntimeError, OSError, ValueError, IndexError) as error:
            raise EngineError(f"{self.name} failed on a page") from error
        try:
            return _lines(words)
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"{self.name} returned no table of words") from error


def _lines(words: dict[str, Any]) -> tuple[TextLine, ...]:
    columns = ("block_num", "par_num", "line_num", "text", "conf", "left", "top", "width", "height")
    rows = [
        row for row in zip(*(words[name] for name in columns), strict=True) if float(row[4]) >= 0 and row[3].strip()
    ]
    lines: list[TextLine] = []
    for _, group in groupby(rows, key=lambda row: row[:3]):
        run: list[TextLine] = []
        for _, _, _, text, confidence, left, top, width, height in group:
            word = TextLine(text, float(confidence) / 100, left, top, left + width, top + height)
            if run and word.left - run[-1].right > _COLUMN_GAP * max(
                word.bottom - word.top, run[-1].bottom - run[-1].top
            ):
                lines.append(_joined(run))
                run = []
            run.append(word)
        lines.append(_joined(run))
    return tuple(lines)


def _joined(words: list[TextLine]) -> TextLine:
    return TextLine(
        " ".join(word.text for word in words),
        fmean(word.confidence for word in words),
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )
