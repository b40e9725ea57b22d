"""Which lines of what a reader returned are the zone: one rule for all, kind to those that return a page."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of
from pipeline.types.mrz import SHAPE

Lines = tuple[str, ...]
#: Shorter lines are taken for print around the zone: two characters may be lost of the shortest format's 30.
SHORTEST = min(length for _, length in SHAPE.values()) - 2
#: Lines shorter than this, halfway between formats of three lines and of two, are of a zone of three.
_LONGEST_OF_THREE = 33
_SHAPES = sorted(set(SHAPE.values()), reverse=True)


def zone(lines: Sequence[str], *, whole_page: bool) -> Lines:
    """The zone in a text, spaces taken out.

    The lowest lines that have the shape of a format, no other long line between them; else the last two or three long
    ones, which is what a user of a plain reader would take.

    Args:
        lines: from top to bottom.
        whole_page: the reader returns all the print there is; without any filler it is then no zone. What a reader of
            MRZs returns is its claim, whatever it looks like.
    """
    long = [line for line in ("".join(line.split()) for line in lines) if len(line) >= SHORTEST]
    for end in range(len(long), 0, -1):
        for count, length in _SHAPES:
            found = long[max(0, end - count) : end]
            if [len(line) for line in found] == [length] * count and (_filled(found) or not whole_page):
                return tuple(found)
    last = long[-3:] if long and len(long[-1]) < _LONGEST_OF_THREE else long[-2:]
    return tuple(last) if _filled(last) or not whole_page else ()


def _filled(lines: Sequence[str]) -> bool:
    return any("<" in line for line in lines)


def valid(lines: Lines) -> bool:
    """Whether the lines have the shape of a format and every check digit agrees."""
    layout = format_of(lines)
    return layout is not None and all(digit.ok for digit in check_digits(layout, lines))
