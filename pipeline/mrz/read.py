"""An upright-ish page -> its machine-readable zone with facts, or why there is none.

Order of work: regions that may be a zone, best first; each is read by the first engine, and what that cannot make
sense of is dropped before a second engine is started. Two families read every zone that is kept. Where they leave a
doubt, other crops of the same rows are read too. Where nothing is found, PassportEye's way of finding regions is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.errors import EngineError
from pipeline.imaging.page import Colour, Grey, Page
from pipeline.mrz.assemble import (
    LEAST_PLAUSIBLE,
    Zone,
    assembled,
    claimed,
    doubtful,
    hopeless,
    layout_of,
    plausibility,
    voted,
)
from pipeline.mrz.facts import BoxOf, facts_of
from pipeline.mrz.locate import MrzRegion, line_crop, locate
from pipeline.ocr.engine import LineEngine
from pipeline.ocr.passporteye import PassportEye
from pipeline.ocr.rapidocr_line import RapidOcrLines
from pipeline.ocr.tesseract_line import TesseractLines
from pipeline.reference.mrz_fields import Place
from pipeline.settings import Reading
from pipeline.types.boxes import Box
from pipeline.types.documents import PageInfo, Quality
from pipeline.types.facts import AnyFact
from pipeline.types.mrz import MrzReading
from pipeline.types.problems import Problem, ProblemKind

#: Crop height, px, and pitch in heights of the capitals, as OCR-B has it: narrower, Tesseract takes O for zero.
CROP_HEIGHT = 48
CROP_PITCH = 1.05
#: Margin around the capitals, in their heights: first crop and the others that are tried in doubt.
FIRST_PAD = 0.4
OTHER_PADS = (0.2, 0.55)
#: A region that scores so much was an MRZ in every case looked at; unread, it is reported.
CLEAR_REGION = 0.4


@dataclass(frozen=True, slots=True)
class MrzEngines:
    """Engines in order of preference, made once and shared; `fallback` finds regions of its own."""

    lines: tuple[LineEngine, ...]
    fallback: PassportEye | None


@dataclass(frozen=True, slots=True)
class MrzResult:
    """What one page gave.

    Attributes:
        reading: None where nothing was read or too little to claim.
        facts: of the reading, page 0.
        region: where the zone is, also where it could not be read.
        pitch_px: px a character.
        plausibility: 0-1, for comparing orientations of one page; of a reading that was not claimed too, 0 without any.
    """

    reading: MrzReading | None
    facts: tuple[AnyFact, ...]
    region: Box | None
    pitch_px: float | None
    plausibility: float
    problems: tuple[Problem, ...]


def make_engines(settings: Reading) -> MrzEngines:
    """The engines the settings name; each loads its program or model with the first line."""
    tesseract = TesseractLines(settings.engine_timeout_seconds)
    known: dict[str, LineEngine] = {"rapidocr": RapidOcrLines(), "tesseract": tesseract}
    return MrzEngines(tuple(known[name] for name in settings.mrz_engines), PassportEye(tesseract))


def looks_like_mrz(page: Page) -> float:
    """0-1, how much the best region looks like an MRZ before anything is read; upside down looks the same."""
    return max((region.score for region in locate(page)), default=0.0)


def read_mrz(page: Page, engines: MrzEngines, *, search_harder: bool = True) -> MrzResult:
    """Read the zone of an upright page.

    Args:
        page: upright but for some degrees.
        engines: from `make_engines`.
        search_harder: try PassportEye's regions where ours gave nothing; costs half a second.

    Raises:
        MissingDependency: if an engine is not installed.
    """
    problems: list[Problem] = []
    regions = locate(page)
    plausible = 0.0
    for index, region in enumerate(regions):
        zones = _zones(page, region, engines, problems, hopeful=index == 0)
        result = _result(zones, region.box, _along(page, region), _length(region), problems)
        if result is not None and result.reading is not None:
            return result
        plausible = max(plausible, result.plausibility if result is not None else 0.0)
    if search_harder and engines.fallback is not None:
        result = _from_blocks(page, engines.fallback, problems)
        if result is not None:
            return result
    clear = [region.box for region in regions if region.score >= CLEAR_REGION]
    problems.append(
        Problem(ProblemKind.PARTIAL_MRZ, "mrz", "a machine-readable zone is there, but not legible enough to claim")
        if clear
        else Problem(ProblemKind.NO_MRZ, "mrz", "no machine-readable zone was found")
    )
    return MrzResult(None, (), clear[0] if clear else None, None, plausible, tuple(problems))


def read_upright(colour: Colour, engines: MrzEngines, *, search_harder: bool = True) -> tuple[MrzResult, int, bool]:
    """Read a page whose orientation is unknown: as it is, then turned, mirrored last.

    Args:
        colour: height x width x 3, blue-green-red.
        engines: from `make_engines`.
        search_harder: as in `read_mrz`, for the page as it is.

    Returns:
        The result, quarter turns clockwise that were applied before reading (0-3), and whether the page was mirrored
        left to right before that; 0 and False where no orientation gave anything. A zone that is there as the page
        is, but too unsure to claim, is not looked for in other orientations.
    """
    as_is = read_mrz(plain_page(colour), engines, search_harder=False)
    if as_is.reading is not None or as_is.plausibility >= LEAST_PLAUSIBLE:
        return as_is, 0, False
    for mirrored in (False, True):
        seen = np.ascontiguousarray(colour[:, ::-1]) if mirrored else colour
        for turns in (0, 2, 1, 3):
            if not mirrored and turns == 0:
                continue
            turned = np.ascontiguousarray(np.rot90(seen, -turns))
            result = read_mrz(plain_page(turned), engines, search_harder=False)
            if result.reading is not None:
                return result, turns, mirrored
    if search_harder and engines.fallback is not None:
        problems = list(as_is.problems)
        found = _from_blocks(plain_page(colour), engines.fallback, problems)
        as_is = found if found is not None else replace(as_is, problems=tuple(problems))
    return as_is, 0, False


def plain_page(colour: Colour) -> Page:
    """A page for reading only: pixels, without measurements."""
    info = PageInfo("", 0, colour.shape[1], colour.shape[0], Quality())
    return Page(info, np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8), colour)


def _zones(page: Page, region: MrzRegion, engines: MrzEngines, problems: list[Problem], *, hopeful: bool) -> list[Zone]:
    """Readings of a region: one by engine, and more crops where these leave a doubt."""
    zones: list[Zone] = []
    for engine in engines.lines:
        zones.extend(_asked(engine, _crops(page.grey, region, FIRST_PAD), problems))
        if zones and (hopeless(zones[0]) or (layout_of(zones) is None and not hopeful)):
            return []
    red = np.ascontiguousarray(page.colour[:, :, 2])
    for pixels, pad in ((page.grey, OTHER_PADS[0]), (red, OTHER_PADS[1])):
        found = voted(zones)
        if found is None or not doubtful(*found):
            break
        for engine in engines.lines:
            zones.extend(_asked(engine, _crops(pixels, region, pad), problems))
    return zones


def _asked(engine: LineEngine, crops: Sequence[Grey], problems: list[Problem]) -> list[Zone]:
    """One engine's zone; none, and a problem, where it failed."""
    try:
        return [engine.read_lines(crops)]
    except EngineError as error:
        problem = Problem(ProblemKind.ENGINE, "mrz", str(error))
        if problem not in problems:
            problems.append(problem)
        return []


def _crops(pixels: Grey, region: MrzRegion, pad: float) -> list[Grey]:
    crops: list[Grey] = []
    for line in region.lines:
        crop = line_crop(pixels, line, CROP_HEIGHT, pad)
        pitch = line.length_px / region.characters / line.height_px
        width = max(CROP_HEIGHT, round(crop.shape[1] * CROP_PITCH / pitch))
        crops.append(np.asarray(cv2.resize(crop, (width, CROP_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8))
    return crops


def _result(
    zones: Sequence[Zone], region: Box, box_of: BoxOf, length_px: float, problems: list[Problem]
) -> MrzResult | None:
    """Vote, assemble and place; None where the readings make no MRZ, and no reading in it where none can be claimed."""
    found = voted(zones)
    if found is None:
        return None
    layout, lines = found
    reading = assembled(layout, lines, tuple(dict.fromkeys(line.engine for zone in zones for line in zone)))
    if not claimed(reading):
        return MrzResult(None, (), region, None, plausibility(reading), ())
    pitch = length_px / len(reading.lines[0])
    facts = facts_of(reading, lines, box_of, pitch, region)
    return MrzResult(reading, facts, region, pitch, plausibility(reading), tuple(problems))


def _from_blocks(page: Page, fallback: PassportEye, problems: list[Problem]) -> MrzResult | None:
    """What PassportEye's regions hold; characters are placed evenly over the region."""
    try:
        blocks = fallback.read_blocks(page.grey)
    except EngineError as error:
        problems.append(Problem(ProblemKind.ENGINE, "mrz", str(error)))
        return None
    height, width = page.grey.shape
    for block in blocks:
        region = Box.from_pixels(block.left, block.top, block.right, block.bottom, width, height)
        for count in (3, 2):
            zone = block.readings[-count:]
            result = _result([zone], region, _evenly(region, count), block.right - block.left, problems)
            if result is not None and result.reading is not None:
                return result
    return None


def _length(region: MrzRegion) -> float:
    return float(np.mean([line.length_px for line in region.lines]))


def _along(page: Page, region: MrzRegion) -> BoxOf:
    """Boxes of characters, evenly along each row."""
    height, width = page.grey.shape

    def box_of(place: Place, length: int) -> Box:
        quad = region.lines[place.line].quad
        step = (quad[1] - quad[0]) / length
        points = np.concatenate([quad[[0, 3]] + step * place.start, quad[[0, 3]] + step * place.end])
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return Box.from_pixels(float(left), float(top), float(right), float(bottom), width, height)

    return box_of


def _evenly(region: Box, count: int) -> BoxOf:
    """Boxes of characters in a block of equal rows."""

    def box_of(place: Place, length: int) -> Box:
        step_x, step_y = (region.right - region.left) / length, (region.bottom - region.top) / count
        left, top = region.left + step_x * place.start, region.top + step_y * place.line
        return Box(left, top, min(1.0, region.left + step_x * place.end), min(1.0, top + step_y))

    return box_of
