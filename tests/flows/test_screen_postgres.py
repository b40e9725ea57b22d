"""The same scans and register screened into Postgres and into SQLite give the same reports; a backup leads from one to
the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PERMITS = """permit_number,kind,office_id,status,surname,given_names
WP-01-2024-100001,work-permit,01,void,NAME,A
WP-01-2024-100002,work-permit,01,issued,NAME,B
"""


#: One of the checks on rows that the tests have fails, by intent.
FAULT = 1


def _run(expected: int, home: Path, store: str | None, *arguments: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    kept |= {"OVERSEAL_HOME": str(home), "OVERSEAL_REGISTER__STATE": "UTO"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.flows.driver", *arguments, "-v"],
        env=kept | ({"OVERSEAL_STORE_URL": store} if store else {}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == expected, ran.stdout + ran.stderr


def _reports(out: Path) -> dict[str, str]:
    files = (*out.glob("*/cases.jsonl"), *out.glob("*/findings.csv"), out / "names.csv")
    return {str(file.relative_to(out)): file.read_text(encoding="utf-8") for file in files}


def test_postgres_gives_what_sqlite_gives(tmp_path: Path, postgres_url: str) -> None:
    for name in ("register", "earlier"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "permits.csv").write_text(PERMITS)
    for at in range(8):
        folder = tmp_path / "scans" / f"applicant {at // 2}"
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"viz.permit_number": f"WP-01-2024-10000{at}", "viz.surname": f"NAME {at}"}
        (folder / f"{at}.jpg").write_text(json.dumps({"kind": "work-permit", "facts": facts}))

    def screen(name: str, store: str | None) -> dict[str, str]:
        rest = ("--register", str(tmp_path / "register"), "--earlier", str(tmp_path / "earlier"), "--workers", "2")
        out = tmp_path / f"out {name}"
        arguments = ("screen", str(tmp_path / "scans"), "--out", str(out), "--today", "2026-11-01", *rest)
        _run(FAULT, tmp_path / name, store, *arguments)
        return _reports(out)

    on_postgres = screen("postgres", postgres_url)
    assert len(on_postgres["screening/cases.jsonl"].splitlines()) == 8
    assert screen("sqlite", None) == on_postgres
    _run(0, tmp_path / "postgres", postgres_url, "backup", str(tmp_path / "backup"))
    _run(0, tmp_path / "restored", None, "restore", str(tmp_path / "backup"))
    assert screen("restored", None) == on_postgres
    # All of it was read before.
    assert not (tmp_path / "restored" / "reads.log").exists()
