"""Which text belongs to which label: to the right of it or below it, never past another label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import FieldLayout, Place
from pipeline.visual.labels import Piece
from pipeline.visual.values import NUMBERED, READERS, TYPED

#: Distances in heights of the label's line. A value below stands within two and a half lines.
_FARTHEST_BELOW = 2.5
#: Values to the right share the label's row to this share of a height; values below are lower by more than this.
_SAME_ROW, _LOWER = 0.5, 0.3
#: Left edges of a label and its value below, or of two lines of one value, differ by no more.
_SAME_COLUMN = 1.5
#: Lines of one value are no further apart, middle to middle, in heights of its first line.
_LEADING = 1.7
#: Gap between two boxes of one line of text, in its height.
_WORD_GAP = 1.5
#: Larger text than this many median heights is an overprint or a title, never a value.
_OVERSIZE = 2.5
#: What a place costs that the template names later, and a text that the field cannot be, in heights.
_SECOND_PLACE, _WRONG_FORM, _NO_FIGURE = 4.0, 12.0, 6.0
_SIDE_BY_SIDE = 0.12

_ANYWHERE = FieldLayout("", (), False, (Place.BELOW, Place.RIGHT), 1, None)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A label and the lines of its value, top to bottom; () where nothing stands at its places."""

    label: Piece
    value: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    cost: float
    label: int
    value: int


def anchored(pieces: Sequence[Piece], layouts: Mapping[str, FieldLayout]) -> list[Anchored]:
    """Give each label its value; each text goes to the label that is nearest and whose field it can be."""
    labels = [piece for piece in pieces if piece.label and not piece.label.fixed]
    usual = median([_height(piece.line) for piece in pieces]) if pieces else 0.0
    texts = [piece.line for piece in pieces if piece.label is None and _height(piece.line) <= _OVERSIZE * usual]
    claims = [
        _Claim(cost, i, j)
        for i, label in enumerate(labels)
        for j, text in enumerate(texts)
        if (cost := _cost(label, text, _layout(label, layouts), labels)) is not None
    ]
    first: dict[int, int] = {}
    for claim in sorted(claims, key=lambda one: one.cost):
        if claim.label not in first and claim.value not in first.values():
            first[claim.label] = claim.value
    free = [text for j, text in enumerate(texts) if j not in first.values()]
    found = []
    for i, label in enumerate(labels):
        value = _whole(texts[first[i]], free, labels, _layout(label, layouts).lines) if i in first else ()
        free = [text for text in free if text not in value]
        found.append(Anchored(label, value))
    return found


def _layout(label: Piece, layouts: Mapping[str, FieldLayout]) -> FieldLayout:
    field = label.label.field if label.label else None
    return layouts[field] if field is not None else _ANYWHERE


def _cost(label: Piece, text: TextLine, layout: FieldLayout, labels: Sequence[Piece]) -> float | None:
    """How ill the text suits the label, in heights; None where it cannot be its value."""
    costs = [
        distance + rank * _SECOND_PLACE
        for rank, place in enumerate(layout.places)
        if (distance := _distance(place, label.line, text)) is not None
    ]
    if not costs or _parted(label.line, text, labels):
        return None
    return min(costs) + _misfit(layout, text.text)


def _distance(place: Place, label: TextLine, text: TextLine) -> float | None:
    height = max(_height(label), 1.0)
    down = (_middle(text) - _middle(label)) / height
    if place is Place.RIGHT:
        gap = (text.left - label.right) / height
        return gap * _SIDE_BY_SIDE + abs(down) if abs(down) <= _SAME_ROW and gap >= -0.5 else None
    aside = abs(text.left - label.left) / height
    if not _LOWER < down <= _FARTHEST_BELOW or (aside > _SAME_COLUMN and not _over(label, text)):
        return None
    return down + min(aside, _SAME_COLUMN) / 2


def stands_by(label: TextLine, text: TextLine, places: Sequence[Place]) -> bool:
    """Whether a line stands where the label's value may stand."""
    return any(_distance(place, label, text) is not None for place in places)


def _over(label: TextLine, text: TextLine) -> bool:
    """Whether most of the label stands above the text, or most of the text below the label."""
    shared = min(label.right, text.right) - max(label.left, text.left)
    return shared >= 0.6 * min(label.right - label.left, text.right - text.left)


def _parted(label: TextLine, text: TextLine, labels: Sequence[Piece]) -> bool:
    """Whether another label stands between the two."""
    for other in labels:
        line = other.line
        if line is label:
            continue
        beside = abs(_middle(line) - _middle(text)) <= _SAME_ROW * _height(line)
        if beside and label.left < line.left and line.right <= text.left + _height(line):
            return True
        between = _middle(label) < _middle(line) < _middle(text) - 0.3 * _height(line)
        if between and min(line.right, text.right) > max(line.left, text.left):
            return True
    return False


def _misfit(layout: FieldLayout, text: str) -> float:
    if layout.name in TYPED:
        meaning = READERS[layout.name](text, layout.words)
        return 0.0 if meaning.value is not None or meaning.impossible else _WRONG_FORM
    if layout.name in NUMBERED and not any(character.isdigit() for character in text):
        return _NO_FIGURE
    return 0.0


def _whole(first: TextLine, free: Sequence[TextLine], labels: Sequence[Piece], most: int) -> tuple[TextLine, ...]:
    """The first line of a value with the boxes that go on to its right, and its further lines."""
    rows = [_row(first, free, labels)]
    while len(rows) < most:
        above = rows[-1][0]
        below = [
            text for text in free if text is not above and _continues(above, text) and not _parted(above, text, labels)
        ]
        if not below:
            break
        rows.append(_row(min(below, key=lambda text: text.top), free, labels))
    return tuple(text for row in rows for text in row)


def _continues(above: TextLine, text: TextLine) -> bool:
    height = _height(above)
    down = _middle(text) - _middle(above)
    same_size = 0.6 <= _height(text) / height <= 1.6
    return same_size and 0.5 * height < down <= _LEADING * height and abs(text.left - above.left) <= height


def _row(first: TextLine, free: Sequence[TextLine], labels: Sequence[Piece]) -> list[TextLine]:
    row = [first]
    for text in sorted(free, key=lambda one: one.left):
        last = row[-1]
        near = -0.3 * _height(last) <= text.left - last.right <= _WORD_GAP * _height(last)
        level = abs(_middle(text) - _middle(last)) <= 0.4 * _height(last)
        if near and level and 0.5 <= _height(text) / _height(last) <= 2.0 and not _parted(last, text, labels):
            row.append(text)
    return row


def _height(line: TextLine) -> float:
    return line.bottom - line.top


def _middle(line: TextLine) -> float:
    return (line.top + line.bottom) / 2
