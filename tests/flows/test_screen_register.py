"""`overseal screen --register` as people run it: a scan is told what its row says, the rest of the rows stand apart."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CANARY = "XCANARYX"
PERMITS = f"""permit_number,kind,office_id,status,surname,given_names
WP-01-2024-100001,work-permit,01,void,{CANARY},A
WP-01-2024-100002,work-permit,01,issued,{CANARY},B
WP-02-2024-100003,work-permit,02,void,{CANARY},C
WP-01-2024-100004,work-permit,01,void,{CANARY},D
WP-01-2024-100005,work-permit,01,31 February,{CANARY},E
"""
OFFICES = "office_id,country,timezone\n01,UTO,Europe/Paris\n02,UTO,Mars/Olympus\n"


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    return subprocess.run(
        [sys.executable, "-m", "tests.flows.driver", "screen", *arguments, "--today", "2026-11-01", "-v"],
        env=kept | {"OVERSEAL_HOME": str(home), "OVERSEAL_REGISTER__STATE": "UTO"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("register")
    register = root / "register"
    register.mkdir()
    (register / "permits.csv").write_text(PERMITS)
    (register / "offices.csv").write_text(OFFICES)
    for number, permit in enumerate(("WP-01-2024-100001", "WP-01-2024-100002"), start=1):
        folder = root / "scans" / f"applicant {number} {CANARY}"
        folder.mkdir(parents=True)
        facts = {"viz.permit_number": permit, "viz.issuing_state": "UTOPIA", "viz.surname": CANARY}
        (folder / "permit.jpg").write_text(json.dumps({"kind": "work-permit", "facts": facts}))
    return root


@pytest.fixture(name="both", scope="module")
def _both(root: Path) -> subprocess.CompletedProcess[str]:
    return _run(root / "home", str(root / "scans"), "--register", str(root / "register"), "--out", str(root / "out"))


def _cases(out: Path, folder: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / folder / "cases.jsonl").read_text().splitlines()]


def _codes(case: dict[str, Any]) -> set[str]:
    return {finding["code"] for group in case["groups"] for finding in group["findings"]}


def test_a_fault_of_one_check_ends_with_one_and_costs_nothing_else(
    both: subprocess.CompletedProcess[str], root: Path
) -> None:
    assert both.returncode == 1, both.stdout + both.stderr
    run = json.loads((root / "out" / "run.json").read_text())
    assert run["checks"]["TST202"]["error"] == 1
    assert run["checks"]["TST201"] == {"clear": 2, "flag": 3, "not_applicable": {}, "error": 0}
    assert run["problems"]["register-row-refused"] == 1
    assert len(run["register_hash"]) == 64


def test_a_scan_is_told_what_was_found_on_its_row(both: subprocess.CompletedProcess[str], root: Path) -> None:
    (case,) = [case for case in _cases(root / "out", "integrity") if case["groups"]]
    assert {"TST201", "TST204"} <= _codes(case)
    assert case["desk"] == "integrity-auditor"
    cell = {"table": "permits", "key": "WP-01-2024-100001", "column": "status", "value": "void", "expected": ""}
    assert cell in [item for group in case["groups"] for one in group["findings"] for item in one["evidence"]]


def test_screening_is_told_nothing_of_it(both: subprocess.CompletedProcess[str], root: Path) -> None:
    for case in _cases(root / "out", "screening"):
        assert not _codes(case) & {"TST201", "TST204"}
        assert "irregular_issue" not in case["lights"]
    assert not (root / "out" / "screening" / "row_findings.csv").exists()


def test_rows_without_a_scan_stand_apart(both: subprocess.CompletedProcess[str], root: Path) -> None:
    with (root / "out" / "integrity" / "row_findings.csv").open(newline="") as lines:
        found = {(row["code"], row["key"]) for row in csv.DictReader(lines)}
    assert found == {(code, key) for code in ("TST201", "TST204") for key in ("WP-02-2024-100003", "WP-01-2024-100004")}


def test_nothing_that_the_register_says_reaches_the_orchestrator_or_the_terminal(
    both: subprocess.CompletedProcess[str], root: Path
) -> None:
    assert CANARY not in both.stdout + both.stderr
    assert "WP-01" not in both.stdout + both.stderr
    (database,) = (root / "home").rglob("prefect.db")
    with sqlite3.connect(database) as connection:
        dump = "\n".join(connection.iterdump())
    assert CANARY not in dump
    assert "WP-01" not in dump


def test_what_was_flagged_is_dropped_with_the_run(both: subprocess.CompletedProcess[str], root: Path) -> None:
    assert list((root / "home" / "runs").iterdir()) == []


def test_a_register_can_be_screened_by_itself(root: Path) -> None:
    ran = _run(root / "alone", "--register", str(root / "register"), "--out", str(root / "rows"))
    assert ran.returncode == 1, ran.stdout + ran.stderr  # one of the fake checks breaks
    with (root / "rows" / "integrity" / "row_findings.csv").open(newline="") as lines:
        assert {row["key"] for row in csv.DictReader(lines)} >= {"WP-01-2024-100001", "WP-02-2024-100003"}
    assert _cases(root / "rows", "integrity") == []


def test_an_earlier_delivery_without_a_register_is_a_usage_error(root: Path) -> None:
    assert _run(root / "none", str(root / "scans"), "--earlier", str(root / "register")).returncode == 2
