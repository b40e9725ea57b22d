from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipeline.report.expired import Expired, remove_expired

TODAY = dt.date(2026, 11, 29)


def night(reports: Path, name: str, marker: str = "run.json", *documents: str) -> Path:
    folder = reports / name / "integrity"
    folder.mkdir(parents=True)
    (reports / name / marker).write_text("{}")
    lines = [json.dumps({"document_id": document}) for document in documents]
    (folder / "cases.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return reports / name


@pytest.mark.parametrize(("days", "left"), [(0, True), (10, False), (11, True)])
def test_a_report_goes_at_its_age(tmp_path: Path, days: int, left: bool) -> None:
    folder = night(tmp_path, "2026-11-19T020000+0100")
    assert remove_expired(tmp_path, days, TODAY, set()) == Expired(removed=not left)
    assert folder.exists() is left
    assert left or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("marker", ["run.json", "night.json"])
def test_a_night_without_new_scans_is_a_report_too(tmp_path: Path, marker: str) -> None:
    night(tmp_path, "2026-01-01", marker)
    assert remove_expired(tmp_path, 1, TODAY, set()) == Expired(removed=1)


_BEGUN = (
    "names.csv",
    ".names.csv.new",
    "second_names.csv",
    "not_fetched.csv",
    "audit/audit.json",
    "audit/leads.jsonl",
    "audit/.leads.jsonl.new",
)


@pytest.mark.parametrize("left", _BEGUN)
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("2026-01-01T020000+0100", True),
        ("2026-01-01T020000-0330-2", True),
        ("2026-01-01", False),
        ("2026-01-01 letters", False),
        ("2026-01-01T020000+0100 copy", False),
    ],
)
def test_what_a_night_left_that_failed_or_was_killed_goes_as_well(
    tmp_path: Path, left: str, name: str, ours: bool
) -> None:
    file = tmp_path / name / left
    file.parent.mkdir(parents=True)
    file.touch()
    assert remove_expired(tmp_path, 1, TODAY, set()) == Expired(removed=ours)
    assert (tmp_path / name).exists() is not ours


def test_half_a_line_of_a_night_that_was_killed_keeps_nothing_but_what_is_held(tmp_path: Path) -> None:
    for name, document in (("2026-01-01T020000+0100", "a"), ("2026-01-02T020000+0100", "b")):
        aside = tmp_path / name / ".integrity.new"
        aside.mkdir(parents=True)
        (tmp_path / name / "names.csv").touch()
        whole = json.dumps({"document_id": document}).encode()
        (aside / "cases.jsonl").write_bytes(whole + b"\n" + whole[:-3] + b"\xc3")
    assert remove_expired(tmp_path, 1, TODAY, {"b"}) == Expired(removed=1, held=1)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-01-02T020000+0100"]


def test_what_is_no_report_stays(tmp_path: Path) -> None:
    night(tmp_path, "2026-01-01", "mine.txt")
    night(tmp_path, "old papers")
    (tmp_path / "2026-01-02").write_text("a file")
    (tmp_path / "2026-01-03").symlink_to(night(tmp_path / "elsewhere", "x"))
    before = sorted(path.name for path in tmp_path.iterdir())
    assert remove_expired(tmp_path, 1, TODAY, set()) == Expired()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_report_with_a_document_under_a_hold_stays(tmp_path: Path) -> None:
    night(tmp_path, "2026-01-01", "run.json", "a", "b")
    night(tmp_path, "2026-01-02", "run.json", "c")
    assert remove_expired(tmp_path, 1, TODAY, {"b"}) == Expired(removed=1, held=1)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-01-01"]


def test_the_report_of_the_night_at_work_stays(tmp_path: Path) -> None:
    night(tmp_path, "2026-01-01")
    night(tmp_path, "2026-01-02")
    assert remove_expired(tmp_path, 1, TODAY, set(), "2026-01-02") == Expired(removed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-01-02"]


def test_what_was_left_of_one_goes(tmp_path: Path) -> None:
    (tmp_path / ".2026-01-01.erased" / "integrity").mkdir(parents=True)
    assert remove_expired(tmp_path, 1, TODAY, set()) == Expired()
    assert list(tmp_path.iterdir()) == []


def test_there_need_be_no_reports(tmp_path: Path) -> None:
    assert remove_expired(tmp_path / "none", 1, TODAY, set()) == Expired()
