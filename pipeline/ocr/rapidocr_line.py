"""The PP-OCRv6 line recogniser over the lines of an MRZ, read with a decoder of our own.

The wheel's reader gives one score a line, where a screening needs each character's probability and what else it could
be. Nothing but MRZ characters can come out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError
from pipeline.imaging.page import Grey
from pipeline.ocr.ctc import Scores, at_common_length
from pipeline.ocr.engine import LineReading
from pipeline.ocr.recogniser import HEIGHT, Recogniser, shared_recogniser
from pipeline.types.mrz import ALPHABET

#: Width against natural: time goes with width, and at 18 px a character the network still has steps enough (at 16 px
#: it has not; natural width reads no better).
_SQUEEZE = 0.65
#: Characters of the network's dictionary that are the filler drawn otherwise.
_FILLERS = "<＜‹〈く"


class RapidOcrLines:
    """LineEngine over the recogniser; the network is loaded with the first line."""

    name = "rapidocr"
    family = "pp-ocr"

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser or shared_recogniser()
        self._columns: list[NDArray[np.intp]] = []

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        """Read the lines of one MRZ, all at the length that suits them together.

        Raises:
            EngineError: if the network fails on a crop.
            MissingDependency: if the wheel or its model is not installed.
        """
        scores = [self._scores(crop) for crop in crops]
        return tuple(
            LineReading(best.text, best.characters, self.name, self.family) for best in at_common_length(scores)
        )

    def _scores(self, crop: Grey) -> Scores:
        """Steps x (blank, then ALPHABET), rows sum to 1."""
        width = max(HEIGHT, round(crop.shape[1] * HEIGHT / crop.shape[0] * _SQUEEZE))
        resized = cv2.resize(crop, (width, HEIGHT), interpolation=cv2.INTER_AREA)
        try:
            output = self._recogniser.probabilities(np.repeat(resized[:, :, None], 3, axis=2))
            self._columns = self._columns or _columns(self._recogniser.characters)
        except EngineError as error:
            raise EngineError(f"{self.name} failed on a line") from error
        scores = np.stack([output[:, columns].sum(axis=1) for columns in self._columns], axis=1) + np.float32(1e-9)
        normalised: Scores = scores / scores.sum(axis=1, keepdims=True)
        return normalised


def _columns(characters: Sequence[str]) -> list[NDArray[np.intp]]:
    """The network's columns for the blank and for each character of ALPHABET, other drawings of it included."""
    columns: dict[str, list[int]] = {character: [] for character in ALPHABET}
    for index, entry in enumerate(characters[1:], start=1):
        plain = "<" if entry in _FILLERS else unicodedata.normalize("NFKC", entry).upper()
        if plain in columns:
            columns[plain].append(index)
    return [np.array([0]), *(np.array(columns[character]) for character in ALPHABET)]
