"""Fixed words of a layout that a page spells a little otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.visual.labels import Piece, folded

#: An engine less sure than this has misread rather than met another spelling.
LEAST_SURE = 0.95
#: Text with less than this height, px, is not judged letter by letter.
LEAST_HEIGHT_PX = 14.0
#: Characters that print alike: a difference between them is the engine's.
_ALIKE = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "i": "l",
        "5": "s",
        "8": "b",
        "2": "z",
        "q": "g",
        "9": "g",
        "6": "b",
        "j": "l",
        "t": "l",
        "f": "l",
    }
)


def misspelt(pieces: Sequence[Piece]) -> tuple[tuple[str, str], ...]:
    """Each (text the template has, text seen) that differ in letters no engine takes for one another."""
    return tuple(
        (piece.label.text, piece.line.text)
        for piece in pieces
        if piece.label
        and piece.likeness < 1.0
        and piece.line.confidence >= LEAST_SURE
        and piece.line.bottom - piece.line.top >= LEAST_HEIGHT_PX
        and _shape(piece.label.text) != _shape(piece.line.text)
    )


def _shape(text: str) -> str:
    return folded(text).translate(_ALIKE).replace("rn", "m").replace("vv", "w").replace("cl", "d")
