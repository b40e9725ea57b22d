"""What the rest of the program asks of an OCR engine; the engines beside this file are the only doors to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Colour, Grey

#: Corners of a text box: top left, top right, bottom right, bottom left; px.
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Character:
    """One character with the engine's probability (0-1) and the runners-up, most probable first."""

    text: str
    probability: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LineReading:
    """One line as the engine returned it; `text` is the characters' text joined, never changed.

    Attributes:
        fitted: the line at a lawful length that all lines of its zone share, by the pixels; it differs from `text` in
            the lengths of runs of fillers only. Empty where it would be the same, or is not known.
    """

    text: str
    characters: tuple[Character, ...]
    engine: str
    family: str
    fitted: tuple[Character, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """A run of words found on a page, in page pixels: left, top, right, bottom."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float


class LineEngine(Protocol):
    """Reads the cropped, upright lines of one MRZ together.

    Together, because they are of equal length and because starting an engine can cost more than reading.
    `family` tells engines that share a model or training data from those that do not: only agreement between
    families is evidence. `strip_height` is the height in px at which it reads best. Raises EngineError when the engine
    dies, hangs or returns what is no text.
    """

    name: str
    family: str
    strip_height: int

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        """Read crops of one line each, dark print on light paper; one reading a crop, in order, maybe empty."""
        ...


class PageEngine(Protocol):
    """Finds and reads all text on an upright page; raises EngineError like LineEngine."""

    name: str
    family: str

    def read_page(self, colour: Colour) -> tuple[TextLine, ...]:
        """Every text line found, in no particular order."""
        ...

    def read_box(self, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
        """The one line in a box (left, top, right, bottom; px), None where nothing is read: for what was not found."""
        ...


@runtime_checkable
class PlaceEngine(Protocol):
    """A PageEngine that also reads single lines at known places; raises EngineError like LineEngine."""

    def read_quad(self, colour: Colour, quad: Quad) -> TextLine | None:
        """The line in a box with room all round, None where nothing is read."""
        ...
