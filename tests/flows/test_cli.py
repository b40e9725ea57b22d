from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fsspec.registry import known_implementations

from flows.cli import COMMANDS, main
from pipeline.errors import ExitCode, MissingDependency, OversealError, StoreError
from tests.flows.test_screen import CANARY


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OVERSEAL_STORE_URL", raising=False)
    # Both are for the whole process, which here is the test run.
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"overseal {command}" in capsys.readouterr().out


def test_what_the_system_refuses_is_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_given: object) -> ExitCode:
        raise OSError(errno.ENOSPC, "No space left on device", "secret text")

    monkeypatch.setattr("flows.commands.checks.run", fail)
    main(["checks"])
    told = capsys.readouterr().err
    assert "No space left on device" in told
    assert "internal error" not in told


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["screen"],
        ["screen", "x", "--today", "yesterday"],
        ["screen", "x", "--workers", "0"],
        ["screen", "x", "--register", "y"],
        ["explain", "XXX999"],
        ["explain"],
        ["read"],
        ["judge", "import", "absent.csv"],
        ["serve", "--inbox", "absent"],
        ["screen", "x", "--settings", "absent.toml"],
    ],
)
def test_wrong_usage_is_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "code"),
    [(f"sftp://user:{CANARY}@host/scans", 2), (f"s3://bucket/?key={CANARY}", 2), (f"lacking://{CANARY}/scans", 4)],
)
def test_an_address_that_cannot_be_served_is_not_told(
    address: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(known_implementations, "lacking", {"class": "no_such_package.core.System"})
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path))
    assert main(["serve", "--inbox", address]) == code
    told = capsys.readouterr().err
    assert CANARY not in told
    assert ("pip install no_such_package" in told) == (code == 4)
    assert not list(tmp_path.iterdir())


def test_explain_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "mrz101"]) == 0
    page = capsys.readouterr().out
    for section in ("What it looks at", "What else it can be", "What to check next", "Source"):
        assert f"**{section}**" in page
    for row in ("strength", "hypothesis", "needs", "version", "precision on the benchmark"):
        assert f"| {row} | " in page
    assert "| thresholds | legible = 0.85 |" in page
    assert main(["explain", "DAT109"]) == 0
    assert "| protection | " in capsys.readouterr().out


def test_checks_lists_every_check_with_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    keys = {"code", "name", "family", "kind", "version", "strength", "hypothesis", "needs", "precision"}
    assert listed
    assert all(set(check) == keys for check in listed)
    assert main(["checks"]) == 0
    told = capsys.readouterr().out
    assert all(check["code"] in told for check in listed)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (StoreError("locked"), 7),
        (MissingDependency("tesseract", "apt-get install tesseract-ocr"), 4),
        (OversealError("ours"), 1),
        (ZeroDivisionError("secret text"), 1),
        (OSError(errno.ENOSPC, "No space left on device", "secret text"), 1),
    ],
)
def test_errors_end_in_one_place(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.commands import checks

    def fail(_given: object) -> ExitCode:
        raise error

    monkeypatch.setattr(checks, "run", fail)
    assert main(["checks"]) == code
    told = capsys.readouterr().err
    assert told.startswith("overseal: ")
    assert "Traceback" not in told
    assert "secret text" not in told
    main(["checks", "-v"])
    assert ("Traceback" in capsys.readouterr().err) == isinstance(error, Exception)


def test_explain_loads_neither_orchestrator_nor_image_library() -> None:
    program = (
        "import sys; from flows.cli import main; main(['explain', 'MRZ101']); "
        "print(sorted({'prefect', 'cv2', 'sqlalchemy', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_judgements_of_findings_that_are_not_there_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "judgements.csv"
    file.write_text(
        "document_id,code,verdict,because,judged_by,judged_at\nabc,XZN101,benign,swapped,A. Person,2026-11-01\n"
    )
    assert main(["judge", "import", str(file)]) == 2
    assert "no such finding" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_seven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "judgements.csv"
    file.write_text("document_id,code,verdict,because,judged_by,judged_at\n")
    assert main(["judge", "import", str(file), "--store", "sqlite:////dev/null/x"]) == 7
    assert capsys.readouterr().err.startswith("overseal: the store cannot be opened")


@pytest.mark.parametrize(("command", "kept"), [("screen", True), ("read", False)])
def test_an_interrupted_command_says_what_it_keeps(
    command: str, kept: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_given: object) -> ExitCode:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"flows.commands.{command}.run", interrupt)
    assert main([command, "x"]) == 130
    assert ("is kept" in capsys.readouterr().err) == kept


def test_a_missing_package_is_named_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_the_package(_given: object) -> ExitCode:
        raise ModuleNotFoundError("No module named 'sqlalchemy'", name="sqlalchemy")

    monkeypatch.setattr("flows.commands.explain.run", without_the_package)
    assert main(["explain", "MRZ101"]) == ExitCode.MISSING
    said = capsys.readouterr().err
    assert "sqlalchemy" in said
    assert "make setup" in said
