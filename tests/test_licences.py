from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: Ours, trained on drawn lines alone; under the project's own licence.
OWN = {"pipeline/ocr/data/mrz_line.onnx"}
#: Models that are not ours, with the file that holds their licence and words it must hold.
MODELS = {
    "pipeline/ocr/data/mrz.traineddata": (
        "LICENSE.mrz-traineddata",
        "Doubango Telecom",
        "Redistributions in binary form",
    ),
    "pipeline/imaging/data/face_detection_yunet_2023mar_int8bq.onnx": ("LICENSE.yunet", "Shiqi Yu", "free of charge"),
    "pipeline/ocr/data/PP-OCRv6_det_small.int8.onnx": ("../../../LICENSE", "Apache License", "Version 2.0"),
    "pipeline/ocr/data/PP-OCRv6_rec_small.int8.onnx": ("../../../LICENSE", "Apache License", "Version 2.0"),
}


def test_every_model_that_is_shipped_is_listed_here() -> None:
    shipped = [path for ending in ("*.onnx", "*.traineddata") for path in (ROOT / "pipeline").rglob(ending)]
    assert {path.relative_to(ROOT).as_posix() for path in shipped} == set(MODELS) | OWN


@pytest.mark.parametrize("model", MODELS)
def test_a_model_comes_with_the_text_of_its_licence(model: str) -> None:
    name, *words = MODELS[model]
    licence = (ROOT / model).parent / name
    text = licence.read_text(encoding="utf-8")
    assert all(word in text for word in words)
    assert licence.name in (licence.parent / "README.md").read_text(encoding="utf-8") or licence.name == "LICENSE"
    declared = [path.resolve() for pattern in PROJECT["project"]["license-files"] for path in ROOT.glob(pattern)]
    assert licence.resolve() in declared


def test_licence_texts_go_into_the_wheel_beside_their_models() -> None:
    assert "LICENSE.*" in PROJECT["tool"]["setuptools"]["package-data"]["*"]
