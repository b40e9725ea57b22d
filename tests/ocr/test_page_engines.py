"""Both page engines on a small drawn page, and what their failures become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytesseract
import pytest

from pipeline.errors import EngineError, MissingDependency
from pipeline.imaging.page import Colour
from pipeline.ocr import rapidocr_page, recogniser
from pipeline.ocr.engine import PageEngine
from pipeline.ocr.rapidocr_page import RapidOcrPage
from pipeline.ocr.tesseract_page import TesseractPage

ENGINES: list[Callable[[], PageEngine]] = [RapidOcrPage, TesseractPage]
TEXTS = {
    "Surname": (40, 60),
    "OTTERBURN": (40, 110),
    "Sex": (420, 60),
    "Date of birth": (40, 200),
    "16 AUG 1989": (40, 250),
}


def page() -> Colour:
    paper = np.full((320, 640, 3), 250, np.uint8)
    for text, at in TEXTS.items():
        cv2.putText(paper, text, at, cv2.FONT_HERSHEY_DUPLEX, 1.0, (20, 20, 20), 2, cv2.LINE_AA)
    return paper


@pytest.mark.live
@pytest.mark.parametrize("make", ENGINES)
def test_words_are_read_at_their_places(make: Callable[[], PageEngine]) -> None:
    lines = {line.text: line for line in make().read_page(page())}
    assert set(TEXTS) <= set(lines)
    for text, (left, baseline) in TEXTS.items():
        found = lines[text]
        assert abs(found.left - left) < 25
        assert found.top < baseline - 10 < found.bottom
        assert 0.5 < found.confidence <= 1.0


@pytest.mark.live
def test_a_lone_letter_is_not_read_lying() -> None:
    paper = page()
    cv2.putText(paper, "F", (420, 110), cv2.FONT_HERSHEY_DUPLEX, 1.0, (20, 20, 20), 2, cv2.LINE_AA)
    assert "F" in {line.text for line in RapidOcrPage().read_page(paper)}


@pytest.mark.live
@pytest.mark.parametrize("make", ENGINES)
def test_one_box_is_read(make: Callable[[], PageEngine]) -> None:
    engine = make()
    box = (30, 75, 330, 125)
    line = engine.read_box(page(), box)
    assert line is not None
    assert (line.text, (line.left, line.top, line.right, line.bottom)) == ("OTTERBURN", box)
    nothing = engine.read_box(page(), (500, 200, 600, 300))
    assert nothing is None or nothing.confidence < 0.5


@pytest.mark.live
@pytest.mark.parametrize("make", ENGINES)
def test_an_empty_page_has_no_lines(make: Callable[[], PageEngine]) -> None:
    assert make().read_page(np.full((200, 300, 3), 255, np.uint8)) == ()


def test_a_network_that_fails_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        limit_side_len = 0

        def __call__(self, colour: Colour) -> None:
            raise RuntimeError("out of memory")

    monkeypatch.setattr(rapidocr_page, "_networks", lambda: (Broken(), Broken()))
    with pytest.raises(EngineError, match="rapidocr failed"):
        RapidOcrPage().read_page(page())


def test_networks_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        boxes = None
        limit_side_len = 0

        def __call__(self, colour: Colour) -> Nothing:
            return self

    loaded: list[int] = []

    def load() -> tuple[Nothing, Nothing]:
        loaded.append(1)
        return Nothing(), Nothing()

    monkeypatch.setattr(rapidocr_page, "_networks", load)
    engine = RapidOcrPage()
    assert engine.read_page(page()) == engine.read_page(page()) == ()
    assert loaded == [1]


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingDependency, match=r"no-such\.onnx"):
        recogniser.wheel_model("no-such.onnx")
    monkeypatch.setattr(recogniser, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match="pip install rapidocr"):
        RapidOcrPage().read_page(page())


@pytest.mark.parametrize("script", ["exit 3", "exec sleep 60", "echo not a table"])
def test_a_tesseract_that_fails_hangs_or_babbles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(program))
    with pytest.raises(EngineError, match="tesseract"):
        TesseractPage(timeout_seconds=0.3).read_page(page())


def test_a_missing_tesseract_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(MissingDependency, match="apt-get install tesseract-ocr"):
        TesseractPage().read_page(page())


def test_a_missing_language_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(MissingDependency, match="apt-get install tesseract-ocr-eng"):
        TesseractPage().read_page(page())


@pytest.mark.live
def test_a_line_is_read_at_a_known_place() -> None:
    quad = np.array([[30, 215], [320, 215], [320, 262], [30, 262]], np.float32)
    line = RapidOcrPage().read_quad(page(), quad)
    assert line is not None
    assert line.text == "16 AUG 1989"
    assert (line.left, line.top, line.right, line.bottom) == (30, 215, 320, 262)
    assert RapidOcrPage().read_quad(np.full((100, 400, 3), 250, np.uint8), quad / np.float32(8)) is None


@pytest.mark.parametrize(("worst", "expected"), [(0.95, "QUICK"), (0.5, "FULL")])
def test_what_the_quick_network_is_unsure_of_is_read_again(
    monkeypatch: pytest.MonkeyPatch, worst: float, expected: str
) -> None:
    def read(network: object, strip: Colour) -> tuple[str, float, float]:
        return ("QUICK", 0.99, worst) if network is recogniser.quick_recogniser() else ("FULL", 0.99, 0.99)

    monkeypatch.setattr(rapidocr_page, "_read", read)
    quad = np.array([[30, 215], [320, 215], [320, 262], [30, 262]], np.float32)
    line = RapidOcrPage().read_quad(page(), quad)
    assert line is not None
    assert line.text == expected
