"""How well printed zones are read: fields by template and key, CPU by stage, for both page engines.

    python -m tests.bench.visual --each 10 --phone-share 0.4

Documents are made with a seed. Which way up they lie and where they hold an MRZ is taken from their truth, so that
only the reading of the printed zone is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from fixtures.utopia import conditions, papers
from fixtures.utopia.document import Document
from fixtures.utopia.people import Holder, holder
from fixtures.utopia.scans import Expected, scan
from fixtures.utopia.truth import Truth
from pipeline.imaging.orient import Orientation
from pipeline.imaging.page import Page
from pipeline.imaging.quality import measure_field
from pipeline.imaging.upright import upright
from pipeline.intake.pages import rasters
from pipeline.intake.scan import open_scan
from pipeline.mrz.locate import locate
from pipeline.ocr.engine import PageEngine
from pipeline.ocr.rapidocr_page import RapidOcrPage
from pipeline.ocr.tesseract_page import TesseractPage
from pipeline.reference.templates import shipped_templates
from pipeline.settings import Intake
from pipeline.types.mrz import MrzFormat
from pipeline.types.problems import Problem
from pipeline.types.values import shown
from pipeline.visual.choose import MrzHint
from pipeline.visual.part import printed_part
from pipeline.visual.read import combined, read_printed

KINDS: dict[str, Callable[[random.Random], Document]] = {
    "passport": lambda rng: papers.passport(rng, *_bearer(rng)),
    "work-permit": lambda rng: papers.permit(rng, *_bearer(rng)),
    "permit-card": lambda rng: _permit_card(rng),
    "td1": lambda rng: papers.identity_card(rng, holder(rng), MrzFormat.TD1),
    "td1-residence": lambda rng: papers.identity_card(rng, holder(rng), MrzFormat.TD1, residence=True),
    "td2": lambda rng: papers.identity_card(rng, holder(rng), MrzFormat.TD2),
    "mrv-a": lambda rng: _visa(rng, MrzFormat.MRVA),
    "mrv-b": lambda rng: _visa(rng, MrzFormat.MRVB),
}
ENGINES: dict[str, Callable[[], PageEngine]] = {"rapidocr": RapidOcrPage, "tesseract": TesseractPage}
#: Turns that storing a photograph took, undone by its EXIF tag.
_EXIF_TURNS = {1: 0, 3: 2, 6: 1, 8: 3}


@dataclass
class Tally:
    """What was counted over the documents read by one engine."""

    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong_keys: Counter[str] = field(default_factory=Counter)
    templates_wrong: list[str] = field(default_factory=list)
    misspelt: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))


def _bearer(rng: random.Random) -> tuple[Holder, papers.Passport]:
    person = holder(rng)
    return person, papers.passport_of(rng, person)


def _permit_card(rng: random.Random) -> Document:
    person, book = _bearer(rng)
    return papers.permit(rng, person, book, card=True)


def _visa(rng: random.Random, form: MrzFormat) -> Document:
    person, book = _bearer(rng)
    return papers.visa(rng, person, book, form)


def main() -> None:
    """Make, read, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.visual", description=__doc__)
    parser.add_argument("--each", type=int, default=5, help="documents of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phone-share", type=float, default=0.4)
    parser.add_argument("--engine", choices=sorted(ENGINES), action="append")
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--wrong", action="store_true", help="print every field that was read otherwise")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="overseal-bench-") as folder:
        truths = list(made(Path(folder), options))
        for name in options.engine or sorted(ENGINES):
            tally = Tally()
            engine = ENGINES[name]()
            for one in truths:
                _measured(Path(folder), one, engine, tally, options.wrong)
            print(json.dumps({name: _figures(tally)}, indent=1))


def made(folder: Path, options: argparse.Namespace) -> Iterator[Truth]:
    """Scan documents of each kind into `folder`."""
    for kind in options.kind or KINDS:
        for i in range(options.each):
            rng = random.Random(f"{options.seed}/{kind}/{i}")
            document = KINDS[kind](rng)
            take = conditions.phone if rng.random() < options.phone_share else conditions.flatbed
            settings = take(rng, document.template, True)
            yield scan(folder, Path(f"{kind}-{i}") / kind, document, settings, rng, Expected())


def _measured(folder: Path, one: Truth, engine: PageEngine, tally: Tally, show: bool) -> None:
    results = []
    for number, page in enumerate(pages(folder, one)):
        started = time.process_time()
        zones = locate(page) if one.mrz_format else ()
        part = printed_part(page, zones[0].box if zones else None)
        before, children = time.process_time(), _children()
        lines = engine.read_page(part)
        between = time.process_time()
        results.append(
            read_printed(
                page,
                lines,
                shipped_templates(),
                _hint(one),
                measure_field,
                engine=engine.name,
                number=number,
                look=partial(engine.read_box, page.colour),
            )
        )
        seconds = tally.seconds[one.template]
        seconds["locate"].append(before - started)
        seconds["ocr"].append(between - before + _children() - children)
        seconds["visual"].append(time.process_time() - between)
    result = combined(results)
    name = result.template.name if result.template else "unknown"
    if name != one.template:
        tally.templates_wrong.append(f"{one.template} -> {name}")
    tally.misspelt.extend(result.template.misspelt if result.template else ())
    said: dict[str, str] = {}
    for fact in result.facts:
        if fact.key.startswith("viz."):
            said.setdefault(fact.key.removeprefix("viz."), shown(fact.value))
    for key, value in one.fields.items():
        tally.asked[one.template, one.capture.kind] += 1
        tally.read[one.template, one.capture.kind] += said.get(key) == value
        if said.get(key) != value:
            tally.wrong_keys[key] += 1
            if show:
                print(f"{one.file} {one.capture.kind} {key}: {value!r} read {said.get(key)!r}")


def pages(folder: Path, one: Truth) -> Iterator[Page]:
    """Upright pages of one scanned document."""
    limits = Intake()
    file = open_scan(folder / one.file, limits)
    if isinstance(file, Problem):
        raise RuntimeError(file.message)
    turns = (one.capture.quarter_turns + _EXIF_TURNS[one.capture.exif_orientation]) % 4
    for raster in rasters(file, limits):
        if isinstance(raster, Problem):
            raise RuntimeError(raster.message)
        yield upright(raster, Orientation((4 - turns) % 4))


def _hint(one: Truth) -> MrzHint | None:
    if one.mrz_format is None:
        return None
    return MrzHint(MrzFormat(one.mrz_format), one.mrz_lines[0][:2], one.mrz_lines[0][2:5])


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "fields": {
            f"{template} {kind}": f"{tally.read[template, kind]}/{asked} = {tally.read[template, kind] / asked:.4f}"
            for (template, kind), asked in sorted(tally.asked.items())
        },
        "by capture": {
            kind: round(
                sum(n for (_, one), n in tally.read.items() if one == kind)
                / sum(n for (_, one), n in tally.asked.items() if one == kind),
                4,
            )
            for kind in sorted({kind for _, kind in tally.asked})
        },
        "wrong by key": dict(tally.wrong_keys.most_common()),
        "templates wrong": tally.templates_wrong,
        "misspelt on clean documents": tally.misspelt,
        "CPU seconds a page, median": {
            template: {stage: round(statistics.median(values), 3) for stage, values in stages.items()}
            for template, stages in tally.seconds.items()
        },
    }


if __name__ == "__main__":
    main()
