"""Whether a page seems to show several documents, and where blank paper parts them.

Documents of one page repeat what one document prints once: a title, a machine-readable zone, labels of its holder. The
page is cut along strips of bare paper until nothing is repeated. What the cut is worth, reading the parts decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey
from pipeline.imaging.reduce import reduced
from pipeline.ocr.engine import TextLine
from pipeline.reference.labels import Language, shipped_languages
from pipeline.types.boxes import Box
from pipeline.visual.labels import folded, is_mrz

#: What every document that names a holder labels, each once.
_OF_THE_HOLDER = ("surname", "given_names", "birth_date", "sex", "nationality")
_NUMBERS = ("document_number", "card_number", "visa_number", "permit_number")
#: A title or a zone that is repeated, or this many labels, make several documents likely.
_LEAST_LABELS = 2
#: Lines of one zone are no further apart, in their heights.
_ZONE_LEADING = 3.0
#: Size of the copy on which ink is looked for, px, and what counts as ink, grey levels below its surroundings.
_SIDE, _INK_LEVELS = 1000, 20
#: A strip of bare paper is at least this share of the page's shorter side wide; so many of its pixels may be specks.
_LEAST_GAP, _MOST_SPECKS = 0.012, 0.004
#: No part is narrower or lower than this share of the page: a card on a letter page takes a fifth.
_LEAST_PART = 0.15
_MOST_PARTS = 6

#: Paper kept around the print of a part, share of the page's longer side.
_RIM = 0.025

Ink = NDArray[np.uint8]
#: Left, top, right, bottom; px of the small copy.
Region = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a document prints once: `title`, `mrz` or the name of a field, at x, y (fractions of the page)."""

    what: str
    x: float
    y: float


def marks(
    lines: Sequence[TextLine], mrz: Box | None, width: int, height: int, words: Mapping[str, str] | None = None
) -> list[Mark]:
    """What is on a page that a document prints once.

    Args:
        lines: text of the page, px.
        mrz: the zone that was read, if one was; its lines need not be among the text.
        width: of the page, px.
        height: of the page, px.
        words: from `mark_words`; None for the shipped languages.
    """
    words = _shipped_words() if words is None else words
    found = [] if mrz is None else [Mark("mrz", (mrz.left + mrz.right) / 2, (mrz.top + mrz.bottom) / 2)]
    for line in lines:
        x, y = (line.left + line.right) / 2 / width, (line.top + line.bottom) / 2 / height
        if not is_mrz(line.text):
            what = words.get(folded(line.text))
            found += [Mark(what, x, y)] if what else []
        elif mrz is None or not (mrz.left <= x <= mrz.right and mrz.top <= y <= mrz.bottom):
            found.append(Mark("mrz", x, y))
    return _zones_once(found, lines, height)


def _zones_once(found: Sequence[Mark], lines: Sequence[TextLine], height: int) -> list[Mark]:
    """The marks with the lines of one zone as one mark."""
    heights = [line.bottom - line.top for line in lines if is_mrz(line.text)]
    leading = _ZONE_LEADING * max(heights, default=0.0) / height
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda one: (one.what, one.y)):
        same = (one for one in kept if mark.what == one.what == "mrz")
        if not any(abs(mark.y - one.y) <= leading and abs(mark.x - one.x) < 0.1 for one in same):
            kept.append(mark)
    return kept


@lru_cache(maxsize=1)
def _shipped_words() -> dict[str, str]:
    return mark_words(shipped_languages())


def mark_words(languages: Iterable[Language]) -> dict[str, str]:
    """Folded labels and titles of some languages -> what they are a mark of."""
    words: dict[str, str] = {}
    for language in languages:
        for titles in language.titles.values():
            words |= {folded(title): "title" for title in titles}
        for field in (*_OF_THE_HOLDER, *_NUMBERS):
            what = "number" if field in _NUMBERS else field
            words |= {folded(label): what for label in language.fields.get(field, ())}
    return words


def seems_several(found: Sequence[Mark]) -> bool:
    """Whether the marks are those of more than one document."""
    counts = Counter(mark.what for mark in found)
    labels = sum(number > 1 for what, number in counts.items() if what not in ("title", "mrz"))
    return counts["title"] > 1 or counts["mrz"] > 1 or labels >= _LEAST_LABELS


def parts(grey: Grey, found: Sequence[Mark], lines: Sequence[TextLine], mrz: Box | None) -> tuple[Box, ...]:
    """Where the documents of a page seem to be, in reading order; () where no bare paper parts them.

    Args:
        grey: the upright page.
        found: marks on it.
        lines: its text, px; beyond the outermost of it lies a table, the scanner's lid or the edge of the paper.
        mrz: as for `marks`.
    """
    ink = _within_text(_ink(grey), grey.shape, lines, mrz)
    regions = list(_cut(ink, (0, 0, ink.shape[1], ink.shape[0]), _Placed.on(found, ink.shape), _MOST_PARTS))
    if len(regions) < 2:
        return ()
    height, width = ink.shape
    return tuple(Box.from_pixels(*_around_ink(ink, region), width, height) for region in regions)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Marks in px of the small copy."""

    marks: tuple[tuple[str, float, float], ...]

    @classmethod
    def on(cls, found: Sequence[Mark], shape: tuple[int, ...]) -> _Placed:
        return cls(tuple((mark.what, mark.x * shape[1], mark.y * shape[0]) for mark in found))

    def within(self, region: Region) -> Counter[str]:
        left, top, right, bottom = region
        return Counter(what for what, x, y in self.marks if left <= x < right and top <= y < bottom)


def _repeats(counts: Counter[str]) -> int:
    return sum(number - 1 for number in counts.values())


def _cut(ink: Ink, region: Region, placed: _Placed, most: int) -> Iterator[Region]:
    """The region, or the parts that its best strip of bare paper leaves, each cut further."""
    before = _repeats(placed.within(region))
    best: tuple[int, float, Region, Region] | None = None
    for width, one, other in _strips(ink, region) if before and most > 1 else ():
        counts = placed.within(one), placed.within(other)
        after = sum(map(_repeats, counts))
        if all(counts) and after < before and (best is None or (after, -width) < best[:2]):
            best = after, -width, one, other
    if best is None:
        yield region
        return
    first = list(_cut(ink, best[2], placed, most - 1))
    yield from first
    yield from _cut(ink, best[3], placed, most - len(first))


def _strips(ink: Ink, region: Region) -> Iterator[tuple[float, Region, Region]]:
    """Width of each strip of bare paper across a region, and what is on either side of its middle."""
    left, top, right, bottom = region
    part = ink[top:bottom, left:right]
    least = max(2.0, _LEAST_GAP * min(ink.shape))
    for axis, low, high in ((0, left, right), (1, top, bottom)):
        bare = part.mean(axis=axis) <= _MOST_SPECKS
        for start, end in _runs(bare):
            middle = low + (start + end) // 2
            room = _LEAST_PART * ink.shape[1 - axis]
            if end - start < least or middle - low < room or high - middle < room:
                continue
            if axis == 0:
                yield float(end - start), (left, top, middle, bottom), (middle, top, right, bottom)
            else:
                yield float(end - start), (left, top, right, middle), (left, middle, right, bottom)


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _around_ink(ink: Ink, region: Region) -> Region:
    """The region without the bare paper around its print: engines look at a copy of fixed size, for small print too."""
    left, top, right, bottom = region
    rows, columns = (np.flatnonzero(ink[top:bottom, left:right].any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return region
    rim = round(_RIM * max(ink.shape))
    return (
        max(left, left + int(columns[0]) - rim),
        max(top, top + int(rows[0]) - rim),
        min(right, left + int(columns[-1]) + 1 + rim),
        min(bottom, top + int(rows[-1]) + 1 + rim),
    )


def _within_text(ink: Ink, page: tuple[int, ...], lines: Sequence[TextLine], mrz: Box | None) -> Ink:
    """The ink with everything outside the rectangle around the text taken away."""
    height, width = page[0], page[1]
    boxes = [(line.left / width, line.top / height, line.right / width, line.bottom / height) for line in lines]
    boxes += [] if mrz is None else [mrz.as_tuple()]
    if not boxes:
        return ink
    edges = np.array(boxes)
    left, top = (edges[:, :2].min(axis=0) * (ink.shape[1], ink.shape[0])).astype(int)
    right, bottom = np.ceil(edges[:, 2:].max(axis=0) * (ink.shape[1], ink.shape[0])).astype(int)
    kept = np.zeros_like(ink)
    kept[max(top, 0) : bottom, max(left, 0) : right] = ink[max(top, 0) : bottom, max(left, 0) : right]
    return kept


def _ink(grey: Grey) -> Ink:
    """1 where something darker than its surroundings is printed."""
    small, _ = reduced(grey, _SIDE)
    around = cv2.blur(small, (25, 25))
    return np.asarray(cv2.subtract(around, small) > _INK_LEVELS, np.uint8)
