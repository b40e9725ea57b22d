"""Committed HEIC files: no HEVC encoder is at hand, they are all patent-encumbered or under the GPL."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


def heic(name: str) -> bytes:
    """A card (`tests.faults.hostile_files.card`, 380 x 260) with a red square, as HEIC.

    Args:
        name: `card`; `tagged`, with EXIF orientation 6; `turned`, with EXIF orientation 6 *and* the container's own
            quarter turn; `several`, where the second picture, upside down, is the primary one.
    """
    return (_FOLDER / f"{name}.heic").read_bytes()
