"""OCR output of Utopia documents, recorded once, and lines written by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.imaging.page import Page
from pipeline.ocr.engine import TextLine
from pipeline.types.documents import PageInfo, Quality
from pipeline.types.mrz import MrzFormat
from pipeline.visual.choose import MrzHint

DATA = Path(__file__).parent / "data"
NAMES = sorted(file.stem for file in DATA.glob("*.json"))


@dataclass(frozen=True)
class Recorded:
    """One document: lines of its pages, and what is printed on it."""

    kind: str
    template: str
    hint: MrzHint | None
    fields: dict[str, str]
    pages: tuple[Page, ...]
    lines: tuple[tuple[TextLine, ...], ...]


def recorded(name: str) -> Recorded:
    said = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    hint = MrzHint(MrzFormat(said["mrz_format"]), said["code"], "UTO") if said["mrz_format"] else None
    return Recorded(
        said["kind"],
        said["template"],
        hint,
        said["fields"],
        tuple(blank(one["width"], one["height"]) for one in said["pages"]),
        tuple(tuple(TextLine(*line) for line in one["lines"]) for one in said["pages"]),
    )


def blank(width: int, height: int) -> Page:
    """A page of that size; one pixel stands for all."""
    pixel = np.zeros((1, 1), np.uint8)
    return Page(PageInfo("0" * 64, 0, width, height, Quality()), pixel, pixel)


def line(text: str, left: float, top: float, *, height: float = 20, width: float | None = None) -> TextLine:
    return TextLine(text, 0.99, left, top, left + (width or 12 * len(text)), top + height)
