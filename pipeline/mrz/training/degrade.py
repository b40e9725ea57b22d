"""A line's ink -> what a scanner or telephone makes of it: wear, paper, marks across, light, blur, noise, JPEG.

All pictures are 0-255 grey as float32; sizes are in px of the canvas, `PITCH` a character.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.mrz.training.glyphs import PITCH, Ink

Picture = NDArray[np.float32]
Random = np.random.Generator


def worn(random: Random, ink: Ink) -> Ink:
    """Ink that has spread or is lost: strokes thicker or thinner, specks and streaks missing, edges eaten."""
    if random.random() < 0.6:
        ink = _blurred(ink, float(random.uniform(0.5, 1.8)))
        threshold = float(random.uniform(0.22, 0.62))
        ink = np.clip((ink - threshold) * float(random.uniform(2.0, 6.0)) + 0.5, 0, 1).astype(np.float32)
    kind = random.random()
    if kind < 0.18:
        size = (max(2, ink.shape[0] // int(random.integers(1, 4))), max(2, ink.shape[1] // int(random.integers(1, 6))))
        specks = cv2.resize(random.random(size, np.float32), ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
        ink = _f32(ink * (np.asarray(specks) > random.uniform(0.05, 0.35)))
    elif kind < 0.26:
        fade = _clouds(random, ink.shape, 6)
        ink = _f32(ink * np.clip(1.15 - fade * random.uniform(0.2, 0.8), 0, 1))
    elif kind < 0.31:
        row = int(random.integers(ink.shape[0] // 3, 2 * ink.shape[0] // 3))
        ink = ink.copy()
        ink[row : row + int(random.integers(1, 3))] *= float(random.uniform(0, 0.6))
    return np.ascontiguousarray(ink, np.float32)


def on_paper(random: Random, ink: Ink) -> Picture:
    """Ink on paper: plain, tinted unevenly, with guilloche or a picture's texture behind; seldom light on dark."""
    paper = np.full(ink.shape, random.uniform(150, 255), np.float32)
    if random.random() < 0.5:
        paper += random.uniform(-40, 40) * (_clouds(random, ink.shape, 3) - 0.5)
    if random.random() < 0.55:
        paper -= random.uniform(5, 70) * _guilloche(random, ink.shape)
    if random.random() < 0.12:
        paper -= random.uniform(10, 60) * _clouds(random, ink.shape, int(random.integers(8, 60)))
    darkness = float(random.uniform(0, 90)) if random.random() < 0.8 else float(random.uniform(60, 130))
    strength = np.float32(random.uniform(0.75, 1.0))
    low = float(max(paper.min(), 60.0))
    ground = np.minimum(darkness, low - random.uniform(35, 60))
    picture = paper * (1 - strength * ink) + ground * strength * ink
    if random.random() < 0.06:
        picture = 255 - picture
    return _f32(picture)


def marked(random: Random, picture: Picture) -> Picture:
    """Marks across the line: a stamp's ring, strokes of a pen, a frame beside, print that runs upright at an end."""
    kind = random.random()
    height, width = picture.shape
    tone = float(random.uniform(0.25, 0.85))
    mask = np.zeros(picture.shape, np.uint8)
    if kind < 0.10:
        centre = (int(random.integers(0, width)), int(random.integers(-height, 2 * height)))
        axes = (int(random.integers(2, 10)) * PITCH, int(random.integers(2, 8)) * PITCH)
        cv2.ellipse(mask, centre, axes, float(random.uniform(0, 180)), 0, 360, 255, int(random.integers(1, 5)))
        if random.random() < 0.5:
            at = (centre[0] - axes[0] // 2, height // 2 + int(random.integers(-20, 20)))
            size, thick = float(random.uniform(0.4, 1.2)), int(random.integers(1, 3))
            cv2.putText(mask, str(random.integers(10**9)), at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick)
    elif kind < 0.17:
        for _ in range(int(random.integers(1, 4))):
            points = np.column_stack((random.integers(0, width, 2), random.integers(-10, height + 10, 2)))
            cv2.line(mask, points[0].tolist(), points[1].tolist(), 255, int(random.integers(1, 4)), cv2.LINE_AA)
    elif kind < 0.24:
        y = int(height / 2 + random.choice((-1, 1)) * random.uniform(0.58, 1.4) * PITCH)
        cv2.line(mask, (0, y), (width, y + int(random.integers(-3, 4))), 255, int(random.integers(1, 4)))
    elif kind < 0.30:
        x = int(random.choice((random.uniform(0, 2), width / PITCH - random.uniform(0, 2))) * PITCH)
        cv2.line(mask, (x, 0), (x, height), 255, int(random.integers(1, 9)))
    else:
        return picture
    soft = _f32(cv2.GaussianBlur(mask, (3, 3), 0)) / np.float32(255)
    scratch = random.random() < 0.25
    return _f32(picture + (255 - picture) * soft * tone if scratch else picture * (1 - soft * tone))


def lit(random: Random, picture: Picture) -> Picture:
    """Light: a shadow or gradient across, a reflection on it."""
    height, width = picture.shape
    if random.random() < 0.3:
        ramp = np.linspace(random.uniform(0.5, 1), random.uniform(0.5, 1), width, dtype=np.float32)
        picture = picture * ramp
    if random.random() < 0.1:
        edge = int(random.integers(0, width))
        shade = np.ones(width, np.float32)
        shade[edge:] = random.uniform(0.4, 0.9)
        picture = picture * _f32(cv2.blur(shade[None, :], (int(random.integers(3, 60)), 1)))
    if random.random() < 0.06:
        x = (np.arange(width, dtype=np.float32) - random.uniform(0, width)) / random.uniform(1.5, 6) / PITCH
        y = (np.arange(height, dtype=np.float32) - random.uniform(0, height)) / random.uniform(1, 4) / PITCH
        picture = _f32(picture + random.uniform(60, 200) * np.exp(-(x[None, :] ** 2) - y[:, None] ** 2))
    return _f32(np.clip(picture, 0, 255))


def scanned(random: Random, picture: Picture, scale: float) -> NDArray[np.uint8]:
    """The picture at the resolution it was taken in: `scale` px of the scan a px of the canvas, blur, noise, JPEG."""
    if scale < 1:
        picture = _f32(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    picture = _out_of_focus(random, picture, PITCH * min(scale, 1.0))
    if random.random() < 0.15:
        picture = _f32(picture + random.uniform(0.3, 1.2) * (picture - _blurred(picture, 1.2)))
    if random.random() < 0.7:
        picture = _f32(picture + random.normal(0, random.uniform(1, 12), picture.shape))
    if random.random() < 0.1:
        picture = _f32((picture - 128) * random.uniform(1.0, 2.5) + random.uniform(100, 150))  # a copier's contrast
    grey = np.clip(picture, 0, 255).astype(np.uint8)
    for _ in range(int(random.choice((0, 1, 1, 1, 2)))):
        quality = int(random.integers(25, 96))
        stored = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        grey = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)
    return grey


def _out_of_focus(random: Random, picture: Picture, pitch: float) -> Picture:
    """Blur of the lens, seldom of motion along, across or aslant; never so much that nobody could read it."""
    sharpness = random.uniform(0.25, 0.75) if random.random() < 0.75 else random.uniform(0.75, 1.6)
    picture = _blurred(picture, min(float(sharpness), 0.13 * pitch))
    if random.random() >= 0.12:
        return picture
    length = int(np.clip(random.uniform(0.1, 0.35) * pitch, 2, 9))
    kernel = np.zeros((length, length), np.float32)
    match int(random.choice(3)):
        case 0:
            kernel[length // 2, :] = 1
        case 1:
            kernel[:, length // 2] = 1
        case _:
            np.fill_diagonal(kernel, 1)
    return _f32(cv2.filter2D(picture, -1, kernel / kernel.sum()))


def _blurred(picture: Picture, sigma: float) -> Picture:
    return _f32(cv2.GaussianBlur(picture, (0, 0), sigma))


def _f32(values: ArrayLike) -> Picture:
    return np.asarray(values, np.float32)


def _clouds(random: Random, shape: tuple[int, ...], cells: int) -> Picture:
    """0-1, soft blotches, about `cells` along the line."""
    coarse = random.random((3, max(cells, 2)), np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _guilloche(random: Random, shape: tuple[int, ...]) -> Picture:
    """0-1, fine curved lines in one or two families."""
    height, width = shape
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    lines = np.zeros(shape, np.float32)
    for _ in range(int(random.integers(1, 3))):
        period = random.uniform(0.25, 1.5) * PITCH
        swing = random.uniform(0, 1.5) * PITCH * np.sin(x / random.uniform(2, 12) / PITCH + random.uniform(0, 6))
        slant = random.uniform(-1, 1)
        wave = np.cos((y + swing + slant * x) * (2 * np.pi / period))
        lines = np.maximum(lines, np.clip((wave - random.uniform(0, 0.8)) * 2, 0, 1))
    return lines.astype(np.float32)
