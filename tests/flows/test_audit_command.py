"""`overseal audit` as people run it, on a generated ministry: files for one desk, and nothing of it elsewhere."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from fixtures.utopia.ministry.make import make_ministry
from flows.commands.audit import exit_code
from pipeline.errors import ExitCode
from pipeline.report.audit_folder import NAMES
from pipeline.types.leads import Band
from pipeline.types.runs import CheckTally
from tests.report.audit_made_up import lead, report

CANARY = "XCANARYX"
OFFICER = "XPRINTEDX"
RING = 24


def _run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    own = {"OVERSEAL_HOME": str(home), "OVERSEAL_REGISTER__STATE": "UTO", "OVERSEAL_SPECIMEN_RUN": "true"}
    return subprocess.run(
        [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())", "audit", *arguments],
        env=kept | own | {"OVERSEAL_AUDIT__BOOTSTRAP": "50"} | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def _ministry(out: Path) -> Path:
    """A ministry with canaries for names; one officer grants one agency permits before the fee is paid."""
    register = make_ministry(out, seed=3, permits=2_000, per_kind=0, earlier=False, plants=()).register
    officers = pl.read_csv(register / "officers.csv", infer_schema=False)
    named = officers.with_columns(pl.format("=" + OFFICER + " {}", "officer_id").alias("name_as_printed"))
    named.write_csv(register / "officers.csv")
    permits = pl.read_csv(register / "permits.csv", infer_schema=False)
    permits = permits.with_columns(pl.lit(CANARY).alias("surname"), pl.lit(CANARY).alias("address"))
    fees = pl.read_csv(register / "fees.csv", infer_schema=False)
    paid = permits.filter(pl.col("receipt_number").is_in(fees["receipt_number"].implode())).sort("issued_at")
    office = paid["office_id"].value_counts(sort=True)["office_id"][0]
    chosen = paid.filter(pl.col("office_id") == office).slice(100, RING)
    ring = pl.col("permit_number").is_in(chosen["permit_number"].implode())
    officer, agency = (chosen[name].drop_nulls()[0] for name in ("approved_by", "agency_id"))
    permits.with_columns(
        pl.when(ring).then(pl.lit(officer)).otherwise("approved_by").alias("approved_by"),
        pl.when(ring).then(pl.lit(agency)).otherwise("agency_id").alias("agency_id"),
    ).write_csv(register / "permits.csv")
    late = pl.col("receipt_number").is_in(chosen["receipt_number"].implode())
    paid_at = pl.when(late).then(pl.lit("2026-11-01T10:00:00+00:00")).otherwise("paid_at").alias("paid_at")
    fees.with_columns(paid_at).write_csv(register / "fees.csv")
    return register


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("audit")
    _ministry(root / "ministry")
    return root


@pytest.fixture(name="ran", scope="module")
def _ran(root: Path) -> subprocess.CompletedProcess[str]:
    register = root / "ministry" / "register"
    return _run(root / "home", "--register", str(register), "--out", str(root / "out"), "--today", "2026-11-23", "-v")


def test_it_ends_with_leads_and_files_for_its_owner(ran: subprocess.CompletedProcess[str], root: Path) -> None:
    assert ran.returncode in (11, 12, 13), ran.stdout + ran.stderr
    assert {path.name for path in (root / "out").iterdir()} == set(NAMES)
    assert stat.S_IMODE((root / "out").stat().st_mode) == 0o700
    assert "leads: " in ran.stdout and "not assessed: " in ran.stdout


def test_the_lead_can_be_counted_by_hand_from_the_table(ran: subprocess.CompletedProcess[str], root: Path) -> None:
    first = json.loads((root / "out" / "leads.jsonl").read_text().splitlines()[0])
    assert first["code"] == "OFF114"
    with (root / "out" / "lead_permits.csv").open(newline="") as lines:
        behind = [row for row in csv.DictReader(lines) if row["lead"] == "1"]
    assert len(behind) == len(first["permits"]) >= RING // 2
    assert all(set(row["flagged_by"].split()) & {"PRC104", "REG123", "DUP102"} for row in behind)
    assert all(row["issued_on"] and row["stratum"] for row in behind)


def test_nobody_is_named_and_nothing_reaches_the_orchestrator_or_the_terminal(
    ran: subprocess.CompletedProcess[str], root: Path
) -> None:
    for path in (root / "out").iterdir():
        assert CANARY not in path.read_text() and OFFICER not in path.read_text()
    assert CANARY not in ran.stdout + ran.stderr and OFFICER not in ran.stdout + ran.stderr
    assert "WP-" not in ran.stdout + ran.stderr and "OF-" not in ran.stdout + ran.stderr
    (database,) = (root / "home").rglob("prefect.db")
    with sqlite3.connect(database) as connection:
        dump = "\n".join(connection.iterdump())
    assert not [word for word in (CANARY, OFFICER, "WP-0", "OF-0", "AG-0") if word in dump]


def test_printed_names_are_shown_to_the_role_that_asks_and_nowhere_else(root: Path) -> None:
    out, home = root / "named", root / "named-home"
    options = ("--register", str(root / "ministry" / "register"), "--out", str(out), "--today", "2026-11-23")
    refused = _run(home, *options, "--names")
    assert refused.returncode == 2 and "integrity-auditor" in refused.stderr
    assert not out.exists()
    role = {"OVERSEAL_AUDIT__ROLE": "integrity-auditor", "OVERSEAL_AUDIT__AUDITOR": "A-7"}
    ran = _run(home, *options, "--names", "-v", **role)
    assert ran.returncode in (11, 12, 13), ran.stdout + ran.stderr
    with_names = {path.name for path in out.iterdir() if OFFICER in path.read_text()}
    assert with_names == {"audit.html", "names_of_officers.csv"}
    assert stat.S_IMODE((out / "names_of_officers.csv").stat().st_mode) == 0o600
    with (out / "names_of_officers.csv").open(newline="") as lines:
        listed = list(csv.DictReader(lines))
    first = json.loads((out / "leads.jsonl").read_text().splitlines()[0])
    about = [row for row in listed if "1" in row["leads"].split()]
    assert [row["officer_id"] for row in about] == [first["subject"]["officer"]]
    assert about[0]["name_as_printed"] == f"'={OFFICER} {about[0]['officer_id']}"
    assert OFFICER not in ran.stdout + ran.stderr
    for database in home.rglob("*.db"):
        with sqlite3.connect(database) as connection:
            assert OFFICER not in "\n".join(connection.iterdump())
    with sqlite3.connect(home / "overseal.db") as connection:
        assert connection.execute("SELECT asked_by FROM name_requests").fetchall() == [("A-7",)]


def test_what_was_flagged_is_dropped_with_the_run(ran: subprocess.CompletedProcess[str], root: Path) -> None:
    assert list((root / "home" / "runs").iterdir()) == []


def test_a_period_that_ends_before_it_begins_is_a_usage_error(root: Path) -> None:
    wrong = _run(
        *(root / "none", "--register", str(root / "ministry" / "register"), "--out", str(root / "never")),
        *("--from", "2026-02-01", "--to", "2026-01-01"),
    )
    assert wrong.returncode == 2
    assert not (root / "never").exists()


def test_the_exit_code_is_that_of_the_surest_lead() -> None:
    assert exit_code(report(())) is ExitCode.NOTHING_FLAGGED
    likely = lead((), band=Band.LIKELY)
    assert exit_code(report((lead((), band=Band.LOOK), likely))) is ExitCode.MODERATE
    broken = replace(report((likely,)), checks={"PRC104": CheckTally(error=1)})
    assert exit_code(broken) is ExitCode.OUR_FAULT
