"""Typefaces to train on -> the ink of a line: every character in the middle of its cell, as typewriters set it."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import MissingDependency
from pipeline.types.mrz import ALPHABET

Ink = NDArray[np.float32]

#: px a character on the canvas; print is drawn here, then worn, then scanned.
PITCH = 20
#: Height of the canvas, in which the row of print is in the middle.
HEIGHT = 64
#: Heights of capitals in pitches that printers use: OCR-B has 0.95 at 10 characters an inch (Doc 9303-3 clause 4.7).
_LEAST_CAPITALS, _MOST_CAPITALS = 0.8, 1.12

#: File, Debian package and share of lines. OCR-B is what the standard asks for; the others are what printers without it
#: put in its place.
FACES: tuple[tuple[str, str, float], ...] = (
    ("OCRB.otf", "fonts-ocr-b", 0.70),
    ("OCRBL.otf", "fonts-ocr-b", 0.02),
    ("Courier Prime.otf", "fonts-courier-prime", 0.05),
    ("Courier Prime Bold.otf", "fonts-courier-prime", 0.03),
    ("texgyrecursor-regular.otf", "fonts-texgyre", 0.04),
    ("texgyrecursor-bold.otf", "fonts-texgyre", 0.03),
    ("LiberationMono-Regular.ttf", "fonts-liberation", 0.04),
    ("LiberationMono-Bold.ttf", "fonts-liberation", 0.02),
    ("DejaVuSansMono.ttf", "fonts-dejavu-core", 0.03),
    ("DejaVuSansMono-Bold.ttf", "fonts-dejavu-core", 0.01),
    ("NotoMono-Regular.ttf", "fonts-noto-mono", 0.02),
    ("OCRA.ttf", "fonts-ocr-a", 0.01),
)
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"))


@cache
def face_file(name: str) -> Path:
    """Where a face lies.

    Raises:
        MissingDependency: naming the package that brings it.
    """
    for folder in _FOLDERS:
        for path in sorted(folder.rglob(name)):
            return path
    package = next(package for file, package, _ in FACES if file == name)
    raise MissingDependency(f"font {name}", f"apt-get install {package}")


def draw_line(random: np.random.Generator, text: str) -> Ink:
    """One line in a face drawn by its share: `HEIGHT` x (len(text) * PITCH), 0 paper, 1 ink."""
    shares = np.array([share for _, _, share in FACES])
    name = FACES[int(random.choice(len(FACES), p=shares / shares.sum()))][0]
    glyphs = _glyphs(name, int(random.integers(-2, 3)))
    ink = np.zeros((HEIGHT, (len(text) + 2) * PITCH), np.float32)
    for index, character in enumerate(text):
        glyph = glyphs[character]
        left = PITCH + index * PITCH + (PITCH - glyph.shape[1]) // 2
        part = ink[:, left : left + glyph.shape[1]]
        np.maximum(part, glyph, out=part)
    return ink[:, PITCH:-PITCH]


@lru_cache(maxsize=256)
def _glyphs(name: str, size: int) -> dict[str, Ink]:
    """A face set at one character a pitch, larger or smaller by three in a hundred for each step of `size`."""
    path = str(face_file(name))
    probe = ImageFont.truetype(path, 200, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, bottom = probe.getbbox("H")
    advance = probe.getlength("H")
    # As wide as its own advance says, but never with capitals out of the range that printers use.
    em = 200 * PITCH / advance
    capitals = (bottom - top) * em / 200
    em *= float(np.clip(capitals, _LEAST_CAPITALS * PITCH, _MOST_CAPITALS * PITCH)) / capitals * (1 + 0.03 * size)
    font = ImageFont.truetype(path, em * 4, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, bottom = font.getbbox("H")
    middle = (top + bottom) / 2
    glyphs: dict[str, Ink] = {}
    for character in ALPHABET:
        width = 2 * PITCH
        image = Image.new("L", (width * 4, HEIGHT * 4))
        at = (width * 2 - font.getlength(character) / 2, HEIGHT * 2 - middle)
        ImageDraw.Draw(image).text(at, character, fill=255, font=font)
        small = image.resize((width, HEIGHT), Image.Resampling.BOX)
        glyphs[character] = np.asarray(small, np.float32) / np.float32(255)
    return glyphs
