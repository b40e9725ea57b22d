from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import EngineError, MissingDependency
from pipeline.mrz.locate import line_crop, locate
from pipeline.ocr.ctc import at_common_length
from pipeline.ocr.engine import LineEngine
from pipeline.ocr.passporteye import PassportEye
from pipeline.ocr.rapidocr_line import RapidOcrLines
from pipeline.ocr.recogniser import Recogniser
from pipeline.ocr.tesseract_line import MODEL_FOLDER, TesseractLines, find_program, probability
from pipeline.types.mrz import ALPHABET, MrzFormat
from tests.mrz.drawing import drawn, page_of
from tests.mrz.writing import Holder, write

TD3 = write(MrzFormat.TD3, Holder())
CROP = np.full((48, 200), 255, np.uint8)


def program(folder: Path, body: str) -> str:
    """A stand-in for the tesseract program."""
    path = folder / "tesseract"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(1)",
        "time.sleep(60)",
        "pass",
        "open(sys.argv[2] + '.hocr', 'wb').write(b'\\xff\\xfe\\x00')",
        "open(sys.argv[2] + '.hocr', 'w').write('no page at all')",
    ],
    ids=["dies", "hangs", "says nothing", "bad bytes", "bad text"],
)
def test_a_program_that_fails_is_an_engine_error(body: str, tmp_path: Path) -> None:
    engine = TesseractLines(timeout_seconds=1.0, program=program(tmp_path, body))
    with pytest.raises(EngineError):
        engine.read_lines((CROP,))


def test_a_missing_program_names_the_command() -> None:
    with pytest.raises(MissingDependency) as caught:
        find_program("no-such-tesseract")
    assert "apt-get install tesseract-ocr" in str(caught.value)
    with pytest.raises(MissingDependency):
        TesseractLines(program="no-such-tesseract").read_lines((CROP,))


def test_a_missing_network_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ocr.recogniser.find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match="rapidocr"):
        RapidOcrLines(Recogniser()).read_lines((CROP,))


def test_the_model_is_here_and_says_where_it_is_from() -> None:
    assert (MODEL_FOLDER / "mrz.traineddata").stat().st_size < 2_000_000
    assert "BSD-3" in (MODEL_FOLDER / "README.md").read_text(encoding="utf-8")


def test_confidence_becomes_a_probability() -> None:
    assert probability(100.0) == 1.0
    assert probability(99.0) == pytest.approx(0.972, abs=0.001)
    assert probability(0.0) < 0.06


def test_lines_of_no_mrz_length_are_left_as_read() -> None:
    scores = np.full((9, 38), 0.001, np.float32)
    scores[::2, 1 + ALPHABET.index("A")] = 1.0
    scores[1::2, 0] = 1.0
    found = at_common_length([scores / scores.sum(axis=1, keepdims=True)])
    assert found[0].text == "AAAAA"


@pytest.fixture(scope="module")
def crops() -> list[np.ndarray]:
    page = page_of(drawn(TD3))
    return [line_crop(page.grey, line, 48) for line in locate(page)[0].lines]


@pytest.mark.live
@pytest.mark.parametrize("engine", [TesseractLines(), RapidOcrLines()], ids=lambda engine: engine.name)
def test_an_engine_reads_drawn_lines(engine: LineEngine, crops: list[np.ndarray]) -> None:
    found = engine.read_lines(crops)
    # The recogniser of rapidocr takes the OCR-B letter O for a zero; the vote knows.
    assert [line.text.replace("O", "0") for line in found] == [line.replace("O", "0") for line in TD3]
    for line in found:
        assert "".join(character.text for character in line.characters) == line.text
        assert all(0.0 < character.probability <= 1.0 for character in line.characters)
        assert {line.engine, line.family} == {engine.name, engine.family}


@pytest.mark.live
def test_families_differ() -> None:
    assert TesseractLines.family != RapidOcrLines.family
    assert PassportEye.family == TesseractLines.family


@pytest.mark.live
def test_an_empty_crop_gives_next_to_nothing() -> None:
    for engine in (TesseractLines(), RapidOcrLines()):
        assert len(engine.read_lines((CROP,))[0].text) <= 1


@pytest.mark.live
def test_passporteye_finds_and_reads_a_zone_by_itself() -> None:
    page = page_of(drawn(TD3))
    blocks = PassportEye(TesseractLines()).read_blocks(page.grey)
    assert TD3 in [tuple(line.text for line in block.readings[-2:]) for block in blocks]
    block = next(block for block in blocks if tuple(line.text for line in block.readings[-2:]) == TD3)
    assert {line.engine for line in block.readings} == {"passporteye"}
    assert 0 <= block.left < 80
    assert 520 < block.top < block.bottom <= 700


@pytest.mark.live
def test_passporteye_on_a_blank_page_finds_nothing() -> None:
    assert PassportEye(TesseractLines()).read_blocks(np.full((300, 500), 255, np.uint8)) == ()
