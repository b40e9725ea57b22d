"""Seed -> crops of lines as the locator cuts them, with their text and where each character is.

A crop is `HEIGHT` px high; the pitch is about `CROP_PITCH`, whatever the format; the row lies about in the middle. One
in fifteen holds what is no line of an MRZ read the right way up: its text is empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mrz.training import degrade
from pipeline.mrz.training.glyphs import HEIGHT as CANVAS
from pipeline.mrz.training.glyphs import PITCH, Ink, draw_line
from pipeline.mrz.training.texts import zone
from pipeline.ocr.mrz_line import HEIGHT
from pipeline.ocr.mrz_line import PITCH as CROP_PITCH
from pipeline.types.mrz import ALPHABET

Random = np.random.Generator

#: Share of crops without text to read.
_NONE = 0.066
#: Space left and right of a line on the canvas, in characters.
_SIDES = 6
_LENGTHS = (30, 36, 44)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Crops of lines of one length.

    Attributes:
        crops: count x `HEIGHT` x width, grey.
        texts: one a crop; "" where there is nothing to read.
        centres: one array a crop, px from the left of each character's middle.
    """

    crops: NDArray[np.uint8]
    texts: tuple[str, ...]
    centres: tuple[NDArray[np.float32], ...]


def batch(random: Random, size: int) -> Batch:
    """A batch drawn at random; the same state of the generator gives the same batch."""
    length = int(random.choice(_LENGTHS))
    pitch = CROP_PITCH * float(np.clip(random.normal(1.0, 0.06), 0.84, 1.16))
    width = 4 * round((length + 3.2) * pitch / 4)
    crops = np.empty((size, HEIGHT, width), np.uint8)
    texts, centres = [], []
    waiting: list[str] = []
    for index in range(size):
        while not waiting:
            waiting = [line for line in zone(random) if len(line) == length]
        crop, text, middle = _sample(random, waiting.pop(), pitch, width)
        crops[index] = crop
        texts.append(text)
        centres.append(middle)
    return Batch(crops, tuple(texts), tuple(centres))


def _sample(random: Random, text: str, pitch: float, width: int) -> tuple[NDArray[np.uint8], str, NDArray[np.float32]]:
    if random.random() < 0.03:  # the rest of the line is off the picture or under a hand
        text = text[: int(random.integers(len(text) // 2, len(text)))]
    ink = _scene(random, text)
    none = random.random() < _NONE
    if none:
        ink = _nothing(random, ink)
    picture = degrade.on_paper(random, degrade.worn(random, ink))
    picture = degrade.lit(random, degrade.marked(random, picture))
    scale = float(np.clip(np.exp(random.normal(np.log(0.75), 0.45)), 0.25, 1.0))
    scan = degrade.scanned(random, picture, scale)
    crop, centres = _cut(random, scan, scale, len(text), pitch, width)
    if none:
        return crop, "", np.zeros(0, np.float32)
    return crop, text, centres


def _scene(random: Random, text: str) -> Ink:
    """The line with what may stand around it: rows above and below, other print at its ends."""
    ink = np.zeros((CANVAS, (len(text) + 2 * _SIDES) * PITCH), np.float32)
    line = draw_line(random, text)
    left = _SIDES * PITCH
    ink[:, left : left + line.shape[1]] = line
    for sign in (-1, 1):
        if random.random() < 0.6:
            other = draw_line(random, "".join(ALPHABET[i] for i in random.integers(len(ALPHABET), size=len(text))))
            shift = sign * int(random.uniform(1.75, 2.9) * PITCH)
            moved = np.zeros_like(line)
            if sign > 0:
                moved[shift:] = other[: CANVAS - shift]
            else:
                moved[:shift] = other[-shift:]
            ink[:, left : left + line.shape[1]] = np.maximum(ink[:, left : left + line.shape[1]], moved)
    return ink


def _nothing(random: Random, ink: Ink) -> Ink:
    """What a locator may take for a line: one upside down or mirrored, words, bars, nothing at all."""
    kind = random.random()
    if kind < 0.45:
        return np.ascontiguousarray(ink[::-1, ::-1])
    if kind < 0.6:
        return np.ascontiguousarray(ink[:, ::-1])
    if kind < 0.68:
        return np.ascontiguousarray(ink[::-1])
    blank = np.zeros_like(ink)
    if kind < 0.76:
        return blank
    if kind < 0.84:
        edges = np.sort(random.integers(0, ink.shape[1], 80))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            blank[:, start:end] = 1
        return blank
    words = " ".join(
        "".join(chr(97 + c) for c in random.integers(26, size=random.integers(2, 10)))
        for _ in range(int(random.integers(4, 14)))
    )
    font = int(random.choice((cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)))
    at = (int(random.integers(0, 200)), CANVAS // 2 + 8)
    cv2.putText(blank, words, at, font, float(random.uniform(0.6, 1.1)), 1.0, int(random.integers(1, 3)))
    return blank


def _cut(
    random: Random, scan: NDArray[np.uint8], scale: float, characters: int, pitch: float, width: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A crop whose corners are a little off: shifted, sloped, bent, narrower at one end than at the other."""
    own = pitch * float(np.clip(random.normal(1.0, 0.02), 0.94, 1.06))
    slack = width - own * characters
    left = slack / 2 + float(np.clip(random.normal(0, 0.22), -0.6, 0.6)) * slack
    stretch = float(random.normal(0, 0.02))  # of pitch, from the left end to the right
    aspect = float(np.clip(random.normal(1.0, 0.08), 0.8, 1.25))
    rise = float(random.normal(0, 0.11)) * CROP_PITCH
    slope = float(random.normal(0, 0.10)) * CROP_PITCH
    bend = float(random.normal(0, 0.06)) * CROP_PITCH if random.random() < 0.4 else 0.0
    shear = float(random.normal(0, 0.04))
    x = np.arange(width, dtype=np.float32)
    along = (x - left) / (own * characters)  # 0 at the first character's left edge, 1 at the last one's right
    bent = along + stretch * along * (1 - along)
    source_x = (_SIDES + bent * characters) * PITCH * scale
    y = np.arange(HEIGHT, dtype=np.float32)[:, None]
    offset = rise + slope * (along - 0.5) + bend * ((2 * along - 1) ** 2 - 0.5)
    source_y = (CANVAS / 2 + (y - HEIGHT / 2 - offset[None, :]) * aspect * PITCH / own) * scale
    source_x = np.broadcast_to(source_x[None, :], source_y.shape) + (y - HEIGHT / 2) * shear * scale * PITCH / own
    density = PITCH * scale / own
    how = cv2.INTER_CUBIC if density <= 1 else cv2.INTER_LINEAR
    if density > 1.2:
        scan = np.asarray(cv2.GaussianBlur(scan, (0, 0), 0.35 * density), np.uint8)
    crop = cv2.remap(
        scan, source_x.astype(np.float32), source_y.astype(np.float32), how, borderMode=cv2.BORDER_REPLICATE
    )
    inverse = np.interp((np.arange(characters) + 0.5) / characters, bent, x)
    return np.asarray(crop, np.uint8), inverse.astype(np.float32)
