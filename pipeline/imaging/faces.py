"""Faces, by the YuNet detector; a place on the page, never an identity."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.imaging.page import Colour

#: Printed portraits score 0.9 upright and up to 0.8 lying on their side.
_LEAST_SCORE = 0.5
_LOCAL = threading.local()


@dataclass(frozen=True, slots=True)
class Face:
    """Edges of the face in px of the picture it was found in, from eyebrows to chin; score 0-1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


def find_faces(colour: Colour) -> tuple[Face, ...]:
    """Upright faces in a picture of at most a few hundred px a side (8 ms at 320 px), best first."""
    if min(colour.shape[:2]) < 32:
        return ()
    detector = _detector()
    detector.setInputSize((colour.shape[1], colour.shape[0]))
    _, found = detector.detect(np.ascontiguousarray(colour))
    rows = [] if found is None else found
    faces = [
        Face(float(x), float(y), float(x + w), float(y + h), float(row[-1])) for row in rows for x, y, w, h in [row[:4]]
    ]
    return tuple(sorted(faces, key=lambda face: -face.score))


def _detector() -> cv2.FaceDetectorYN:
    # A detector keeps its input size, so threads must not share one.
    detector: cv2.FaceDetectorYN | None = getattr(_LOCAL, "detector", None)
    if detector is None:
        detector = cv2.FaceDetectorYN.create(str(model_path()), "", (320, 320), _LEAST_SCORE)
        _LOCAL.detector = detector
    return detector


@functools.cache
def model_path() -> Path:
    """Where the model lies."""
    return Path(__file__).parent / "data" / "face_detection_yunet_2023mar_int8bq.onnx"
