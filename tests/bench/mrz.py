"""MRZ lines read exactly from real images of specimen documents: `python -m tests.bench.mrz DIR [--no-baseline]`.

DIR holds `truth.jsonl` (file, format or null, lines, printed_check_digits_wrong) and the images. Each image goes in
whole, its EXIF orientation applied. Only figures are printed and written: no name, no line, no file. The baselines,
which cost minutes, are PassportEye (its raw text) and Tesseract on the whole page, both with the MRZ model.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.imaging.page import Colour
from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of
from pipeline.mrz.read import make_engines, read_upright
from pipeline.ocr.tesseract_line import MODEL_FOLDER
from pipeline.settings import Reading
from tests.bench import machine

RESULT = Path(__file__).parent / "results" / "mrz.json"
_OPTIONS = f'--tessdata-dir "{MODEL_FOLDER}" -l mrz'

Lines = tuple[str, ...]
Reader = Callable[[Path, Colour], Lines]


@dataclass
class Figures:
    """One reader over the set."""

    reader: str
    with_mrz: int = 0
    exact: int = 0
    false_alarms: int = 0
    valid_but_wrong: int = 0
    wrong_digits: int = 0
    exact_of_wrong_digits: int = 0
    nothing_read: int = 0
    without_mrz: int = 0
    output_without_mrz: int = 0
    cpu_median_s: float = 0.0
    cpu_p95_s: float = 0.0
    seconds: list[float] = field(default_factory=list)

    def count(self, truth: dict[str, Any], lines: Lines, cpu_s: float) -> None:
        """Add one image."""
        self.seconds.append(cpu_s)
        if truth["format"] is None:
            self.without_mrz += 1
            self.output_without_mrz += bool(lines)
            return
        self.with_mrz += 1
        printed_wrong = bool(truth["printed_check_digits_wrong"])
        exact = lines == tuple(truth["lines"])
        self.wrong_digits += printed_wrong
        self.exact += exact
        self.exact_of_wrong_digits += exact and printed_wrong
        self.nothing_read += not lines
        if lines and not exact:
            valid = _valid(lines)
            self.valid_but_wrong += valid
            self.false_alarms += not valid and not printed_wrong

    def closed(self) -> dict[str, Any]:
        """The figures, times summed up."""
        self.cpu_median_s = round(statistics.median(self.seconds), 3)
        self.cpu_p95_s = round(float(np.percentile(self.seconds, 95)), 3)
        return {name: value for name, value in asdict(self).items() if name != "seconds"}


def main() -> int:
    """Measure, print a table, write the result."""
    given = argparse.ArgumentParser(prog="python -m tests.bench.mrz", description=__doc__.splitlines()[0])
    given.add_argument("folder", type=Path)
    given.add_argument("--no-baseline", action="store_true", help="leave out the baselines")
    given.add_argument("--no-write", action="store_true")
    options = given.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    cv2.setNumThreads(1)
    truths = [json.loads(line) for line in (options.folder / "truth.jsonl").read_text("utf-8").splitlines()]
    readers: dict[str, Reader] = {"overseal": _ours()}
    if not options.no_baseline:
        readers["PassportEye, mrz model, raw text"] = _passporteye
        readers["Tesseract psm 6, mrz model, whole page"] = _whole_page
    results = [_measured(name, reader, options.folder, truths) for name, reader in readers.items()]
    for figures in results:
        print(" | ".join(f"{name} {value}" for name, value in figures.items()))
    if not options.no_write:
        versions = {name: version(name) for name in ("rapidocr", "onnxruntime", "pytesseract", "passporteye")}
        RESULT.parent.mkdir(exist_ok=True)
        text = json.dumps({"machine": machine.words(), "versions": versions, "readers": results}, indent=1)
        RESULT.write_text(text + "\n", encoding="utf-8")
    return 0


def _measured(name: str, reader: Reader, folder: Path, truths: list[dict[str, Any]]) -> dict[str, Any]:
    figures = Figures(name)
    for truth in truths:
        path = folder / truth["file"]
        colour = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert colour is not None
        start = _cpu_s()
        lines = reader(path, np.asarray(colour, np.uint8))
        figures.count(truth, lines, _cpu_s() - start)
    return figures.closed()


def _cpu_s() -> float:
    """CPU seconds of this process and the programs it has run."""
    parts = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def _valid(lines: Lines) -> bool:
    layout = format_of(lines)
    return layout is not None and all(digit.ok for digit in check_digits(layout, lines))


def _ours() -> Reader:
    engines = make_engines(Reading())

    def read(path: Path, colour: Colour) -> Lines:
        reading = read_upright(colour, engines)[0].reading
        return () if reading is None else reading.lines

    return read


def _passporteye(path: Path, colour: Colour) -> Lines:
    """Its own pipeline, its cleaner not asked: the raw text of the region it settles on."""
    from passporteye import read_mrz

    with tempfile.NamedTemporaryFile(suffix=".png") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cv2.imwrite(file.name, colour)
        found = read_mrz(file.name, extra_cmdline_params=_OPTIONS)
    return () if found is None else _mrz_lines(found.aux.get("raw_text", found.aux.get("text", "")))


def _whole_page(path: Path, colour: Colour) -> Lines:
    import pytesseract

    return _mrz_lines(
        pytesseract.image_to_string(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), config=f"--psm 6 {_OPTIONS}")
    )


def _mrz_lines(text: str) -> Lines:
    """The last two or three long lines of a text, spaces taken out: what a user of a plain reader would take."""
    lines = [line.replace(" ", "") for line in text.splitlines()]
    long = [line for line in lines if len(line) >= 28]
    count = 3 if long and len(long[-1]) < 33 else 2
    return tuple(long[-count:])


if __name__ == "__main__":
    raise SystemExit(main())
