"""Fixed words of a layout that a page spells a little otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from pipeline.visual.labels import Piece, folded

#: An engine less sure than this has misread rather than met another spelling.
LEAST_SURE = 0.95
#: Text with less than this height, px, is not judged letter by letter.
LEAST_HEIGHT_PX = 14.0
#: Letters that take little room: engines drop them, or take one for the other.
NARROW = frozenset("iljtfr")


def misspelt(pieces: Sequence[Piece]) -> tuple[tuple[str, str], ...]:
    """Each (text the template has, text seen) that differ by more than an engine's usual slips."""
    return tuple(
        (piece.label.text, piece.line.text)
        for piece in pieces
        if piece.label
        and piece.likeness < 1.0
        and piece.line.confidence >= LEAST_SURE
        and piece.line.bottom - piece.line.top >= LEAST_HEIGHT_PX
        and differs(folded(piece.label.text), folded(piece.line.text))
    )


def differs(expected: str, seen: str) -> bool:
    """Whether any edit between two folded texts is one that no engine makes by itself.

    Slips are: a letter lost at either end, one of two equal letters lost, a narrow letter lost, gained or taken for
    another narrow one.
    """
    for edit in Levenshtein.editops(expected, seen):
        at, to = edit.src_pos, edit.dest_pos
        if edit.tag == "delete":
            double = expected[at] in (expected[at - 1 : at] + expected[at + 1 : at + 2])
            slip = at in (0, len(expected) - 1) or double or expected[at] in NARROW
        elif edit.tag == "insert":
            slip = seen[to] in NARROW
        else:
            slip = expected[at] in NARROW and seen[to] in NARROW
        if not slip:
            return True
    return False
