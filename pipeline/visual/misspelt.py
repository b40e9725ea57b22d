"""Fixed words of a layout that a page spells a little otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Editop, Levenshtein

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
        and differs(piece.label.text, piece.line.text)
    )


def differs(expected: str, seen: str) -> bool:
    """Whether any word is spelt otherwise than an engine's slip explains; words run together are compared as one."""
    pairs = [(folded(one), folded(other)) for one, other in zip(expected.split(), seen.split(), strict=False)]
    if len(expected.split()) != len(seen.split()):
        pairs = [(folded(expected), folded(seen))]
    return any(_respelt(one, other) for one, other in pairs)


def _respelt(expected: str, seen: str) -> bool:
    """Whether two words differ by more than one slip.

    Slips are: a letter lost at either end, one of two equal letters lost, a narrow letter lost, gained or taken for
    another narrow one.
    """
    edits = Levenshtein.editops(expected, seen)
    return len(edits) > 1 or not all(_slip(edit, expected, seen) for edit in edits)


def _slip(edit: Editop, expected: str, seen: str) -> bool:
    at, to = edit.src_pos, edit.dest_pos
    if edit.tag == "insert":
        return seen[to] in NARROW
    if edit.tag == "delete":
        double = expected[at] in (expected[at - 1 : at] + expected[at + 1 : at + 2])
        return at in (0, len(expected) - 1) or double or expected[at] in NARROW
    return expected[at] in NARROW and seen[to] in NARROW
