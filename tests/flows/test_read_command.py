"""`overseal read`: exit code, and nothing on the terminal that it would act on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.commands import read
from pipeline.errors import ExitCode
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading

HOSTILE = "a\x1b[2Jb\nc\x9bd"


def _record(*problems: Problem) -> DocumentRecord:
    return DocumentRecord("d", "b", 0, DocumentKind.OTHER, None, None, (), (), (), problems)


@pytest.mark.parametrize("status", ["partial", "unreadable"])
def test_a_fault_of_ours_is_one(
    status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = FileReading("s", status, (_record(Problem(ProblemKind.OURS, "mrz", HOSTILE)),))  # type: ignore[arg-type]

    def found(*_: object) -> Iterator[tuple[str, FileReading]]:
        yield HOSTILE, reading

    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path))
    monkeypatch.setattr(read, "_in_order", found)
    given = argparse.Namespace(paths=[tmp_path], settings=None, jsonl=False)
    assert read.run(given) is ExitCode.OUR_FAULT
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 3
    assert all(character.isprintable() for line in told.split("\n") for character in line)
