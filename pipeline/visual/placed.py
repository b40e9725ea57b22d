"""The text of a page whose fixed print is known: values are cut out by position, and only they are recognised.

Fixed texts that look as drawn are taken as drawn; others, and values, are read where they stand. Where a value does
not stand where it should, nothing is claimed, so that the whole page is read instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Colour, Grey
from pipeline.imaging.reduce import reduced
from pipeline.ocr.engine import PlaceEngine, Quad, TextLine
from pipeline.reference.preprints import Place, ValuePlace
from pipeline.visual.register import Found, Registered

#: All lengths are in heights of the value's box. Ink begins this near to the place's left edge; further off it is
#: other print, and between the two nobody knows.
_BEGINS, _ELSEWHERE = 0.8, 2.5
#: A gap so wide ends a line.
_GAP = 1.6
#: Room that a box has beyond its ink, left and right.
_ROOM = 0.22
#: Rows of the box that ink is looked for in, and those that tell how far it is off.
_CORE, _AROUND = 0.25, 0.15
#: Grey levels that ink is darker than paper at least, and the share of the darkest print's depth.
_LEAST_INK, _DEPTH = 36.0, 0.45
#: A line that leans by more than this share of its length is boxed with its lean.
_LEANS = 0.012
#: Reduction of the copy on which other print is looked for, the grey levels it is darker than paper, how many of its
#: px may be such print, and the share at the rim that is not looked at: a word of a stamp covers 150 and more.
_REDUCED, _DARK_PRINT, _MOST_UNEXPLAINED, _RIM = 4, 40, 60, 0.03
#: What is read with less confidence is no reading of a place.
_LEAST_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Ink:
    """Where a line's ink stands, px of the frame: ends, how far it is below its place, and how far it climbs."""

    left: float
    right: float
    down: float
    slope: float


class _Elsewhere(Exception):
    """Something stands where no value should."""


def placed_text(registered: Registered, colour: Colour, engine: PlaceEngine) -> tuple[TextLine, ...] | None:
    """Lines of the page as a PageEngine would give them; None where print is not where the preprint has it.

    Args:
        registered: from `register`.
        colour: of the same page.
        engine: reads what is not known beforehand.

    Raises:
        EngineError: if the engine fails.
    """
    if _unexplained(registered) > _MOST_UNEXPLAINED:
        return None
    lines: list[TextLine] = []
    try:
        for found in registered.found:
            line = _fixed(registered, found, colour, engine)
            if line is not None:
                lines.append(line)
        for place in registered.preprint.values:
            for quad in _value_quads(registered, place):
                line = engine.read_quad(colour, quad)
                if line is None or line.confidence < _LEAST_SURE:
                    return None
                lines.append(line)
    except _Elsewhere:
        return None
    return tuple(lines)


def dark_print(grey: Grey) -> Grey:
    """255 where there is dark print, on a copy reduced by `_REDUCED`; light print and tints are none."""
    small, _ = reduced(grey, round(max(grey.shape) / _REDUCED))
    paper = cv2.morphologyEx(cv2.blur(small, (3, 3)), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, dark = cv2.threshold(cv2.subtract(paper, small), _DARK_PRINT, 255, cv2.THRESH_BINARY)
    return np.asarray(dark, np.uint8)


def _unexplained(registered: Registered) -> int:
    """How much print, px of the reduced copy, stands where the form has neither text nor room for anything."""
    dark = dark_print(registered.frame)
    height, width = dark.shape
    dark[cv2.resize(registered.other_print, (width, height), interpolation=cv2.INTER_NEAREST) > 0] = 0
    scale = height / registered.frame.shape[0]
    known = _fixed_boxes(registered)
    for place in registered.preprint.values:
        left, top, right, bottom = _pixels(place.box, registered.frame)
        further = place.lines * place.leading * registered.frame.shape[0]
        known.append((left, top, right, bottom + max(further, bottom - top)))
    zone = registered.preprint.mrz_box
    if zone is not None:
        known.append(_pixels((0.0, zone[1], 1.0, 1.0), registered.frame))
    for left, top, right, bottom in known:
        spare = 4
        rows = slice(max(round(top * scale) - spare, 0), round(bottom * scale) + spare)
        dark[rows, max(round(left * scale) - spare, 0) : round(right * scale) + spare] = 0
    rim = max(round(_RIM * min(height, width)), 1)
    return int(np.count_nonzero(dark[rim:-rim, rim:-rim]))


def _fixed(registered: Registered, found: Found, colour: Colour, engine: PlaceEngine) -> TextLine | None:
    box = _moved(_pixels(found.text.box, registered.frame), found.moved)
    quad = _on_page(registered, box)
    if found.sure:
        left, top = quad.min(axis=0)
        right, bottom = quad.max(axis=0)
        return TextLine(found.text.text, found.likeness, float(left), float(top), float(right), float(bottom))
    left, top, right, bottom = (round(edge) for edge in box)
    if not _inky(registered.frame[max(top, 0) : bottom, max(left, 0) : right]).any():
        return None
    return engine.read_quad(colour, quad)


def _value_quads(registered: Registered, place: ValuePlace) -> Iterator[Quad]:
    """Boxes of a value's lines on the page, as many as there is ink for."""
    frame = registered.frame
    moved = _shift(registered, place)
    left, top, right, bottom = _moved(_pixels(place.box, frame), moved)
    height = bottom - top
    for number in range(place.lines):
        down = number * place.leading * frame.shape[0]
        line = (left, top + down, right, bottom + down)
        if number and any(_covers(line, other, height) for other in _fixed_boxes(registered)):
            return
        ink = _ink(frame, line, first=number == 0)
        if ink is None:
            return
        room = _ROOM * height
        box = (ink.left - room, line[1] + ink.down, ink.right + room, line[3] + ink.down)
        yield _on_page(registered, box, ink.slope)


def _shift(registered: Registered, place: ValuePlace) -> tuple[float, float]:
    """How far a value is from its place: as far as its label, or the nearest fixed text above that is sure."""
    label = registered.found[place.label]
    if label.sure:
        return label.moved
    near = [found for found in registered.found if found.sure and found.text.box[1] <= label.text.box[3]]
    if not near:
        raise _Elsewhere
    return min(near, key=lambda found: abs(found.text.box[1] - label.text.box[1])).moved


def _fixed_boxes(registered: Registered) -> list[Place]:
    return [_moved(_pixels(found.text.box, registered.frame), found.moved) for found in registered.found]


def _covers(line: Place, other: Place, height: float) -> bool:
    """Whether a fixed text stands where a further line would begin."""
    beside = other[0] < line[0] + 2 * height and other[2] > line[0]
    return beside and min(line[3], other[3]) - max(line[1], other[1]) > 0.3 * (other[3] - other[1])


def _ink(frame: Grey, line: Place, *, first: bool) -> _Ink | None:
    """Where the ink of a line stands; None where there is none.

    Raises:
        _Elsewhere: where ink begins neither at the place nor well away from it.
    """
    height = line[3] - line[1]
    left, right = max(round(line[0] - height), 0), min(round(line[2]), frame.shape[1])
    top, bottom = max(round(line[1] - _AROUND * height), 0), round(line[3] + _AROUND * height)
    dark = _inky(frame[top:bottom, left:right])
    core = slice(round((_AROUND + _CORE) * height), round((_AROUND + 1 - _CORE) * height))
    columns = np.flatnonzero(dark[core].sum(axis=0) >= 2)
    if columns.size == 0:
        return None
    gaps = np.flatnonzero(np.diff(columns) > _GAP * height)
    runs = np.split(columns, gaps + 1)
    begins = line[0] - left
    run = next((one for one in runs if one[-1] >= begins and one[-1] - one[0] >= 2), None)
    if run is None or run[0] > begins + _ELSEWHERE * height:
        return None
    if abs(run[0] - begins) > _BEGINS * height:
        if first:
            raise _Elsewhere
        return None
    inside = dark[:, run[0] : run[-1] + 1]
    down, slope = _off(inside, height)
    return _Ink(float(left + run[0]), float(left + run[-1] + 1), down, slope)


def _off(dark: NDArray[np.bool_], height: float) -> tuple[float, float]:
    """How far below the middle of its place a line's ink is, and how far its right end is below its left end, px."""
    core = dark[round(_AROUND * height) // 2 : dark.shape[0] - round(_AROUND * height) // 2]
    rows, columns = np.nonzero(core)
    if rows.size < 8 or core.shape[1] < 3 * height:
        return 0.0, 0.0
    third = core.shape[1] / 3
    start, end = rows[columns < third], rows[columns > 2 * third]
    if min(start.size, end.size) < 8:
        return 0.0, 0.0
    climbs = (_foot(end) - _foot(start)) * 1.5
    return 0.0, climbs if abs(climbs) > _LEANS * core.shape[1] else 0.0


def _foot(rows: NDArray[np.intp]) -> float:
    return float(np.percentile(rows, 90))


def _inky(part: Grey) -> NDArray[np.bool_]:
    """Pixels much darker than the paper around them."""
    if part.size == 0:
        return np.zeros(part.shape, bool)
    counts = np.cumsum(cv2.calcHist([part], [0], None, [256], [0, 256])[:, 0])
    paper, darkest = (float(np.searchsorted(counts, share * counts[-1])) for share in (0.8, 0.01))
    return np.asarray(part < paper - max(_LEAST_INK, _DEPTH * (paper - darkest)))


def _pixels(box: Place, frame: Grey) -> Place:
    height, width = frame.shape
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def _moved(box: Place, by: tuple[float, float]) -> Place:
    return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]


def _on_page(registered: Registered, box: Place, slope: float = 0.0) -> Quad:
    """Corners on the page of a box of the frame whose right end is lower by `slope` px."""
    left, top, right, bottom = box
    up, low = -slope / 2, slope / 2
    corners: Sequence[tuple[float, float]] = (
        (left, top + up),
        (right, top + low),
        (right, bottom + low),
        (left, bottom + up),
    )
    points = np.asarray(corners, np.float64)[None]
    return np.asarray(cv2.perspectiveTransform(points, registered.to_page)[0], np.float32)
