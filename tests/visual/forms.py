"""A small form of three labels, drawn; its preprint, and pages of it under any map."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Page
from pipeline.mrz.read import plain_page
from pipeline.ocr.engine import Quad, TextLine
from pipeline.reference.preprints import FixedText, Preprint, ValuePlace

WIDTH, HEIGHT = 900, 640
TITLE = "RESIDENCE OF ARCADIA"
LABELS = {
    TITLE: (180, 80, 1.3),
    "Surname": (60, 170, 0.7),
    "Given names": (60, 270, 0.7),
    "Date of birth": (60, 390, 0.7),
    "Category": (480, 390, 0.7),
    "Holder of": (480, 170, 0.7),
}
#: Label -> value and its baseline.
VALUES = {
    "Surname": ("OTTERBURN", (60, 205)),
    "Given names": ("MIRA", (60, 305)),
    "Date of birth": ("16 AUG 1989", (60, 425)),
    "Category": ("B2", (480, 425)),
    "Holder of": ("K8812", (480, 205)),
}
_FONT = cv2.FONT_HERSHEY_DUPLEX


def written(paper: NDArray[np.uint8], text: str, at: tuple[int, int], size: float = 0.8) -> None:
    cv2.putText(paper, text, at, _FONT, size, (40, 40, 40), 2 if size >= 0.8 else 1, cv2.LINE_AA)


def form(labels: dict[str, str] | None = None, values: dict[str, str] | None = None) -> NDArray[np.uint8]:
    """The form with other labels or values than its own; "" leaves one out."""
    paper = np.full((HEIGHT, WIDTH, 3), 244, np.uint8)
    for label, (x, y, size) in LABELS.items():
        written(paper, (labels or {}).get(label, label), (x, y), size)
    for label, (value, at) in VALUES.items():
        written(paper, (values or {}).get(label, value), at)
    return paper


def _box(text: str, at: tuple[int, int], size: float, right: int = 0) -> tuple[float, float, float, float]:
    (width, height), _ = cv2.getTextSize(text, _FONT, size, 1)
    room = height // 2
    left, top = at[0] - room, at[1] - height - room
    end = right or at[0] + width + room
    return left / WIDTH, top / HEIGHT, end / WIDTH, (at[1] + room) / HEIGHT


def preprint(*, flows: bool = False, other: tuple[int, int, int, int] | None = None) -> Preprint:
    """Of `form`; `other` is where other print may stand, px."""
    fixed = tuple(FixedText(text=text, box=_box(text, (x, y), size)) for text, (x, y, size) in LABELS.items())
    names = list(LABELS)
    values = tuple(
        ValuePlace(label=names.index(label), box=_box("X", at, 0.8, 450 if at[0] < 450 else 880), lines=2, leading=0.05)
        for label, (_, at) in VALUES.items()
    )
    blank = form(values=dict.fromkeys(LABELS, ""))
    drawing = np.dstack([blank, np.full((HEIGHT, WIDTH), 255, np.uint8)])
    if other:
        drawing[other[1] : other[3], other[0] : other[2], 3] = 0
    return Preprint("form", None, None, flows, fixed, values, cv2.imencode(".png", drawing)[1].tobytes())


def page(picture: NDArray[np.uint8], scale: float = 1.0, margin: int = 0, degrees: float = 0.0) -> Page:
    """A picture larger or smaller, with a margin round it, turned a little."""
    around = cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(250, 250, 250))
    height, width = around.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(around, matrix, (width, height), borderValue=(250, 250, 250))
    sized = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return plain_page(np.asarray(sized, np.uint8))


@dataclass
class Reading:
    """Reads the same in every box, and keeps the boxes."""

    text: str = "X"
    confidence: float = 0.99
    quads: list[Quad] = field(default_factory=list)

    def read_quad(self, colour: NDArray[np.uint8], quad: Quad) -> TextLine | None:
        self.quads.append(quad)
        left, top = quad.min(axis=0)
        right, bottom = quad.max(axis=0)
        line = TextLine(self.text, self.confidence, float(left), float(top), float(right), float(bottom))
        return line if self.text else None
