from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.report.row_findings import SCHEMA
from tests.bench.register.measure import PlantedRow, Said, Subject, figures, said_of_rows

PERMIT, PARTNER, OTHER = ("permits", "WP-1"), ("permits", "WP-2"), ("permits", "WP-3")
PLANTED = PlantedRow("kind", False, frozenset({"DUP102"}), "irregular-issue", frozenset({PERMIT}))
TWIN = PlantedRow("kind", True, frozenset({"DUP102"}), "irregular-issue", frozenset({PARTNER}))


def said(*subjects: Subject, strength: str = "moderate", hypothesis: str = "irregular-issue") -> Said:
    return Said("DUP102", strength, hypothesis, frozenset(subjects))


def share_of(name: str, *findings: Said, involved: frozenset[Subject] = frozenset()) -> float:
    share: float = figures([PLANTED, TWIN], list(findings), involved, 100)[name]["share"]
    return share


def test_a_planted_row_is_found_by_the_right_code_with_the_right_hypothesis() -> None:
    assert share_of("planted", said(PERMIT)) == 1
    assert share_of("planted", said(PERMIT, hypothesis="altered")) == 0
    assert share_of("planted", said(OTHER)) == 0


def test_a_weak_finding_finds_but_does_not_count_as_above_weak() -> None:
    assert share_of("planted", said(PERMIT, strength="weak")) == 1
    assert share_of("planted_above_weak", said(PERMIT, strength="weak")) == 0


def test_a_twin_is_quiet_unless_something_above_weak_speaks_against_it() -> None:
    assert share_of("twins_below_moderate", said(PARTNER, strength="weak"), said(PARTNER, hypothesis="clerical")) == 1
    assert share_of("twins_below_moderate", said(PARTNER)) == 0


def test_a_row_that_no_plant_touched_counts_as_another() -> None:
    assert share_of("others_flagged", said(OTHER)) == pytest.approx(1 / 98)
    assert share_of("others_flagged", said(OTHER, strength="weak")) == 0


def test_the_partner_of_a_planted_row_is_counted_apart() -> None:
    assert share_of("others_flagged", said(PERMIT, OTHER)) == 0
    assert share_of("partners_flagged", said(PERMIT, OTHER)) == pytest.approx(1 / 98)
    assert share_of("others_flagged", said(OTHER), involved=frozenset({OTHER})) == 0


def row(number: str, key: str, column: str, value: str, message: str) -> dict[str, object]:
    empty: dict[str, object] = {**dict.fromkeys(SCHEMA.names(), ""), "version": 1, "legibility": 1.0, "page": None}
    found = {"code": "REG121", "strength": "strong", "hypothesis": "irregular-issue", "cause": "permit_number"}
    cell = {"table": number, "key": key, "column": column, "value": value, "message": message}
    return {**empty, **found, **cell}


def test_findings_are_taken_apart_and_name_the_permit_that_a_cell_shows(tmp_path: Path) -> None:
    for folder in ("screening", "integrity", "protection"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cases.jsonl").touch()
    rows = [
        row("access_log", "7", "object_id", "WP-9", "print of WP-9"),
        row("earlier.permits", "WP-8", "status", "issued", "print of WP-9"),
        row("access_log", "8", "object_id", "WP-10", "print of WP-10"),
    ]
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(tmp_path / "integrity" / "row_findings.parquet")
    one, other = sorted(said_of_rows(tmp_path), key=lambda said: -len(said.subjects))
    assert one.subjects == {("access_log", "7"), ("permits", "WP-9"), ("permits", "WP-8")}
    assert other.subjects == {("access_log", "8"), ("permits", "WP-10")}


def test_of_findings_with_a_scan_only_those_of_row_checks_count(tmp_path: Path) -> None:
    evidence = [{"table": "permits", "key": "WP-1", "column": "status", "value": "void"}]
    finding = {"strength": "strong", "hypothesis": "irregular-issue", "evidence": evidence}
    groups = [{"findings": [finding | {"code": "REG101"}, finding | {"code": "REG121"}]}]
    for folder in ("screening", "integrity", "protection"):
        (tmp_path / folder).mkdir()
        text = json.dumps({"groups": groups}) + "\n" if folder == "integrity" else ""
        (tmp_path / folder / "cases.jsonl").write_text(text, encoding="utf-8")
    pl.DataFrame(schema=SCHEMA).write_parquet(tmp_path / "integrity" / "row_findings.parquet")
    assert [said.code for said in said_of_rows(tmp_path)] == ["REG121"]
