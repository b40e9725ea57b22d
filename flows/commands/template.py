"""`overseal template check IMAGE`: what a template reads from one page, and why not."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file
from pipeline.errors import ExitCode
from pipeline.settings import load
from pipeline.types.problems import Problem

if TYPE_CHECKING:
    from pipeline.intake.pages import Raster
    from pipeline.ocr.engine import PageEngine
    from pipeline.reference.templates import Template
    from pipeline.visual.explain import FieldExplanation, TemplateExplanation

#: Ways a page may lie that are tried; the right one was among the first two in 200 of 204 turned images.
_WAYS = 2
#: Texts shown that are neither label nor value.
_MOST_TEXTS = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("check", help="read the pages of one file by a template")
    action.add_argument("image", type=Path, metavar="IMAGE")
    action.add_argument(
        "--template", type=Path, metavar="FILE", help="your template; else all that are known are tried"
    )
    settings_file(action)


def run(given: argparse.Namespace) -> ExitCode:
    """Print, for each page, the template that fits best with each of its fields; 5 when no page can be read."""
    from pipeline.intake.pages import rasters
    from pipeline.intake.scan import open_scan
    from pipeline.read import make_readers
    from pipeline.reference.labels import languages
    from pipeline.reference.templates import load_template

    settings = load(given.settings)
    readers = make_readers(settings)
    templates = (load_template(given.template, languages(settings.labels)),) if given.template else readers.templates
    scan = open_scan(given.image.resolve(), settings.intake)
    pages = [scan] if isinstance(scan, Problem) else rasters(scan, settings.intake)
    readable = 0
    for number, page in enumerate(pages, start=1):
        if isinstance(page, Problem):
            print(f"page {number}: {page.kind}: {page.message}")
            continue
        readable += 1
        best, *others = _explained(page, readers.text, templates)
        for line in _told(number, best, others):
            print("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line))
    return ExitCode.NOTHING_FLAGGED if readable else ExitCode.ONLY_UNREADABLE


def _explained(raster: Raster, engine: PageEngine, templates: tuple[Template, ...]) -> tuple[TemplateExplanation, ...]:
    """Every template against the page as it lies best."""
    from pipeline.imaging.orient import orientations
    from pipeline.imaging.upright import upright
    from pipeline.visual.explain import explain_choice

    tried = []
    for orientation in orientations(raster)[:_WAYS]:
        page = upright(raster, orientation)
        lines = engine.read_page(page.colour)
        explained = explain_choice(lines, (page.info.width, page.info.height), templates)
        words = sum(line.confidence * len(line.text) for line in lines)
        tried.append((explained[0].enough, explained[0].score, words, explained))
    return max(tried, key=lambda one: one[:3])[3]


def _told(number: int, best: TemplateExplanation, others: list[TemplateExplanation]) -> Iterator[str]:
    verdict = "fits" if best.enough else "does not fit well enough; the page's layout stays unknown"
    yield f"page {number}: template {best.template} ({best.title}) {verdict}; evidence {best.score:.1f}"
    if others:
        yield "  others: " + ", ".join(f"{one.template} {one.score:.1f}" for one in others)
    yield from (f"  wording seen: {wording}" for wording in best.wordings_seen)
    yield from (f"  wording not seen: {wording}" for wording in best.wordings_missing)
    for field in best.fields:
        yield f"  {'!' if field.mandatory and not field.value else ' '} {field.field:<20} {_reading(field)}"
    for text in best.left_over[:_MOST_TEXTS]:
        yield f"    neither label nor value: {text}"


def _reading(field: FieldExplanation) -> str:
    label = f"label {field.label_seen!r}" if field.label_seen else "label not seen"
    if not field.value:
        return f"not read: {field.why_not}; {label}"
    return f"{field.value!r} from {field.raw!r}, confidence {field.confidence or 0.0:.2f}; {label}"
