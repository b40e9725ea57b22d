"""The text of a page whose fixed print is known: values are cut out by position, and only they are recognised.

Fixed texts that look as drawn are taken as drawn; others, and values, are read where they stand. Where a value does
not stand where it should, or print stands anywhere that is neither fixed text nor what was read, nothing is claimed, so
that the whole page is read instead: that costs time, and print that nobody looked at costs trust.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Colour, Grey
from pipeline.imaging.reduce import reduced
from pipeline.ocr.engine import PlaceEngine, Quad, TextLine
from pipeline.reference.preprints import Place, Preprint, ValuePlace
from pipeline.reference.templates import Template
from pipeline.visual.labels import folded, vocabulary
from pipeline.visual.register import Found, Registered

#: All lengths are in heights of the value's box. Ink begins this near to the place's left edge, or it is not there.
_BEGINS = 0.8
#: A gap so wide ends a line.
_GAP = 1.6
#: Room that a box has beyond its ink, left and right.
_ROOM = 0.22
#: Rows of the box, above and below, that ink is not looked for in.
_CORE = 0.25
#: Grey levels that ink is darker than paper at least, and the share of the darkest print's depth.
_LEAST_INK, _DEPTH = 36.0, 0.45
#: The same for a place that seems empty: print so pale is not read by position, but it is print, if it is as wide as
#: this share of the box's height.
_PALEST_INK, _PALEST_WIDE = 30.0, 0.5
#: A line that leans by more than this share of its length is boxed with its lean.
_LEANS = 0.012
#: Reduction of the copy on which other print is looked for, and the grey levels it is darker than paper.
_REDUCED, _DARK_PRINT = 4, 40
#: px of that copy that may be such print, though nobody knows it: one letter of a value covers 16.
_MOST_UNEXPLAINED = 24
#: Pale print, such as the overprint VOID: levels it is darker than paper, and its px. Forms' own tints and patterns
#: reach 20 levels.
_PALE_PRINT, _MOST_PALE = 24, 60
#: A form's rules are as pale, and no text: level or upright, so long at least and thinner than this, px of that copy,
#: at a level at which noise does not break them.
_RULE, _THICK, _RULE_LEVEL = 30, 4, 16
#: px of that copy round what was read, and the share at the rim that is not looked at: edges of paper show there.
_SPARE, _RIM = 2, 0.012
#: Room round the form, and round the MRZ's box in its heights.
_BESIDE, _ROUND_MRZ = 0.02, 0.15
#: What is read with less confidence is no reading of a place.
_LEAST_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Line:
    """A value's line as it is cut out: px of the frame, its right end lower than its left one by `slope`."""

    box: Place
    slope: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Ink of one line without a wide gap: its ends, px of the frame, and how far its right end is below its left."""

    left: float
    right: float
    slope: float


class _Elsewhere(Exception):
    """Something stands where no value should, or a value does not stand where it should."""


def placed_text(
    registered: Registered, colour: Colour, engine: PlaceEngine, expected: Collection[int] = ()
) -> tuple[TextLine, ...] | None:
    """Lines of the page as a PageEngine would give them; None where print is not where the preprint has it.

    Fixed texts that are sure are given as the preprint spells them: no engine read them, and their confidence is their
    likeness to the drawing (0.8 to 1). All other lines were read by `engine`, with its confidence.

    Args:
        registered: from `register`.
        colour: of the same page.
        engine: reads what is not known beforehand.
        expected: labels, 0-based among the preprint's fixed texts, whose value every copy has: where there is none,
            nothing is claimed.

    Raises:
        EngineError: if the engine fails.
    """
    try:
        values = [
            line
            for place in registered.preprint.values
            for line in _value_lines(registered, place, expected=place.label in expected)
        ]
    except _Elsewhere:
        return None
    if has_other_print(registered, [line.box for line in values]):
        return None
    lines: list[TextLine] = []
    for found in registered.found:
        fixed = _fixed(registered, found, colour, engine)
        if fixed is not None:
            lines.append(fixed)
    for value in values:
        read = engine.read_quad(colour, _on_page(registered, value.box, value.slope))
        if read is None or read.confidence < _LEAST_SURE:
            return None
        lines.append(read)
    return tuple(lines)


@lru_cache(maxsize=64)
def expected_values(preprint: Preprint, templates: tuple[Template, ...]) -> frozenset[int]:
    """Labels, 0-based among the fixed texts, of values that the preprint's template has as mandatory.

    Args:
        preprint: of any edition.
        templates: the one that knows most of its labels is its own.
    """
    if not templates:
        return frozenset()
    own = max(templates, key=lambda one: sum(label is not None for label in _labels(preprint, one).values()))
    mandatory = {field.name for field in own.fields if field.mandatory}
    return frozenset(number for number, field in _labels(preprint, own).items() if field in mandatory)


def _labels(preprint: Preprint, template: Template) -> dict[int, str | None]:
    """Label, 0-based among the fixed texts -> the template's field that it names."""
    words = vocabulary(template)
    found = ((place.label, words.get(folded(preprint.fixed[place.label].text))) for place in preprint.values)
    return {number: label.field if label is not None else None for number, label in found}


def dark_print(grey: Grey) -> Grey:
    """255 where there is dark print, on a copy reduced by `_REDUCED`; light print and tints are none."""
    _, dark = cv2.threshold(_depth(grey, _REDUCED), _DARK_PRINT, 255, cv2.THRESH_BINARY)
    return np.asarray(dark, np.uint8)


def has_print_beside(registered: Registered, page: Grey) -> bool:
    """Whether print stands on the page outside the form: another document, or a note on the copy."""
    height, width = registered.frame.shape
    room = _BESIDE * max(height, width)
    corners = _on_page(registered, (-room, -room, width + room, height + room))
    scale = float(np.linalg.norm(corners[1] - corners[0])) / (width + 2 * room)
    factor = max(round(_REDUCED * scale), 1)
    depth = _depth(page, factor)
    cv2.fillConvexPoly(depth, np.round(corners / factor).astype(np.int32), 0)
    return _is_print(_without_rim(depth))


def has_other_print(registered: Registered, read: Sequence[Place]) -> bool:
    """Whether print stands where the form has neither text nor room for anything, and nothing was read.

    Args:
        registered: from `register`.
        read: boxes of what was read, px of the frame.
    """
    return _is_print(_without_rim(_unknown(registered, read)))


def has_print_at_foot(registered: Registered) -> bool:
    """Whether such print stands below the MRZ's upper edge, where a page that carries one bears nothing else."""
    if registered.mrz is None:
        return False
    depth = _unknown(registered, ())
    depth[: max(round(_mrz_box(registered, registered.mrz)[1] / _REDUCED), 0)] = 0
    return _is_print(_without_rim(depth))


def _unknown(registered: Registered, read: Sequence[Place]) -> Grey:
    """How dark each px of the reduced frame is, 0 where the form has text or room, and where something was read."""
    depth = _depth(registered.frame, _REDUCED)
    height, width = depth.shape
    depth[cv2.resize(registered.other_print, (width, height), interpolation=cv2.INTER_NEAREST) > 0] = 0
    known = [*_fixed_boxes(registered), *read]
    if registered.mrz is not None:
        known.append(_mrz_box(registered, registered.mrz))
    for left, top, right, bottom in known:
        rows = slice(max(round(top / _REDUCED) - _SPARE, 0), max(round(bottom / _REDUCED) + _SPARE, 0))
        depth[rows, max(round(left / _REDUCED) - _SPARE, 0) : max(round(right / _REDUCED) + _SPARE, 0)] = 0
    return depth


def _depth(grey: Grey, factor: int) -> Grey:
    """How much darker than the paper around it each px is, on a copy reduced by `factor`."""
    small, _ = reduced(grey, round(max(grey.shape) / factor))
    paper = cv2.morphologyEx(cv2.blur(small, (3, 3)), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return np.asarray(cv2.subtract(paper, small), np.uint8)


def _is_print(depth: Grey) -> bool:
    """Whether there is more than a little print, dark or pale, that is no rule."""
    faint = np.asarray(depth > _RULE_LEVEL, np.uint8)
    thin = cv2.subtract(faint, cv2.morphologyEx(faint, cv2.MORPH_OPEN, np.ones((_THICK, _THICK), np.uint8)))
    across, along = np.ones((1, _RULE), np.uint8), np.ones((_RULE, 1), np.uint8)
    rules = cv2.max(cv2.morphologyEx(thin, cv2.MORPH_OPEN, across), cv2.morphologyEx(thin, cv2.MORPH_OPEN, along))
    rest = depth[cv2.dilate(rules, np.ones((3, 3), np.uint8)) == 0]
    dark, pale = (int(np.count_nonzero(rest > level)) for level in (_DARK_PRINT, _PALE_PRINT))
    return dark > _MOST_UNEXPLAINED or pale > _MOST_PALE


def _without_rim(depth: Grey) -> Grey:
    rim = max(round(_RIM * min(depth.shape)), 1)
    return depth[rim:-rim, rim:-rim]


def _mrz_box(registered: Registered, quad: Quad) -> Place:
    """The MRZ's place in the frame, with room."""
    points = cv2.perspectiveTransform(np.asarray(quad, np.float64)[None], np.linalg.inv(registered.to_page))[0]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    room = _ROUND_MRZ * (bottom - top)
    return float(left - room), float(top - room), float(right + room), float(bottom + room)


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


def _value_lines(registered: Registered, place: ValuePlace, *, expected: bool) -> Iterator[_Line]:
    """A value's lines, as many as there is ink for.

    Raises:
        _Elsewhere: where the value is expected and there is none, or where its first line does not begin at its place,
            is not alone in its row, or is too pale to tell.
    """
    frame = registered.frame
    left, top, right, bottom = _moved(_pixels(place.box, frame), _shift(registered, place))
    height = bottom - top
    for number in range(place.lines):
        down = number * place.leading * frame.shape[0]
        line = (left, top + down, right, bottom + down)
        if number and any(_covers(line, other, height) for other in _fixed_boxes(registered)):
            return
        runs = _runs(registered, line, _LEAST_INK)
        begins = bool(runs) and abs(runs[0].left - left) <= _BEGINS * height
        if number == 0:
            if len(runs) > 1 or (runs and not begins):
                raise _Elsewhere
            pale = _runs(registered, line, _PALEST_INK) if not runs else []
            if not runs and (expected or sum(run.right - run.left for run in pale) > _PALEST_WIDE * height):
                raise _Elsewhere
        if not begins:
            return
        ink, room = runs[0], _ROOM * height
        yield _Line((ink.left - room, line[1], ink.right + room, line[3]), ink.slope)


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


def _runs(registered: Registered, line: Place, least: float) -> list[_Run]:
    """Ink in a line's row, parted at wide gaps; what stands only where other print may stand is none of the line's.

    Args:
        registered: from `register`.
        line: the line with all its room to the right, px of the frame.
        least: grey levels that ink is darker than paper at least.
    """
    height = line[3] - line[1]
    left, right = max(round(line[0] - height), 0), min(round(line[2]), registered.frame.shape[1])
    rows = slice(max(round(line[1]), 0), max(round(line[3]), 0))
    dark = _inky(registered.frame[rows, left:right], least)
    core = slice(round(_CORE * height), round((1 - _CORE) * height))
    columns = np.flatnonzero(dark[core].sum(axis=0) >= 2)
    free = (dark & (registered.other_print[rows, left:right] == 0))[core].sum(axis=0) >= 2
    runs = []
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > _GAP * height) + 1):
        if np.count_nonzero(free[run]) > 2 and run[-1] >= line[0] - left:
            start, end = int(run[0]), int(run[-1]) + 1
            runs.append(_Run(float(left + start), float(left + end), _slope(dark[:, start:end], height)))
    return runs


def _slope(dark: NDArray[np.bool_], height: float) -> float:
    """How far the right end of a line's ink is below its left end, px; 0 where that is little or not known."""
    rows, columns = np.nonzero(dark)
    if rows.size < 8 or dark.shape[1] < 3 * height:
        return 0.0
    third = dark.shape[1] / 3
    start, end = rows[columns < third], rows[columns > 2 * third]
    if min(start.size, end.size) < 8:
        return 0.0
    climbs = (_foot(end) - _foot(start)) * 1.5
    return climbs if abs(climbs) > _LEANS * dark.shape[1] else 0.0


def _foot(rows: NDArray[np.intp]) -> float:
    return float(np.percentile(rows, 90))


def _inky(part: Grey, least: float = _LEAST_INK) -> NDArray[np.bool_]:
    """Pixels much darker than the paper around them."""
    if part.size == 0:
        return np.zeros(part.shape, bool)
    counts = np.cumsum(cv2.calcHist([part], [0], None, [256], [0, 256])[:, 0])
    paper, darkest = (float(np.searchsorted(counts, share * counts[-1])) for share in (0.8, 0.01))
    return np.asarray(part < paper - max(least, _DEPTH * (paper - darkest)))


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
