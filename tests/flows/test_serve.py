"""`overseal serve`: a schedule makes runs, and a run screens the inbox.

An unpinned orchestrator made no runs at all, and only its server's log said so (SQLAlchemy 2.1).
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.test_screen import CANARY, PATIENCE


@dataclass
class Served:
    """A served inbox."""

    root: Path
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.inbox, self.home, self.out, self.log = (self.root / name for name in ("inbox", "home", "out", "log"))

    def wait_for(self, statement: str) -> list[str]:
        """First column of the answer of the orchestrator's database, when there is one."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self._query(statement)):
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)
        return found

    def _query(self, statement: str) -> list[str]:
        database = self.home / "orchestrator" / "0" / "prefect.db"
        if not database.exists():
            return []
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            return [row[0] for row in connection.execute(statement)]
        except sqlite3.OperationalError:  # the tables are being made
            return []
        finally:
            connection.close()


@pytest.fixture(name="served")
def _served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    (served.inbox / "applicant").mkdir(parents=True)
    (served.inbox / "applicant" / f"{CANARY}.jpg").write_text("no picture")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    program = "import sys; from flows.cli import main; sys.exit(main())"
    places = ["--inbox", str(served.inbox), "--out", str(served.out)]
    with served.log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "serve", *places, "--cron", "* * * * *"],
            env=kept | {"OVERSEAL_HOME": str(served.home)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served.process = process
    yield served
    if process.poll() is None:
        os.kill(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE) in (0, 130), served.log.read_text()


def test_a_schedule_makes_runs(served: Served) -> None:
    served.wait_for("SELECT id FROM flow_run WHERE state_type = 'SCHEDULED'")


@pytest.mark.slow
def test_a_scheduled_run_screens_the_inbox(served: Served) -> None:
    # The flow that it calls is a run of its own and ends before the reports are written.
    ended = (
        "SELECT run.state_type FROM flow_run AS run JOIN flow ON flow.id = run.flow_id"
        " WHERE flow.name = 'nightly' AND run.state_type IN ('COMPLETED', 'FAILED', 'CRASHED')"
    )
    assert set(served.wait_for(ended)) == {"COMPLETED"}
    run = json.loads(next(served.out.glob("*/run.json")).read_text())
    assert (run["found"], run["unreadable"]) == (1, 1)
    for path in (served.home / "orchestrator").rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
