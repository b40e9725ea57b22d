"""Pages drawn for the tests of imaging."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.page import Page
from pipeline.intake.pages import Raster
from pipeline.types.documents import PageInfo, Quality

Pixels = NDArray[np.uint8]

WORDS = ("Surname", "KESTREL", "Given names", "ANNA MARIA", "Date of birth", "12 AUG 1974", "HARBOUR TOWN", "L898902C3")


def text_page(width: int = 1000, height: int = 700, size: int = 26, seed: int = 1, paper: int = 235) -> Pixels:
    """Lines of words on paper, height x width x 3."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), (paper, paper, paper))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    for top in range(int(height * 0.1), int(height * 0.85), 2 * size):
        words = rng.choice(WORDS, 1 + width // (7 * size))
        draw.text((int(width * 0.08), top), " ".join(words), fill=(25, 25, 35), font=font)
    return np.asarray(image)[:, :, ::-1].copy()


def slanted(pixels: Pixels, degrees: float) -> Pixels:
    """Turned clockwise about its middle, paper beyond the edges."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    border = tuple(float(level) for level in pixels[0, 0])
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=border), np.uint8
    )


def on_table(
    document: Pixels, degrees: float = 4.0, tilt: float = 0.04, margin: float = 0.2
) -> tuple[Pixels, NDArray[np.float32]]:
    """A photograph of a document on a dark table, and the corners it has there, clockwise from its top left."""
    height, width = document.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    centre = corners.mean(axis=0)
    turn = math.radians(degrees)
    matrix = np.array([(math.cos(turn), -math.sin(turn)), (math.sin(turn), math.cos(turn))])
    placed = (corners - centre) @ matrix.T + centre
    placed[0, 0] += tilt * width
    placed[1, 0] -= tilt * width
    placed = (placed + margin * np.array([width, height])).astype(np.float32)
    size = int(width * (1 + 2 * margin)), int(height * (1 + 2 * margin))
    warp = cv2.getPerspectiveTransform(corners, placed)
    table = np.random.default_rng(3).normal(70, 5, (size[1], size[0], 3)).clip(0, 255).astype(np.uint8)
    cv2.warpPerspective(document, warp, size, dst=table, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_LINEAR)
    return table, placed


def raster_of(colour: Pixels, exif: int = 1) -> Raster:
    """A raster as intake gives it."""
    return Raster("ab" * 32, 0, colour, exif)


def page_of(grey: Pixels) -> Page:
    """An upright page from grey pixels."""
    info = PageInfo("ab" * 32, 0, grey.shape[1], grey.shape[0], Quality())
    return Page(info, grey, np.repeat(grey[:, :, None], 3, axis=2))


def line_of_print(size: int, sigma: float, *, paper: int = 230, ink: int = 40) -> Pixels:
    """One line of print, drawn at four times its size, averaged down and blurred by a Gaussian of `sigma` px."""
    scale = 4
    image = Image.new("L", (900 * scale, (2 * size + 30) * scale), paper)
    font = ImageFont.truetype("DejaVuSans.ttf", size * scale)
    ImageDraw.Draw(image).text((12 * scale, 8 * scale), "HAMBURG 1290 KESTREL Lilith", fill=ink, font=font)
    small = np.asarray(image.resize((900, 2 * size + 30), Image.Resampling.BOX))
    return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma) if sigma else small, np.uint8)
