"""An upright-ish page -> its machine-readable zone with facts, or why there is none.

Order of work: regions that may be a zone, best first; the first engine reads each, and what it can make nothing of is
dropped. Where its reading leaves a doubt, it looks again at other crops of the same rows, and a second family is
asked; so it is too where something would be found wrong with the document (`questionable`, `confirmed`): only what two
families read alike may count for more than weak. Where nothing is found, PassportEye's way of finding regions is tried.
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
    doubtful,
    hopeless,
    layout_of,
    plausibility,
    questionable,
    refusal,
    voted,
)
from pipeline.mrz.crops import line_crop
from pipeline.mrz.facts import BoxOf, facts_of
from pipeline.mrz.locate import locate
from pipeline.mrz.partial import missing
from pipeline.mrz.regions import MrzRegion
from pipeline.mrz.ways import ways_up
from pipeline.ocr.engine import LineEngine
from pipeline.ocr.mrz_line import MrzLines
from pipeline.ocr.passporteye import PassportEye
from pipeline.ocr.tesseract_line import TesseractLines
from pipeline.reference.mrz_fields import Place
from pipeline.settings import Reading
from pipeline.types.boxes import Box
from pipeline.types.documents import PageInfo, Quality
from pipeline.types.facts import AnyFact
from pipeline.types.mrz import MrzReading
from pipeline.types.problems import Problem, ProblemKind

#: Crops of a second and third look, beside the first: factor on the pitch, lift in characters' widths.
OTHER_LOOKS = ((0.94, 0.08), (1.06, -0.08))


@dataclass(frozen=True, slots=True)
class MrzEngines:
    """Engines made once and shared: the first reads, others are asked in doubt; `fallback` finds its own regions."""

    lines: tuple[LineEngine, ...]
    fallback: PassportEye | None


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """A zone's place on its page: its box, its characters' boxes, and the length of its rows in px."""

    box: Box
    box_of: BoxOf
    length_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Unheard:
    """A zone as engines may read it that were not asked: it outlives the page's pixels.

    Attributes:
        zones: what was read so far.
        crops: by engine that was not asked.
    """

    zones: tuple[Zone, ...]
    crops: tuple[tuple[LineEngine, tuple[Grey, ...]], ...]
    where: Where


@dataclass(frozen=True, slots=True)
class MrzResult:
    """What one page gave.

    Attributes:
        reading: None where nothing was read or too little to claim.
        facts: of the reading, page 0.
        region: where the zone is, also where it could not be read.
        pitch_px: px a character.
        plausibility: 0-1, for comparing orientations of one page; of a reading that was not claimed too, 0 without any.
        problems: met on the way.
        refused: why what was read is not given out, in words.
        unheard: what it takes to hear the other engines later; None where all have been asked, or nothing was read.
    """

    reading: MrzReading | None
    facts: tuple[AnyFact, ...]
    region: Box | None
    pitch_px: float | None
    plausibility: float
    problems: tuple[Problem, ...]
    refused: str = ""
    unheard: Unheard | None = None


def make_engines(settings: Reading) -> MrzEngines:
    """The engines the settings name; each loads its program or model with the first line."""
    tesseract = TesseractLines(settings.engine_timeout_seconds)
    known: dict[str, LineEngine] = {"overseal": MrzLines(), "tesseract": tesseract}
    return MrzEngines(tuple(known[name] for name in settings.mrz_engines), PassportEye(tesseract))


def read_mrz(page: Page, engines: MrzEngines, *, search_harder: bool = True) -> MrzResult:
    """Read the zone of an upright page.

    Args:
        page: upright but for some degrees.
        engines: from `make_engines`.
        search_harder: try PassportEye's regions where the locator finds none; costs half a second.

    Raises:
        MissingDependency: if an engine is not installed.
    """
    problems: list[Problem] = []
    regions = locate(page)
    plausible = 0.0
    parts: list[tuple[Box, str]] = []
    for index, region in enumerate(regions):
        zones = _zones(page, region, engines, problems, hopeful=index == 0)
        result = _result(zones, _where(page, region), problems)
        if result is not None and result.reading is not None:
            return replace(result, unheard=_unheard(page, region, zones, engines))
        lacking = missing(region, zones[0] if zones else (), result.refused if result is not None else "")
        parts += [(region.box, lacking)] if lacking is not None else []
        plausible = max(plausible, result.plausibility if result is not None else 0.0)
    if search_harder and not regions and engines.fallback is not None:
        result = _from_blocks(page, engines.fallback, problems)
        if result is not None:
            return result
    problems.append(
        Problem(ProblemKind.PARTIAL_MRZ, "mrz", f"a machine-readable zone is there in part: {parts[0][1]}")
        if parts
        else Problem(ProblemKind.NO_MRZ, "mrz", "no machine-readable zone was found")
    )
    return MrzResult(None, (), parts[0][0] if parts else None, None, plausible, tuple(problems))


def _unheard(page: Page, region: MrzRegion, zones: Sequence[Zone], engines: MrzEngines) -> Unheard | None:
    heard = {line.engine for zone in zones for line in zone}
    crops = tuple(
        (engine, tuple(_crops(page.grey, region, engine))) for engine in engines.lines if engine.name not in heard
    )
    return Unheard(tuple(zones), crops, _where(page, region)) if crops else None


def confirmed(result: MrzResult) -> MrzResult:
    """The reading again, with every family heard; as it was where all have been.

    For zones that another zone of the document contradicts, of which the zone itself knows nothing.
    """
    if result.unheard is None:
        return result
    problems = list(result.problems)
    zones = list(result.unheard.zones)
    for engine, crops in result.unheard.crops:
        zones.extend(_asked(engine, crops, problems))
    heard = _result(zones, result.unheard.where, problems, claim=False)
    if heard is None or heard.reading is None:
        return replace(result, problems=tuple(problems), unheard=None)
    return replace(heard, problems=tuple(problems))


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
    for turns, mirrored in ways_up(plain_page(colour), engines.lines[0]) if engines.lines else ():
        seen = colour[:, ::-1] if mirrored else colour
        turned = np.ascontiguousarray(np.rot90(seen, -turns))
        result = read_mrz(plain_page(turned), engines, search_harder=False)
        if result.reading is not None:
            return result, turns, mirrored
    if search_harder and engines.fallback is not None and not locate(plain_page(colour), sideways=True):
        problems = list(as_is.problems)
        found = _from_blocks(plain_page(colour), engines.fallback, problems)
        as_is = found if found is not None else replace(as_is, problems=tuple(problems))
    return as_is, 0, False


def plain_page(colour: Colour) -> Page:
    """A page for reading only: pixels, without measurements."""
    info = PageInfo("", 0, colour.shape[1], colour.shape[0], Quality())
    return Page(info, np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8), colour)


def _zones(page: Page, region: MrzRegion, engines: MrzEngines, problems: list[Problem], *, hopeful: bool) -> list[Zone]:
    """Readings of a region: the first engine's, and more looks and engines where that leaves a doubt or a question."""
    first, *others = engines.lines
    zones = _asked(first, _crops(page.grey, region, first), problems)
    if zones and (hopeless(zones[0]) or (layout_of(zones) is None and not hopeful)):
        return zones
    if zones and _doubtful(zones):
        red = np.ascontiguousarray(page.colour[:, :, 2])
        for pixels, (stretch, lift) in zip((page.grey, red), OTHER_LOOKS, strict=True):
            zones.extend(_asked(first, _crops(pixels, region, first, stretch, lift), problems))
    if not zones or _doubtful(zones) or _questionable(zones):
        for engine in others:
            zones.extend(_asked(engine, _crops(page.grey, region, engine), problems))
    return zones


def _doubtful(zones: Sequence[Zone]) -> bool:
    found = voted(zones)
    return found is None or doubtful(*found)


def _questionable(zones: Sequence[Zone]) -> bool:
    found = voted(zones)
    return found is not None and questionable(*found)


def _asked(engine: LineEngine, crops: Sequence[Grey], problems: list[Problem]) -> list[Zone]:
    """One engine's zone; none, and a problem, where it failed."""
    try:
        return [engine.read_lines(crops)]
    except EngineError as error:
        problem = Problem(ProblemKind.ENGINE, "mrz", str(error))
        if problem not in problems:
            problems.append(problem)
        return []


def _crops(pixels: Grey, region: MrzRegion, engine: LineEngine, stretch: float = 1.0, lift: float = 0.0) -> list[Grey]:
    crops = [line_crop(pixels, line, engine.strip_height, stretch=stretch, lift=lift) for line in region.lines]
    return [np.asarray(255 - crop, np.uint8) for crop in crops] if region.inverse else crops


def _result(zones: Sequence[Zone], where: Where, problems: list[Problem], *, claim: bool = True) -> MrzResult | None:
    """Vote, assemble and place; None where the readings make no MRZ, and no reading in it where none can be claimed.

    Args:
        zones: what engines read.
        where: the zone is.
        problems: met so far.
        claim: refuse what is too unsure; a zone that was given out already is not taken back.
    """
    found = voted(zones)
    if found is None:
        return None
    layout, lines = found
    reading = assembled(layout, lines)
    refused = refusal(reading) if claim else ""
    if refused:
        return MrzResult(None, (), where.box, None, plausibility(reading), (), refused=refused)
    pitch = where.length_px / len(reading.lines[0])
    facts = facts_of(reading, lines, where.box_of, pitch, where.box)
    return MrzResult(reading, facts, where.box, pitch, plausibility(reading), tuple(problems))


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
            where = Where(region, _evenly(region, count), block.right - block.left)
            result = _result([zone], where, problems)
            if result is not None and result.reading is not None:
                return result
    return None


def _where(page: Page, region: MrzRegion) -> Where:
    return Where(region.box, _along(page, region), float(np.mean([line.length_px for line in region.lines])))


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
