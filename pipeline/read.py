"""One file -> its documents: intake, upright pages, machine-readable zone, printed zone, one after the other.

A page that cannot be read costs that page and nothing else. One decoded page is held at a time.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from pipeline.documents import PageReading, documents_of, heard, told_apart
from pipeline.errors import EngineError, UsageError
from pipeline.imaging.orient import Orientation, orientations, shrink
from pipeline.imaging.page import Colour, Page
from pipeline.imaging.portrait import portrait_zone
from pipeline.imaging.quality import measure_field
from pipeline.imaging.rescan import rescan_problems
from pipeline.imaging.upright import upright
from pipeline.intake.pages import Raster, rasters
from pipeline.intake.scan import open_scan
from pipeline.mrz.read import MrzEngines, MrzResult, make_engines, plain_page, read_mrz
from pipeline.mrz.ways import ways_up
from pipeline.ocr.engine import PageEngine, PlaceEngine, TextLine
from pipeline.ocr.rapidocr_page import RapidOcrPage
from pipeline.ocr.tesseract_page import TesseractPage
from pipeline.reference.labels import languages
from pipeline.reference.preprints import Preprint, shipped_preprints
from pipeline.reference.templates import Template, load_template, shipped_templates
from pipeline.settings import Reading, Settings
from pipeline.types.boxes import Box
from pipeline.types.documents import Zone, ZoneKind
from pipeline.types.problems import UNREADABLE, Problem, ProblemKind
from pipeline.types.readings import FileReading, PageImage, ReadingStatus
from pipeline.visual.choose import MrzHint
from pipeline.visual.part import printed_part
from pipeline.visual.placed import expected_values, has_print_at_foot, has_print_beside, placed_text
from pipeline.visual.read import PrintedResult, read_printed
from pipeline.visual.register import register
from pipeline.visual.several import mark_words, marks, parts, seems_several

T = TypeVar("T")

#: Pages are kept for people at this size: a letter page's small print is still legible at 1,600 px.
_IMAGE_SIDE = 1600
_IMAGE_QUALITY = 80
#: A form that fills less of the page than this may have another document beside it, so all text is looked for.
_FILLED = 0.6
#: A zone or page that was found but gave nothing makes a file only partly read.
_PARTIAL = UNREADABLE | {
    ProblemKind.PARTIAL_MRZ,
    ProblemKind.NO_MRZ,
    ProblemKind.UNKNOWN_TEMPLATE,
    ProblemKind.SCRIPT_NOT_READ,
    ProblemKind.SEVERAL_DOCUMENTS,
    ProblemKind.BLANK,
    ProblemKind.ENGINE,
}


@dataclass(frozen=True, slots=True)
class Readers:
    """The engines, templates, preprints and words of a run; each engine loads its model with the first page."""

    mrz: MrzEngines
    text: PageEngine
    templates: tuple[Template, ...]
    preprints: tuple[Preprint, ...] = ()
    mark_words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page in one orientation: its MRZ, its text lines and what the printed zone says."""

    page: Page
    mrz: MrzResult
    text: tuple[TextLine, ...]
    printed: PrintedResult

    @property
    def understood(self) -> bool:
        return self.mrz.reading is not None or self.printed.template is not None


def make_readers(settings: Settings) -> Readers:
    """The engines and templates that the settings name.

    Raises:
        UsageError: for a template or a table of labels of the user's that is not one.
    """
    reading = settings.reading
    text: PageEngine = (
        TesseractPage(reading.engine_timeout_seconds) if reading.page_engine == "tesseract" else RapidOcrPage()
    )
    spoken = languages(settings.labels)
    own = tuple(load_template(path, spoken) for path in settings.templates)
    shipped = shipped_templates(spoken)
    for template in own:
        if any(template.name == other.name for other in shipped):
            raise UsageError(f"template {template.name} has the name of a shipped one; give the file another name")
    return Readers(make_engines(reading), text, shipped + own, shipped_preprints(), mark_words(spoken))


def read_file(
    path: Path, bundle: str, readers: Readers, settings: Settings, page_done: Callable[[], None] = lambda: None
) -> FileReading:
    """Read every document of one file.

    Args:
        path: the file.
        bundle: opaque id of the application it belongs to.
        readers: from `make_readers`.
        settings: limits of intake and of reading.
        page_done: told after each page, read or not.

    Raises:
        MissingDependency: if an engine is not installed.
    """
    started = _cpu_seconds()
    scan = open_scan(path, settings.intake)
    if isinstance(scan, Problem):
        return FileReading(None, "unreadable", problems=(scan,), seconds=_cpu_seconds() - started)
    pages: list[PageReading] = []
    problems: list[Problem] = []
    for raster in _timed_rasters(rasters(scan, settings.intake)):
        if isinstance(raster, Problem):
            problems.append(raster)
        else:
            pages.extend(read_page(raster[0], readers, settings.reading, raster[1]))
        page_done()
    pages = heard(pages)
    records = documents_of(pages, bundle)
    images = tuple(
        PageImage(record.document_id, number, next(page.jpeg for page in pages if page.info == info))
        for record in records
        for number, info in enumerate(record.pages)
    )
    seen = [*problems, *(problem for record in records for problem in record.problems)]
    status: ReadingStatus = "unreadable"
    if records:
        status = "partial" if any(problem.kind in _PARTIAL for problem in seen) else "read"
    return FileReading(scan.sha256, status, records, tuple(problems), images, _cpu_seconds() - started)


def read_page(
    raster: Raster, readers: Readers, settings: Reading, decode_seconds: float = 0.0
) -> tuple[PageReading, ...]:
    """Read one page: as one, or where several documents lie on it and are told apart, each of them."""
    whole, seen = _read_whole(raster, readers, settings, decode_seconds)
    info, zone = seen.page.info, seen.mrz.region
    found = marks(seen.text, zone, info.width, info.height, readers.mark_words)
    if not seems_several(found):
        return (whole,)
    boxes = parts(seen.page.grey, found, seen.text, zone)
    return told_apart(whole, [_read_part(seen.page, box, readers, settings) for box in boxes])


def _read_part(page: Page, box: Box, readers: Readers, settings: Reading) -> PageReading:
    """One document of several on an upright page, read as a page of its own."""
    height, width = page.grey.shape
    rows = slice(round(box.top * height), round(box.bottom * height))
    columns = slice(round(box.left * width), round(box.right * width))
    raster = Raster(page.info.scan_sha256, page.info.scan_page, np.ascontiguousarray(page.colour[rows, columns]))
    read, _ = _read_whole(raster, readers, settings)
    rotation = (page.info.rotation + read.info.rotation) % 4
    mirrored = page.info.mirrored != read.info.mirrored
    return replace(read, info=replace(read.info, rotation=rotation, mirrored=mirrored, part=box))


def _read_whole(
    raster: Raster, readers: Readers, settings: Reading, decode_seconds: float = 0.0
) -> tuple[PageReading, _Seen]:
    """A page as one: the most plausible way up first, others only while nothing on it is understood."""
    clock = _Clock({"decode": decode_seconds})
    problems: list[Problem] = []
    way = clock.time("orient", lambda: _by_zone(raster, readers))
    ways = (way,) if way is not None else clock.time("orient", lambda: orientations(raster))
    seen = _look(raster, ways[0], readers, clock, problems)
    if not seen.understood:
        others = clock.time("orient", lambda: orientations(raster)) if way is not None else ways[1:]
        seen = _other_ways(raster, others, seen, readers, clock, problems)
    if seen.mrz.reading is None and not _carries_none(seen, readers):
        seen = _uncut(raster, seen, readers, clock, problems)
    if not seen.understood:
        mrz = clock.time("mrz", lambda: read_mrz(seen.page, readers.mrz))
        seen = replace(seen, mrz=mrz)
        if mrz.reading is not None:
            seen = _printed(seen.page, mrz, readers, clock, problems, seen.text)
    page = _with_pitch(seen.page, seen.mrz)
    face = clock.time("portrait", lambda: portrait_zone(page, 0))
    mrz_zone = Zone(ZoneKind.MRZ, 0, seen.mrz.region) if seen.mrz.region else None
    reading = PageReading(
        info=page.info,
        mrz=seen.mrz.reading,
        mrz_facts=seen.mrz.facts,
        printed=seen.printed,
        zones=tuple(zone for zone in (mrz_zone, face) if zone is not None),
        problems=_told(seen, readers, (*problems, *rescan_problems(page.info.quality, settings, 0))),
        jpeg=clock.time("image", lambda: _jpeg(page)),
        timings=tuple(clock.seconds.items()),
        zone=seen.mrz,
    )
    return reading, seen


def _by_zone(raster: Raster, readers: Readers) -> Orientation | None:
    """How the raster lies, told by a machine-readable zone on it; None where no row of one is legible.

    Mirrored pages are too rare to pay for on every page without a zone; `_other_ways` looks for them.
    """
    if not readers.mrz.lines:
        return None
    ways = ways_up(plain_page(raster.colour), readers.mrz.lines[0], mirrored_too=False)
    return Orientation(-ways[0][0] % 4) if ways else None


def _look(raster: Raster, way: Orientation, readers: Readers, clock: _Clock, problems: list[Problem]) -> _Seen:
    page = clock.time("upright", lambda: upright(raster, way))
    mrz = clock.time("mrz", lambda: read_mrz(page, readers.mrz, search_harder=False))
    return _printed(page, mrz, readers, clock, problems)


def _uncut(raster: Raster, seen: _Seen, readers: Readers, clock: _Clock, problems: list[Problem]) -> _Seen:
    """The whole picture, where its zone is legible and the part that was cut out has lost it; else what was seen.

    A shadow's edge or a reflection can pass for the edge of the page.
    """
    info = seen.page.info
    way = Orientation(info.rotation, info.mirrored)
    whole = clock.time("upright", lambda: upright(raster, way, cut_out=False))
    if (whole.info.width, whole.info.height) == (info.width, info.height):
        return seen
    mrz = clock.time("mrz", lambda: read_mrz(whole, readers.mrz, search_harder=False))
    return seen if mrz.reading is None else _printed(whole, mrz, readers, clock, problems)


def _carries_none(seen: _Seen, readers: Readers) -> bool:
    """Whether the page's layout is known to carry no machine-readable zone."""
    return any(
        seen.printed.template is not None and template.name == seen.printed.template.name and not template.mrz
        for template in readers.templates
    )


def _other_ways(
    raster: Raster,
    ways: tuple[Orientation, ...],
    first: _Seen,
    readers: Readers,
    clock: _Clock,
    problems: list[Problem],
) -> _Seen:
    """The first other orientation in which something is understood, else the first one again.

    Mirrored pages are looked at for an MRZ only: reading all their text costs more than they are likely.
    """
    for way in ways:
        page = clock.time("upright", partial(upright, raster, way))
        mrz = clock.time("mrz", partial(read_mrz, page, readers.mrz, search_harder=False))
        if way.mirrored != ways[0].mirrored and mrz.reading is None:
            continue
        seen = _printed(page, mrz, readers, clock, problems)
        if seen.understood:
            return seen
    return first


def _printed(
    page: Page,
    mrz: MrzResult,
    readers: Readers,
    clock: _Clock,
    problems: list[Problem],
    text: tuple[TextLine, ...] | None = None,
) -> _Seen:
    if text is None:
        try:
            text = clock.time("text", lambda: _text(page, mrz, readers))
        except EngineError as error:
            problems.append(Problem(ProblemKind.ENGINE, "visual", str(error), 0))
            text = ()
    printed = clock.time(
        "printed",
        partial(
            read_printed,
            page,
            text,
            readers.templates,
            _hint(mrz),
            measure_field,
            engine=readers.text.name,
            look=partial(_look_again, readers.text, page.colour),
        ),
    )
    return _Seen(page, mrz, text, printed)


def _text(page: Page, mrz: MrzResult, readers: Readers) -> tuple[TextLine, ...]:
    """The page's lines: by position where its fixed print is known, else those that the engine finds."""
    if isinstance(readers.text, PlaceEngine):
        zone = (mrz.reading.format, mrz.region) if mrz.reading is not None and mrz.region is not None else None
        registered = register(page, readers.preprints, zone)
        if registered is not None:
            alone = registered.share_of(page.grey) >= _FILLED and not has_print_beside(registered, page.grey)
            expected = expected_values(registered.preprint, readers.templates)
            placed = placed_text(registered, page.colour, readers.text, expected) if alone else None
            if placed is not None:
                return placed
            if has_print_at_foot(registered):
                return readers.text.read_page(page.colour)
    return readers.text.read_page(printed_part(page, mrz.region))


def _look_again(engine: PageEngine, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
    """One box of the page; an engine that fails there leaves the field unread, as it was."""
    try:
        return engine.read_box(colour, box)
    except EngineError:
        return None


def _hint(mrz: MrzResult) -> MrzHint | None:
    if mrz.reading is None:
        return None
    first = mrz.reading.lines[0]
    return MrzHint(mrz.reading.format, first[:2], first[2:5])


def _told(seen: _Seen, readers: Readers, others: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems of the page; that there is no MRZ is none where the layout has none."""
    carries_none = _carries_none(seen, readers)
    kinds = (ProblemKind.NO_MRZ, ProblemKind.PARTIAL_MRZ)
    mrz = [one for one in seen.mrz.problems if not (carries_none and one.kind in kinds)]
    found = [*mrz, *seen.printed.problems, *others]
    return tuple(dict.fromkeys(replace(problem, page=0) for problem in found))


def _with_pitch(page: Page, mrz: MrzResult) -> Page:
    if mrz.pitch_px is None:
        return page
    quality = replace(page.info.quality, character_pitch_px=mrz.pitch_px)
    return replace(page, info=replace(page.info, quality=quality))


def _jpeg(page: Page) -> bytes:
    small = shrink(page.colour, _IMAGE_SIDE) if max(page.colour.shape[:2]) > _IMAGE_SIDE else page.colour
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _IMAGE_QUALITY])
    return np.asarray(encoded).tobytes()


def _timed_rasters(pages: Iterator[Raster | Problem]) -> Iterator[tuple[Raster, float] | Problem]:
    while True:
        before = _cpu_seconds()
        try:
            page = next(pages)
        except StopIteration:
            return
        yield page if isinstance(page, Problem) else (page, _cpu_seconds() - before)


class _Clock:
    """CPU seconds by stage, those of engine processes included."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def time(self, stage: str, work: Callable[[], T]) -> T:
        before = _cpu_seconds()
        try:
            return work()
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + _cpu_seconds() - before


def _cpu_seconds() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
