"""Where the holder's portrait is."""

from __future__ import annotations

from pipeline.imaging.faces import find_faces
from pipeline.imaging.orient import shrink
from pipeline.imaging.page import Page
from pipeline.types.boxes import Box
from pipeline.types.documents import Zone, ZoneKind

_SIDE = 480
#: A portrait shows shoulders and some background: ISO/IEC 19794-5 gives the head half of the picture's width or more.
_BESIDE, _ABOVE, _BELOW = 0.55, 0.55, 0.6


def portrait_zone(page: Page, page_number: int) -> Zone | None:
    """The portrait as a zone around the largest clear face; None where no face is found.

    Smaller faces are ghost images or printed inside stamps and holograms.
    """
    small = shrink(page.colour, _SIDE)
    faces = [face for face in find_faces(small) if face.score >= 0.6]
    if not faces:
        return None
    face = max(faces, key=lambda face: (face.right - face.left) * (face.bottom - face.top))
    width, height = face.right - face.left, face.bottom - face.top
    box = Box.from_pixels(
        face.left - _BESIDE * width,
        face.top - _ABOVE * height,
        face.right + _BESIDE * width,
        face.bottom + _BELOW * height,
        small.shape[1],
        small.shape[0],
    )
    return Zone(ZoneKind.PORTRAIT, page_number, box)
