"""`python -m tests.bench.mrz.fit_exactness`: the figures of `pipeline/mrz/exactness.py`, fitted anew.

The line network is fitted on drawn lines that no training step saw, many of them beyond reading; Tesseract, which is
heard seldom, on lines of generated documents. Half of either set is kept for the expected calibration error. The faces
that training draws must be installed.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mrz.crops import line_crop
from pipeline.mrz.exactness import log_odds
from pipeline.mrz.locate import locate
from pipeline.mrz.read import plain_page
from pipeline.mrz.training.makers import numbered
from pipeline.ocr.engine import LineReading
from pipeline.ocr.mrz_line import MrzLines
from pipeline.ocr.tesseract_line import TesseractLines
from tests.bench.mrz.synthetic import pictures

Values = NDArray[np.float64]
#: Numbers of batches from here on are neither trained on nor validated with.
_UNSEEN = 2_000_000_000
_RIDGE = 1e-3
_EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def main() -> None:
    """Fit and print, a line an engine."""
    given = argparse.ArgumentParser(prog="python -m tests.bench.mrz.fit_exactness")
    given.add_argument("--batches", type=int, default=100, help="of 64 drawn lines")
    given.add_argument("--documents", type=int, default=400)
    given.add_argument("--seed", type=int, default=911)
    options = given.parse_args()
    cv2.setNumThreads(1)
    _print("overseal", list(_drawn(options.batches)), columns=(0, 1))
    with tempfile.TemporaryDirectory() as folder:
        _print("tesseract", list(_of_documents(Path(folder), options.seed, options.documents)), columns=(1,))


def _drawn(batches: int) -> Iterator[tuple[LineReading, str]]:
    engine = MrzLines()
    for number in range(batches):
        lines = numbered(1, _UNSEEN + number, 64)
        for crop, text in zip(lines.crops, lines.texts, strict=True):
            if len(text) in (30, 36, 44):
                yield engine.read_lines([crop])[0], text


def _of_documents(folder: Path, seed: int, count: int) -> Iterator[tuple[LineReading, str]]:
    engine = TesseractLines()
    for picture in pictures(folder, seed, count):
        colour = cv2.imread(str(picture.path))
        assert colour is not None
        page = plain_page(np.asarray(colour, np.uint8))
        for region in locate(page)[:1]:
            if len(region.lines) == len(picture.lines):
                crops = [line_crop(page.grey, line, engine.strip_height) for line in region.lines]
                yield from zip(engine.read_lines(crops), picture.lines, strict=True)


def _print(name: str, lines: list[tuple[LineReading, str]], columns: tuple[int, ...]) -> None:
    seen = [(line, text) for line, text in lines if len(line.text) >= len(text) - 4]
    odds = np.array([_odds(line) for line, _ in seen])[:, columns]
    exact = np.array([line.text == text for line, text in seen], np.float64)
    half = len(seen) // 2
    weights = _logistic(odds[:half], exact[:half])
    stated = 1 / (1 + np.exp(-(odds[half:] @ weights[:-1] + weights[-1])))
    error = _calibration_error(stated, exact[half:])
    print(f"{name}: {len(seen)} lines, {exact.mean():.3f} exact, weights {np.round(weights, 2)}, error {error:.4f}")


def _odds(line: LineReading) -> tuple[float, float]:
    probabilities = [character.probability for character in line.characters]
    return log_odds(math.prod(probabilities)), log_odds(min(probabilities))


def _logistic(values: Values, exact: Values) -> Values:
    """Weights and offset by Newton's method with a little ridge."""
    design = np.column_stack([values, np.ones(len(values))])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        stated = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (stated - exact) + _RIDGE * weights
        curve = design.T @ (design * (stated * (1 - stated))[:, None]) + _RIDGE * np.eye(len(weights))
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def _calibration_error(stated: Values, exact: Values) -> float:
    bins = np.digitize(stated, _EDGES)
    return float(
        sum(
            (bins == one).mean() * abs(stated[bins == one].mean() - exact[bins == one].mean())
            for one in np.unique(bins)
        )
    )


if __name__ == "__main__":
    main()
