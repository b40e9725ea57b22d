from __future__ import annotations

import csv
import os
import signal
import stat
from pathlib import Path

import pytest

from flows.cli import main
from tests.register.folders import write

PERMITS = "permit_number,office_id,surname,birth_date,issued_at\n"
GOOD = "WP-1,01,CANARYONE,1990-01-02,2024-03-05T10:12:00+01:00\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return tmp_path / "register"


def listed(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_what_loads_and_what_does_not_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = "WP-2,01,CANARYTWO,1990-02-30,\nWP-3,01,CANARYTWO,1990-02-31,\nWP-4,01\n"
    write(folder, permits=PERMITS + GOOD + bad, snapshot="as_of\n2024-06-01T00:00:00Z\n", fees="", notes="x")
    assert main(["register", "check", str(folder)]) == 0
    told = capsys.readouterr().out
    for line in (
        "register as of 2024-06-01 00:00 UTC",
        "permits                      1           3",
        "  fees.csv: the file is empty",
        "  notes.csv: no file of a register; it was not looked into",
        "  2 x permits.csv, birth_date: no such day in the calendar; first in row 2",
        "  1 x permits.csv, whole row: 2 fields where the header has 5; first in row 4",
        "every refused row and column: out/register_problems.csv",
    ):
        assert line in told.splitlines()
    assert "CANARY" not in told and "1990" not in told
    problems = listed(tmp_path / "out" / "register_problems.csv")
    assert problems[0] == ["file", "row", "column", "reason"]
    assert ["permits.csv", "3", "birth_date", "no such day in the calendar"] in problems
    assert ["fees.csv", "", "", "the file is empty"] in problems
    assert len(problems) == 6


def test_checks_that_can_be_made_are_told_from_those_that_cannot(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, permits=PERMITS + GOOD)
    assert main(["register", "check", str(folder)]) == 0
    first = capsys.readouterr().out
    assert "the register does not say of when it is (snapshot)" in first
    lacking = next(line for line in first.splitlines() if line.startswith("  SEQ101 "))
    assert lacking.endswith("needs blocks.first_number, blocks.last_number")
    write(folder, blocks="office_id,first_number,last_number\n01,WP-1,WP-9\n")
    assert main(["register", "check", str(folder)]) == 0
    assert "  SEQ101 " not in capsys.readouterr().out


def test_the_list_is_for_its_owner_and_runs_no_formula(folder: Path, tmp_path: Path) -> None:
    text = "permit_number,=cmd(),\x1b[31mred\nWP-1,,\n"
    write(folder, permits=text)
    out = tmp_path / "elsewhere"
    assert main(["register", "check", str(folder), "--out", str(out)]) == 0
    path = out / "register_problems.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [row[2] for row in listed(path)[1:]] == ["'=cmd()", "\N{REPLACEMENT CHARACTER}[31mred"]


def test_nothing_of_a_file_acts_on_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, permits="permit_number,\x1b]0;owned\x07\nWP-1,\n")
    assert main(["register", "check", str(folder)]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"permits": PERMITS + GOOD}, 0),
        ({"permits": PERMITS + GOOD + "WP-2\n"}, 0),
        ({"permits": PERMITS + "WP-2\n", "offices": "office_id\n01\n"}, 0),
        ({"permits": PERMITS + "WP-2\n", "fees": ""}, 5),
        ({"permits": PERMITS}, 5),
        ({"permits": "surname\nX\n"}, 5),
        ({"notes": "x"}, 3),
        ({}, 3),
    ],
)
def test_the_exit_code_says_how_it_went(folder: Path, files: dict[str, str], code: int) -> None:
    assert main(["register", "check", str(write(folder, **files))]) == code


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[register.columns.permits]\nname = "x"', "register.columns.permits.name"),
        ('[register]\ntimezone = "Berlin"', "register.timezone"),
    ],
)
def test_settings_that_cannot_be_used_are_two(
    folder: Path, tmp_path: Path, settings: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, permits=PERMITS + GOOD)
    (tmp_path / "other.toml").write_text(settings)
    assert main(["register", "check", str(folder), "--settings", str(tmp_path / "other.toml")]) == 2
    assert told in capsys.readouterr().err


def test_wrong_usage_is_two(folder: Path, tmp_path: Path) -> None:
    assert main(["register"]) == 2
    assert main(["register", "check"]) == 2
    assert main(["register", "check", str(folder)]) == 2
    write(folder, permits=PERMITS + GOOD)
    (tmp_path / "file").write_text("")
    assert main(["register", "check", str(folder), "--out", str(tmp_path / "file")]) == 2
