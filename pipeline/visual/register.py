"""Registration of a page to a preprint: where each of its fixed texts stands, and whether it looks as it should.

The page is brought into the drawing's frame by what is at hand, the place of its MRZ or its largest wording; then
every fixed text is looked for near its place by normalised correlation (Lewis 1995), and an affine map is fitted to
where they are found. Texts may stand lower than drawn, because a value of two lines pushes down what follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.page import Grey, Page
from pipeline.imaging.reduce import reduced
from pipeline.ocr.engine import Quad
from pipeline.reference.preprints import FixedText, Preprint
from pipeline.types.boxes import Box
from pipeline.types.mrz import MrzFormat

Matrix = NDArray[np.float64]

#: Blur of the drawing, px: a capture is never as sharp.
_BLUR = 0.8
#: A fixed text that correlates so well, and has no more stray ink at a spot, is printed as drawn. Of texts in order one
#: in twenty is not, and is read; of texts with one letter changed those are that print alike (rn for m, 5 for S).
SURE, MOST_STRAY = 0.80, 1.6
#: Width of the parts, in heights of the text's box: a letter or two; the rows of the box, above and below, that are
#: bare but for accents; and px of a stroke.
_PART, _BARE_ROWS, _STROKE = 0.6, 0.1, 3
#: Print and scanners stretch lines by this share of their width; a part with less ink than this deviation is bare.
_STRETCH, _BARE = 0.012, 6.0
#: A text found so well says where the page lies.
_FOUND = 0.6
#: Share of the fixed texts that must be printed as drawn for the page to be of this edition, and how many at least.
_LEAST_SHARE, _LEAST_TEXTS = 0.7, 5
#: Editions are alike, so the second likeliest is tried where the first is not sure.
_TRIED = 2
#: How far texts are looked for, px of the drawing: first, on a copy of half the size, and at last.
_FAR, _NEAR = 28, 6
#: Without an MRZ: the copy's reduction, and the page's size over the form's, in steps: with a
#: margin, or cut out along the form's own frame.
_COARSE = 4
_MARGINS, _STEPS = tuple(0.92 + 0.04 * step for step in range(10)), (0.02, 0.01)
_LEAST_COARSE = 0.5
#: px on a copy of half the size: places so far off do not count for a map.
_OFF = 1.5
#: A map that turns or stretches by more than this share is none.
_BENT = 0.08
_FOR_PERSPECTIVE = 10
#: Difference of shape, long side to short side, between page and form that margins can explain.
_SHAPE = 1.25


@dataclass(frozen=True, slots=True)
class Found:
    """A fixed text on the page.

    Attributes:
        moved: right and down from its place in the drawing's frame, px.
        likeness: mean correlation of its parts with the drawing, -1 to 1; `stray`, the most ink
            that one spot has too much or too little, in deviations of a part's ink.
    """

    text: FixedText
    moved: tuple[float, float]
    likeness: float
    stray: float

    @property
    def sure(self) -> bool:
        """Whether it is printed there as drawn."""
        return self.likeness >= SURE and self.stray <= MOST_STRAY


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """A page in the frame of a preprint.

    Attributes:
        frame: the page's grey pixels in that frame.
        to_page: 3 x 3, from px of the frame to px of the page.
        found: one for each fixed text, in the preprint's order.
        other_print: not 0 where pictures, stamps and the like may stand; of the frame's size.
        mrz: corners of the MRZ that was read, px of the page; None where none was.
    """

    preprint: Preprint
    frame: Grey
    to_page: Matrix
    found: tuple[Found, ...]
    other_print: Grey
    mrz: Quad | None = None

    def share_of(self, page: Grey) -> float:
        """0-1, how much of the page the form fills: beside it another document may lie."""
        height, width = self.frame.shape
        corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
        on_page = cv2.perspectiveTransform(corners, self.to_page)[0]
        limits = np.array([page.shape[1], page.shape[0]], np.float32)
        area = cv2.contourArea(np.clip(on_page, 0, limits).astype(np.float32))
        return float(area) / float(limits.prod())


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """A fixed text's picture and the left upper corner of its place, px."""

    picture: Grey
    left: int
    top: int

    @property
    def middle(self) -> tuple[float, float]:
        """Of its place."""
        return self.left + self.picture.shape[1] / 2, self.top + self.picture.shape[0] / 2


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A preprint's pictures; `half` and `coarse` on copies of half and a quarter of the size."""

    size: tuple[int, int]
    full: tuple[_Patch, ...]
    half: tuple[_Patch, ...]
    coarse: _Patch
    wording: bytes
    leeway: int
    other_print: Grey


def register(page: Page, preprints: Sequence[Preprint], mrz: tuple[MrzFormat, Box] | None = None) -> Registered | None:
    """The page in the frame of the edition it is of; None where it is of none of these, or that is not sure.

    Args:
        page: upright.
        preprints: those to choose from.
        mrz: format and place of the page's MRZ, where one was read.
    """
    starts: dict[bytes, Matrix | None] = {}
    likely: list[tuple[float, Preprint, Matrix]] = []
    for preprint in preprints:
        if preprint.mrz != (mrz[0] if mrz else None):
            continue
        if mrz is not None:
            start = _by_mrz(page, preprint, mrz[1])
        else:
            # Editions mostly have their largest wording in common.
            wording = _prepared(preprint).wording
            if wording not in starts:
                starts[wording] = _by_wording(page, _prepared(preprint))
            start = starts[wording]
        if start is None:
            continue
        likeness, fitted = _fitted(page.grey, _prepared(preprint), start, _FAR // 2)
        if fitted is not None:
            likely.append((likeness, preprint, fitted))
    for _, preprint, start in sorted(likely, key=lambda one: -one[0])[:_TRIED]:
        _, fitted = _fitted(page.grey, _prepared(preprint), start, _NEAR)
        verified = None if fitted is None else _verified(page.grey, preprint, fitted)
        if verified is not None:
            return verified if mrz is None else replace(verified, mrz=_corners(page, mrz[1]))
    return None


def _verified(grey: Grey, preprint: Preprint, to_page: Matrix) -> Registered | None:
    ready = _prepared(preprint)
    frame = _in_frame(grey, to_page, ready.size)
    found = []
    for text, patch in zip(preprint.fixed, ready.full, strict=True):
        aside = _NEAR + round(_STRETCH * patch.picture.shape[1])
        _, right, down = _match(frame, patch, aside, _NEAR + ready.leeway, _NEAR + ready.leeway)
        found.append(Found(text, (right, down), *_compared(frame, patch, right, down)))
    sure = sum(one.sure for one in found)
    if sure < max(_LEAST_TEXTS, _LEAST_SHARE * len(found)):
        return None
    return Registered(preprint, frame, to_page, tuple(found), ready.other_print)


def _corners(page: Page, box: Box) -> Quad:
    edges = np.array([[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]])
    return np.asarray(edges * (page.info.width, page.info.height), np.float32)


def _by_mrz(page: Page, preprint: Preprint, mrz: Box) -> Matrix | None:
    """A first guess of the map from the drawing's frame to the page, by the place of the MRZ."""
    if preprint.mrz_box is None:
        return None
    width, height = _prepared(preprint).size
    left, top, right, bottom = preprint.mrz_box
    scale = (mrz.right - mrz.left) * page.info.width / ((right - left) * width)
    across = (mrz.left + mrz.right) / 2 * page.info.width - (left + right) / 2 * width * scale
    down = (mrz.top + mrz.bottom) / 2 * page.info.height - (top + bottom) / 2 * height * scale
    return _scaled(scale, across, down)


def _by_wording(page: Page, ready: _Prepared) -> Matrix | None:
    """The same by the place of the largest fixed text, with whatever margin round the form suits it best."""
    width, height = ready.size[0] / _COARSE, ready.size[1] / _COARSE
    shape = (width / height) / (page.info.width / page.info.height)
    if not 1 / _SHAPE <= shape <= _SHAPE:
        return None
    copy, _ = reduced(page.grey, round(1.5 * max(width, height)))
    tried = [(*_at_margin(copy, ready, margin), margin) for margin in _MARGINS]
    best = max(tried, key=lambda one: one[0])
    for step in _STEPS:
        margins = (best[3] - step, best[3] + step)
        best = max([best, *((*_at_margin(copy, ready, one), one) for one in margins)], key=lambda one: one[0])
    likeness, across, down, margin = best
    if likeness < _LEAST_COARSE:
        return None
    scale = page.info.width / round(width * margin) / _COARSE
    return _scaled(scale, across * _COARSE * scale, down * _COARSE * scale)


def _at_margin(copy: Grey, ready: _Prepared, margin: float) -> tuple[float, float, float]:
    """How well the largest wording is found if the page is so much larger than the form, and how far off its place."""
    width, height = ready.size[0] / _COARSE, ready.size[1] / _COARSE
    patch = ready.coarse
    size = round(width * margin), round(width * margin * copy.shape[0] / copy.shape[1])
    spare_x, spare_y = (size[0] - width) / 2, (size[1] - height) / 2
    small = np.asarray(cv2.resize(copy, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    middle = _Patch(patch.picture, round(patch.left + spare_x), round(patch.top + spare_y))
    reach_x, reach_y = (round(abs(spare) + 0.03 * width) for spare in (spare_x, spare_y))
    likeness, right, down = _match(small, middle, reach_x, reach_y, reach_y)
    return likeness, middle.left + right - patch.left, middle.top + down - patch.top


def _scaled(scale: float, across: float, down: float) -> Matrix:
    return np.array([[scale, 0.0, across], [0.0, scale, down], [0.0, 0.0, 1.0]])


def _fitted(grey: Grey, ready: _Prepared, start: Matrix, reach: int) -> tuple[float, Matrix | None]:
    """The map fitted to where the fixed texts are found around a guess, and how well they are found."""
    to_page = start @ np.diag([2.0, 2.0, 1.0])
    frame = _in_frame(grey, to_page, (ready.size[0] // 2, ready.size[1] // 2))
    matched = [(_match(frame, one, reach, reach, reach + ready.leeway // 2), one.middle) for one in ready.half]
    found = [(middle, (right, down)) for (good, right, down), middle in matched if good >= _FOUND]
    moved = _moved([drawn for drawn, _ in found], [(x + right, y + down) for (x, y), (right, down) in found])
    if moved is None:
        return 0.0, None
    likeness = float(np.mean([max(one[0], 0.0) for one, _ in matched]))
    return likeness, to_page @ moved @ np.diag([0.5, 0.5, 1.0])


def _moved(drawn: list[tuple[float, float]], seen: list[tuple[float, float]]) -> Matrix | None:
    """The map that brings most places to where they are seen: affine, with perspective where that explains more."""
    if len(drawn) < _LEAST_TEXTS:
        return None
    there, here = np.asarray(drawn, np.float32), np.asarray(seen, np.float32)
    affine, inside = cv2.estimateAffine2D(there, here, method=cv2.RANSAC, ransacReprojThreshold=_OFF)
    if affine is None or np.count_nonzero(inside) < _LEAST_TEXTS - 1 or np.abs(affine[:, :2] - np.eye(2)).max() > _BENT:
        return None
    if len(drawn) >= _FOR_PERSPECTIVE:
        bent, within = cv2.findHomography(there, here, cv2.RANSAC, _OFF)
        if bent is not None and np.count_nonzero(within) >= np.count_nonzero(inside) + 2:
            return np.asarray(bent, np.float64)
    return np.vstack([np.asarray(affine, np.float64), [0.0, 0.0, 1.0]])


def _in_frame(grey: Grey, to_page: Matrix, size: tuple[int, int]) -> Grey:
    how, edge = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    if np.allclose(to_page[2], (0.0, 0.0, 1.0)):
        return np.asarray(cv2.warpAffine(grey, to_page[:2], size, flags=how, borderMode=edge), np.uint8)
    return np.asarray(cv2.warpPerspective(grey, to_page, size, flags=how, borderMode=edge), np.uint8)


def _match(frame: Grey, patch: _Patch, aside: int, above: int, below: int) -> tuple[float, float, float]:
    """Best correlation of a picture around its place: how good, and how far to the right and down, to parts of px."""
    height, width = patch.picture.shape
    top, left = max(patch.top - above, 0), max(patch.left - aside, 0)
    window = frame[top : patch.top + height + below + 1, left : patch.left + width + aside + 1]
    if window.shape[0] < height or window.shape[1] < width:
        return -1.0, 0.0, 0.0
    table = cv2.matchTemplate(window, patch.picture, cv2.TM_CCOEFF_NORMED)
    _, likeness, _, (x, y) = cv2.minMaxLoc(table)
    right, down = x + _between(table[y], x), y + _between(table[:, x], y)
    return float(likeness), left + right - patch.left, top + down - patch.top


def _between(values: NDArray[np.floating | np.integer], at: int) -> float:
    """How far the top of a parabola through a maximum and its neighbours lies from it, -0.5 to 0.5."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(one) for one in values[at - 1 : at + 2])
    curve = before - 2 * here + after
    return 0.0 if curve >= 0 else float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5))


def _compared(frame: Grey, patch: _Patch, right: float, down: float) -> tuple[float, float]:
    """Mean correlation of a text's parts, each at its place give or take a stretch, and the most stray ink."""
    width = patch.picture.shape[1]
    bare = round(_BARE_ROWS * patch.picture.shape[0])
    drawn = patch.picture[bare : patch.picture.shape[0] - bare]
    top, left = round(patch.top + down) + bare, round(patch.left + right)
    aside = 2 + round(_STRETCH * width)
    seen = frame[max(top - 1, 0) : top + drawn.shape[0] + 1, max(left - aside, 0) : left + width + aside]
    count = max(width // max(round(_PART * patch.picture.shape[0]), 4), 1)
    likenesses, stray = [], 0.0
    for i in range(count):
        first, last = round(width * i / count), round(width * (i + 1) / count)
        picture, window = drawn[:, first:last], seen[:, first : last + 2 * aside]
        if window.shape[0] < drawn.shape[0] or window.shape[1] < last - first:
            return -1.0, float("inf")
        if _mean_and_depth(picture)[1] < _BARE:
            if _mean_and_depth(window[:, aside:-aside])[1] >= 2 * _BARE:
                stray = float("inf")
            continue
        _, likeness, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(window, picture, cv2.TM_CCOEFF_NORMED))
        likenesses.append(float(likeness))
        there = window[y : y + picture.shape[0], x : x + picture.shape[1]]
        stray = max(stray, _stray(there, picture, float(likeness)))
    return float(np.mean(likenesses)) if likenesses else -1.0, stray


def _stray(seen: Grey, drawn: Grey, likeness: float) -> float:
    """The most ink that a spot of a stroke's size has too much or too little, in deviations of the part's ink."""
    (mean_seen, depth_seen), (mean_drawn, depth_drawn) = _mean_and_depth(seen), _mean_and_depth(drawn)
    share, less = 1.0 / depth_seen, likeness / depth_drawn
    rest = cv2.addWeighted(seen, share, drawn, -less, less * mean_drawn - share * mean_seen, dtype=cv2.CV_32F)
    least, most, _, _ = cv2.minMaxLoc(cv2.blur(rest, (_STROKE, _STROKE)))
    return max(-least, most)


def _mean_and_depth(pixels: Grey) -> tuple[float, float]:
    mean, depth = cv2.meanStdDev(pixels)
    return float(mean[0, 0]), max(float(depth[0, 0]), 1e-3)


@lru_cache(maxsize=64)
def _prepared(preprint: Preprint) -> _Prepared:
    pixels = cv2.imdecode(np.frombuffer(preprint.drawing, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
        raise ValueError(f"preprint {preprint.name} has no drawing with transparency")
    drawing, other_print = np.ascontiguousarray(pixels[:, :, 0]), np.asarray(255 - pixels[:, :, 3], np.uint8)
    height, width = drawing.shape
    # Tall rather than long: on a coarse copy small print has no form, and its length must be right to a hundredth.
    largest = max(preprint.fixed, key=lambda text: (text.box[3] - text.box[1]) ** 2 * (text.box[2] - text.box[0]))
    leeway = max((value.leading for value in preprint.values), default=0.0) if preprint.flows else 0.0
    coarse = _patch(drawing, largest, _COARSE)
    return _Prepared(
        (width, height),
        tuple(_patch(drawing, text, 1) for text in preprint.fixed),
        tuple(_patch(drawing, text, 2) for text in preprint.fixed),
        coarse,
        bytes(f"{coarse.left} {coarse.top} {width} {height} ", "ascii") + coarse.picture.tobytes(),
        round(leeway * height),
        other_print,
    )


def _patch(drawing: NDArray[np.floating | np.integer], text: FixedText, factor: int) -> _Patch:
    height, width = drawing.shape
    left, top = int(text.box[0] * width) // factor, int(text.box[1] * height) // factor
    right, bottom = int(text.box[2] * width) // factor, int(text.box[3] * height) // factor
    cut = drawing[top * factor : bottom * factor, left * factor : right * factor]
    small = cv2.resize(cut, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), _BLUR if factor == 1 else 0.5)
    return _Patch(np.asarray(blurred, np.uint8), left, top)
