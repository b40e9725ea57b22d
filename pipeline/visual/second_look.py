"""Looks again where a label stands and no value was found: detectors of text overlook a lone letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Place
from pipeline.visual.choose import Seen
from pipeline.visual.fields import NO_TEXT, FieldReading
from pipeline.visual.values import READERS

#: Fields whose whole value is one letter.
LONE = frozenset({"sex"})
#: A reading of one letter out of its context must be this sure.
LEAST_SURE = 0.8
#: How far to look, in heights of the label's line: to the right where no label ends it, and down.
_FAR_RIGHT, _FAR_BELOW = 9.0, 2.2

Look = Callable[[tuple[int, int, int, int]], TextLine | None]


def looked_again(
    readings: tuple[FieldReading, ...], seen: Seen, size: tuple[int, int], look: Look
) -> tuple[FieldReading, ...]:
    """The readings, with those of lone letters that a second look found.

    Args:
        readings: of one page.
        seen: the page cut up by its template's words.
        size: width and height of the page, px.
        look: reads one box of it.
    """
    return tuple(
        (_found(one, seen, size, look) or one) if one.layout.name in LONE and one.why_not == NO_TEXT else one
        for one in readings
    )


def _found(reading: FieldReading, seen: Seen, size: tuple[int, int], look: Look) -> FieldReading | None:
    for box in _boxes(reading, seen, size):
        line = look(box)
        if line is None or line.confidence < LEAST_SURE:
            continue
        meaning = READERS[reading.layout.name](line.text, reading.layout.words)
        if meaning.value is not None:
            return replace(reading, lines=(line,), raw=line.text, value=meaning.value, why_not="")
    return None


def _boxes(reading: FieldReading, seen: Seen, size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Where the value may stand: px, within the page, up to the next text."""
    label = reading.label
    if label is None:
        return
    height = label.bottom - label.top
    for place in reading.layout.places:
        if place is Place.RIGHT:
            left, top, bottom = label.right, label.top, label.bottom
        else:
            left, top = label.left - 0.4 * height, label.bottom - 0.25 * height
            bottom = min(_next_below(label, seen), label.top + _FAR_BELOW * height)
        right = min(_next_right(label, top, bottom, seen), left + _FAR_RIGHT * height, size[0])
        box = (max(round(left), 0), max(round(top), 0), round(right), min(round(bottom), size[1]))
        if box[2] - box[0] >= 0.5 * height and box[3] - box[1] >= 0.5 * height:
            yield box


def _next_right(label: TextLine, top: float, bottom: float, seen: Seen) -> float:
    middle = (top + bottom) / 2
    beside = [
        one.line
        for one in seen.pieces
        if one.line.left > label.right and one.line.top < bottom and one.line.bottom > middle
    ]
    return min((line.left for line in beside), default=float("inf"))


def _next_below(label: TextLine, seen: Seen) -> float:
    under = [
        one.line for one in seen.pieces if one.line.top > label.bottom and one.line.left < label.right < one.line.right
    ]
    return min((line.top for line in under), default=float("inf"))
