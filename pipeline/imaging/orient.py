"""Which way up a raster could be, most plausible first; what is read later decides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.faces import find_faces
from pipeline.imaging.page import Colour, Grey
from pipeline.imaging.reduce import reduced
from pipeline.intake.pages import Raster

#: Sizes of the copies looked at, px of the long side: text lines need more detail than faces.
_TEXT_SIDE = 1000
_FACE_SIDE = 320
_TILE = 128
#: Text statistics beyond this are as sure as they get: 47 of 51 real images have more.
_SURE_AXIS = 0.2
#: A face counts up to 1; text along an axis and the EXIF tag count so much. The tag only breaks ties: of the three
#: real images that have one, two are wrong.
_AXIS_WEIGHT = 0.6
_EXIF_WEIGHT = 0.1
_BELOW_WEIGHT = 0.08
#: A face found so clearly is upright (lying on its side it scores 0.8 at most): other turns need no look.
_CLEAR_FACE = 0.87
#: EXIF orientation (CIPA DC-008 4.6.4 A) -> clockwise quarter turns the content lies turned by, mirrored.
_EXIF = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a raster lies: turned clockwise by `rotation` quarter turns (0-3), and mirrored left to right or not.

    Making it upright undoes the turns, then the mirroring; the same words as in PageInfo.
    """

    rotation: int = 0
    mirrored: bool = False


def orientations(raster: Raster) -> tuple[Orientation, ...]:
    """All eight ways a raster can lie, most plausible first.

    Text lines tell upright and upside down from lying on a side, a face tells one from the other, and the EXIF tag
    decides where neither does. Pixels cannot tell mirrored faces or lines of text, so mirrored ways come last unless
    the tag says otherwise.
    """
    rotation, mirrored = _EXIF[raster.exif_orientation]
    scores = rotation_scores(raster.colour)
    scores[rotation] += _EXIF_WEIGHT
    turns = sorted(range(4), key=lambda turn: (-scores[turn], (turn - rotation) % 4))
    return tuple(Orientation(turn, flip) for flip in (mirrored, not mirrored) for turn in turns)


def rotation_scores(colour: Colour) -> list[float]:
    """Plausibility of each number of quarter turns (0-3) from the pixels alone; only their order has a meaning."""
    copy = shrink(colour, _TEXT_SIDE)
    grey = np.asarray(cv2.cvtColor(copy, cv2.COLOR_BGR2GRAY), np.uint8)
    rows, columns = text_energy(grey)
    axis = (rows.sum() - columns.sum()) / (rows.sum() + columns.sum() + 1e-6)
    sure = float(np.clip(axis / _SURE_AXIS, -1.0, 1.0)) * _AXIS_WEIGHT
    scores = [sure, -sure, sure, -sure]
    # Machine-readable zones stand at the bottom: the densest text lies there if nothing else is known.
    below = _lower_share(rows) if sure > 0 else _lower_share(columns[:, ::-1].T)
    scores[0 if sure > 0 else 1] += _BELOW_WEIGHT * below
    scores[2 if sure > 0 else 3] -= _BELOW_WEIGHT * below
    small = shrink(copy, _FACE_SIDE)
    for turn in sorted(range(4), key=lambda turn: -scores[turn]):
        faces = find_faces(np.ascontiguousarray(np.rot90(small, turn)))
        scores[turn] += faces[0].score if faces else 0.0
        if faces and faces[0].score >= _CLEAR_FACE:
            break
    return scores


def text_energy(grey: Grey) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How strongly ink alternates across lines of text, by tile: as if text ran along rows, and along columns.

    Sums of ink along the direction of reading differ much between a line and the gap beside it; across it they
    differ less, because strokes of several lines mix. Tiles make this hold for slightly turned pages.
    """
    ink = cv2.subtract(cv2.blur(grey, (25, 25)), grey).astype(np.float32)
    down, across = max(1, ink.shape[0] // _TILE), max(1, ink.shape[1] // _TILE)
    height, width = ink.shape[0] // down, ink.shape[1] // across
    tiles = ink[: down * height, : across * width].reshape(down, height, across, width)
    return tiles.mean(axis=3).var(axis=1), tiles.mean(axis=1).var(axis=2)


def _lower_share(energy: NDArray[np.float32]) -> float:
    """-1 to 1: whether the strongest band of text lies in the lower (1) or the upper part."""
    bands = energy.sum(axis=1)
    if len(bands) < 2 or bands.max() < 1.0:
        return 0.0
    return 2.0 * float(np.argmax(bands)) / (len(bands) - 1) - 1.0


def shrink(colour: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A copy whose long side is `side` px; pictures that are smaller are enlarged up to twice.

    Whole blocks of pixels are averaged first; what is left is a factor of two at most, which sampling between pixels
    does as well.
    """
    # Of four thirds: a copy rounded to it is never smaller than `side`, and beyond twice `side` it is halved.
    blocks, _ = reduced(colour, side * 4 // 3)
    scale = min(2.0, side / max(blocks.shape[:2]))
    size = max(1, round(blocks.shape[1] * scale)), max(1, round(blocks.shape[0] * scale))
    return np.asarray(cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR), np.uint8)
