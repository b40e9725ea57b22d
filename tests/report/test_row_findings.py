"""Findings on rows of a register without a scan: the two files, and the section of the report."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import polars as pl
import pytest

from checks.rows import FLAGS
from pipeline.report.findings_csv import COLUMNS
from pipeline.report.folder import Folder, FolderWriter
from pipeline.report.header import RunHeader
from pipeline.report.row_view import SHOWN, RowFlags, row_view
from pipeline.types.runs import RunSummary

HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"


def flag(key: str, strength: int = 3, cause: str = "issued_at", **changes: object) -> dict[str, object]:
    cell = {"table": "permits", "key": key, "column": "issued_at", "value": HOSTILE, "expected": "an open day"}
    posting = {"table": "postings", "key": "7", "column": "from", "value": "2024-04-01", "expected": ""}
    return {
        **cell,
        "cause": cause,
        "message": f"seen {HOSTILE}",
        "permit_number": key,
        "strength": strength,
        "hypothesis": "irregular-issue",
        "likely_innocent": None,
        "also": [posting],
        **changes,
    }


def flagged(*rows: dict[str, object], code: str = "PRC101") -> RowFlags:
    return RowFlags(code, 1, f"Title of {code}", ("a slip",), "look", pl.LazyFrame(list(rows), schema=FLAGS))


def written(out: Path, folder: Folder, parts: list[RowFlags]) -> Path:
    summary = RunSummary("r", "2026-11-01", "", {}, "hash", "2026-11-01")
    with FolderWriter(out, folder, None, RunHeader(summary), lambda document_id, page: None) as writer:
        writer.add_rows(parts)
    return out / folder


def test_both_files_have_a_row_for_each_piece_of_evidence(tmp_path: Path) -> None:
    folder = written(tmp_path, "integrity", [flagged(flag("WP-1"), flag("WP-2")), flagged(code="PRC102")])
    frame = pl.read_parquet(folder / "row_findings.parquet")
    assert frame.columns == list(COLUMNS)
    assert sorted(zip(frame["table"], frame["key"], strict=True)) == [
        ("permits", "WP-1"),
        ("permits", "WP-2"),
        ("postings", "7"),
        ("postings", "7"),
    ]
    assert set(frame["strength"]) == {"strong"}
    with (folder / "row_findings.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == frame.height
    assert tuple(rows[0]) == COLUMNS
    assert all(not row["value"].startswith("=") for row in rows)


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    folder = written(tmp_path, "integrity", [flagged(flag("WP-1"))])
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("row_findings.*")} == {0o600}


def test_the_report_shows_rows_as_text(tmp_path: Path) -> None:
    text = (written(tmp_path, "integrity", [flagged(flag("WP-1"))]) / "report.html").read_text()
    assert "permits WP-1" in text
    assert "Title of PRC101" in text
    assert "<script>alert" not in text


def test_a_register_in_order_says_none(tmp_path: Path) -> None:
    folder = written(tmp_path, "integrity", [])
    assert pl.read_parquet(folder / "row_findings.parquet").height == 0
    assert "Rows of the register without a scan" in (folder / "report.html").read_text()


def test_screening_shows_no_row_of_the_register(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="do not belong into screening"):
        written(tmp_path, "screening", [flagged(flag("WP-1"))])


def test_independent_causes_go_first_and_weak_findings_are_counted_only() -> None:
    one = flagged(flag("WP-1"), flag("WP-2"), flag("WP-3", strength=1))
    other = flagged(flag("WP-2", cause="approved_by"), code="OFR101")
    view = row_view([one, other])
    assert [(row.table, row.key, len(row.findings)) for row in view.rows] == [
        ("permits", "WP-2", 2),
        ("permits", "WP-1", 1),
    ]
    assert [(line.code, line.findings, line.weak) for line in view.checks] == [("PRC101", 3, 1), ("OFR101", 1, 0)]
    assert view.subjects == 2


def test_a_long_list_is_cut_and_says_how_many_there_are() -> None:
    view = row_view([flagged(*(flag(f"WP-{number:05d}") for number in range(SHOWN + 5)))])
    assert (len(view.rows), view.subjects) == (SHOWN, SHOWN + 5)


def test_a_finding_on_no_single_permit_stands_under_its_own_row() -> None:
    view = row_view([flagged(flag("7", table="approvals", permit_number=None))])
    assert [(row.table, row.key) for row in view.rows] == [("approvals", "7")]
