from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from flows.commands import doctor
from pipeline.errors import ExitCode


@pytest.fixture(name="ask")
def _ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OVERSEAL_STORE_URL", raising=False)
    monkeypatch.setattr(doctor, "_DISK_BYTES", 1)
    return argparse.Namespace(settings=None, store=None)


def test_every_model_is_looked_for(ask: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.run(ask) is ExitCode.NOTHING_FLAGGED
    told = capsys.readouterr().out
    assert "missing" not in told
    for name in ("MRZ model", "text detector", "face detector", "rapidocr models"):
        assert name in told


def test_a_model_of_ours_that_is_gone_is_cured_by_reinstalling_ours(
    ask: argparse.Namespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "_models", lambda: [("text detector", tmp_path / "none.onnx")])
    assert doctor.run(ask) is ExitCode.MISSING
    assert "text detector: reinstall Overseal" in capsys.readouterr().out


def test_a_library_of_the_system_is_cured_by_its_package(
    ask: argparse.Namespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(module: str) -> str:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(doctor, "_loaded", fail)
    assert doctor.run(ask) is ExitCode.MISSING
    assert "import cv2: apt-get install libgl1" in capsys.readouterr().out


def test_an_optional_part_that_is_absent_is_told_and_nothing_is_amiss(
    ask: argparse.Namespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_OPTIONAL", {"no-such-package": ("a purpose", "pip install it")})
    assert doctor.run(ask) is ExitCode.NOTHING_FLAGGED
    assert "not installed; for a purpose: pip install it" in capsys.readouterr().out
