"""Lines of text -> a page that bears them in OCR-B, as pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.page import Colour, Page
from pipeline.types.documents import PageInfo, Quality

OCR_B = "/usr/share/fonts/opentype/ocr-b/OCRB.otf"
PLAIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def drawn(lines: Sequence[str], *, width: int = 1000, height: int = 700, pitch: float = 20.0) -> Colour:
    """A white page with some print above and the lines at its foot."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    label = ImageFont.truetype(PLAIN, 18)
    for row, text in enumerate(("Republic of Utopia", "Surname / Nom", "Date of birth 12 AUG 1974", "SPECIMEN")):
        draw.text((360, 60 + 70 * row), text, font=label, fill=(40, 40, 60))
    font = ImageFont.truetype(OCR_B, 100)
    font = ImageFont.truetype(OCR_B, round(100 * pitch / font.getlength("0")))
    top = height - 30 - round(2.5 * pitch) * len(lines)
    for row, text in enumerate(lines):
        for column, character in enumerate(text):
            draw.text((50 + column * pitch, top + row * 2.5 * pitch), character, font=font, fill=(20, 20, 20))
    return np.ascontiguousarray(np.asarray(page)[:, :, ::-1])


def turned(colour: Colour, degrees: float) -> Colour:
    """The page turned by a few degrees on white."""
    height, width = colour.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(colour, matrix, (width, height), borderValue=(255, 255, 255)), np.uint8)


def tilted(lines: Sequence[str], degrees: float) -> Colour:
    """The lines in the middle of a large page, turned."""
    return turned(np.roll(drawn(lines, width=1300, height=1300), (-580, 160), axis=(0, 1)), degrees)


def page_of(colour: Colour) -> Page:
    info = PageInfo("0" * 64, 0, colour.shape[1], colour.shape[0], Quality())
    return Page(info, np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8), colour)
