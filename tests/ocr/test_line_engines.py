from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import EngineError, MissingDependency
from pipeline.mrz.crops import line_crop
from pipeline.mrz.locate import locate
from pipeline.ocr.ctc import at_common_length
from pipeline.ocr.engine import LineEngine
from pipeline.ocr.mrz_line import HEIGHT, MODEL, PITCH, STRIDE, MrzLines
from pipeline.ocr.passporteye import PassportEye
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


def test_a_file_that_is_no_network_is_an_engine_error(tmp_path: Path) -> None:
    broken = tmp_path / "mrz_line.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(EngineError, match=r"mrz_line\.onnx"):
        MrzLines(broken).read_lines((CROP,))


def test_without_onnxruntime_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependency, match="pip install onnxruntime"):
        MrzLines().read_lines((CROP,))


def test_the_network_is_small_and_its_card_names_this_very_file() -> None:
    assert MODEL.stat().st_size <= 2_000_000
    card = (MODEL_FOLDER / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() in card


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
    assert [(free.text, fitted) for free, fitted in found] == [("AAAAA", None)]


def strips(engine: LineEngine) -> list[np.ndarray]:
    page = page_of(drawn(TD3))
    return [line_crop(page.grey, line, engine.strip_height) for line in locate(page)[0].lines]


@pytest.mark.live
@pytest.mark.parametrize("engine", [MrzLines(), TesseractLines()], ids=lambda engine: engine.name)
def test_an_engine_reads_drawn_lines(engine: LineEngine) -> None:
    found = engine.read_lines(strips(engine))
    assert tuple(line.text for line in found) == TD3
    for line in found:
        assert "".join(character.text for character in line.characters) == line.text
        assert all(0.0 < character.probability <= 1.0 for character in line.characters)
        assert {line.engine, line.family} == {engine.name, engine.family}


def test_the_network_reads_nothing_upside_down_or_mirrored() -> None:
    engine = MrzLines()
    for axes in ((0, 1), (1,), (0,)):
        found = engine.read_lines([np.ascontiguousarray(np.flip(crop, axes)) for crop in strips(engine)])
        # Fillers look the same upside down in a mirror.
        assert not any(line.text.strip("<") for line in found)


def test_strips_of_several_widths_are_read_each_by_itself() -> None:
    engine = MrzLines()
    crops = strips(engine)
    together = engine.probabilities([crops[0], crops[1][:, : 30 * PITCH], crops[1]])
    for scores, crop in zip(together, (crops[0], crops[1][:, : 30 * PITCH], crops[1]), strict=True):
        assert len(scores) == -(-crop.shape[1] // STRIDE)
        assert scores.sum(axis=1) == pytest.approx(1.0, abs=1e-3)
        assert scores == pytest.approx(engine.probabilities([crop])[0], abs=1e-3)
    assert crops[0].shape[0] == HEIGHT


@pytest.mark.live
def test_families_differ() -> None:
    assert TesseractLines.family != MrzLines.family
    assert PassportEye.family == TesseractLines.family


@pytest.mark.live
def test_an_empty_crop_gives_next_to_nothing() -> None:
    for engine in (TesseractLines(), MrzLines()):
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
