from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from pipeline.errors import EngineError
from pipeline.ocr.recogniser import (
    HEIGHT,
    IDEOGRAPH,
    RECOGNISER,
    Recogniser,
    keep_classes,
    kept_only,
    quick_recogniser,
    shared_recogniser,
    wheel_model,
)


def strip() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (HEIGHT, 160, 3)).astype(np.uint8)


def test_what_is_kept_scores_as_in_the_whole_network() -> None:
    session = onnxruntime.InferenceSession(str(wheel_model(RECOGNISER)), providers=["CPUExecutionProvider"])
    whole = ("", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " ")
    found = shared_recogniser()
    places = [(whole.index(one), found.characters.index(one)) for one in ("", *"AZ09<é-/", " ")]
    before, after = (np.array(column) for column in zip(*places, strict=True))
    pixels = strip().transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - np.float32(1)
    expected = session.run(None, {"x": pixels})[0][0][:, before]
    scores = found.probabilities(strip())[:, after]
    shares = scores / scores.sum(axis=1, keepdims=True)
    assert shares == pytest.approx(expected / expected.sum(axis=1, keepdims=True), abs=1e-4)


def test_most_ideographs_are_gone_and_the_rest_stand_for_all() -> None:
    characters = shared_recogniser().characters
    assert len(characters) < 5000
    assert characters.count(IDEOGRAPH) > 500
    assert not any("\u4e00" <= one <= "\u9fff" for one in characters)
    assert characters[0] == ""
    assert characters[-1] == " "


def test_probabilities_sum_to_one() -> None:
    assert shared_recogniser().probabilities(strip()).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x3a\x7f"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"model\.onnx"):
        Recogniser(path).probabilities(strip())


def test_a_network_with_another_last_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="last layer"):
        keep_classes(onnx.load(wheel_model("PP-OCRv6_det_small.onnx")), np.arange(3))


def test_the_copy_in_8_bits_has_the_same_classes() -> None:
    assert quick_recogniser().characters == shared_recogniser().characters
    assert quick_recogniser().probabilities(strip()).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_classes_are_taken_out_once() -> None:
    model = onnx.load(wheel_model(RECOGNISER))
    once = kept_only(model)
    assert kept_only(model) == once
    assert len(once) == len(shared_recogniser().characters)
