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
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pipeline.store.database import open_store
from pipeline.store.nights import Night, recent
from tests.flows.test_screen import CANARY, PATIENCE


@dataclass
class Served:
    """An inbox that is served every minute. Its settings are those of `[nightly]`."""

    root: Path
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.inbox, self.home, self.out, self.log = (self.root / name for name in ("inbox", "home", "out", "log"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
        self.environment = kept | {"OVERSEAL_HOME": str(self.home)}

    def start(self) -> subprocess.Popen[bytes]:
        program = "import sys; from flows.cli import main; sys.exit(main())"
        places = ["--inbox", str(self.inbox), "--out", str(self.out)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, "serve", *places, "--cron", "* * * * *"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def end(self, sign: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            os.kill(self.process.pid, sign)
        return self.process.wait(PATIENCE)

    def nights(self) -> list[Night]:
        """From the store, the last one first."""
        if not (self.home / "overseal.db").exists():
            return []
        store = open_store(f"sqlite:///{self.home / 'overseal.db'}")
        try:
            with store.read() as connection:
                return recent(connection, 99)
        finally:
            store.close()

    def wait_until(self, seen: Callable[[list[Night]], bool]) -> None:
        deadline = time.monotonic() + 2 * PATIENCE
        while not seen(self.nights()):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)

    def wait_for(self, statement: str) -> list[str]:
        """First column of the answer of the orchestrator's database, when there is one."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.asked(statement)):
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)
        return found

    def asked(self, statement: str) -> list[str]:
        """First column of the answer of the orchestrator's database; none while there is none."""
        database = next(self.home.glob("orchestrator/serve-*/0/prefect.db"), None)
        if database is None:
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
    served.start()
    yield served
    assert served.end() in (0, 130), served.log.read_text()


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
    # The run is completed when its night is.
    assert {(night.state, night.found, night.unreadable) for night in served.nights()[-1:]} == {("finished", 1, 1)}
    run = json.loads(next(served.out.glob("*/run.json")).read_text())
    assert (run["found"], run["unreadable"]) == (1, 1)
    for path in (served.home / "orchestrator").rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_a_zombie_run_never_blocks_later_nights(tmp_path: Path) -> None:
    """A run and the process that serves it are killed while the run holds the turn; nobody tells the orchestrator."""
    served = Served(tmp_path)
    served.home.mkdir(mode=0o700)
    # Long enough that the run is found at work.
    (served.home / "overseal.toml").write_text("[nightly]\nsettle_seconds = 20\n")
    served.inbox.mkdir()
    (served.inbox / "a.jpg").write_text("no picture")
    process = served.start()
    served.wait_until(lambda nights: any(night.state == "running" for night in nights))
    family = psutil.Process(process.pid).children(recursive=True)
    for one in (psutil.Process(process.pid), *family):
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
    alive = "SELECT r.id FROM flow_run AS r JOIN flow ON flow.id = r.flow_id WHERE r.state_type = 'RUNNING'"
    assert served.asked(alive), "nothing is held as running, so that nothing is shown"

    served.start()
    # The night that was cut off is run now, once, and a later one after it.
    served.wait_until(lambda nights: sum(night.state == "finished" for night in nights) >= 2)
    states = [night.state for night in served.nights()]
    assert states.count("crashed") == 1
    assert len({night.scheduled for night in served.nights() if night.state == "finished"}) == states.count("finished")
    crashed = "SELECT r.state_type FROM flow_run AS r WHERE r.state_type = 'CRASHED'"
    assert served.asked(crashed) == ["CRASHED"]

    second = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from flows.cli import main; sys.exit(main())",
            "serve",
            "--inbox",
            str(served.inbox),
        ],
        env=served.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (second.returncode, "served already" in second.stderr) == (2, True)

    # Without its server a schedule makes no nights: serving ends, and says so.
    assert served.process is not None
    (server,) = [one for one in psutil.Process(served.process.pid).children() if "server_process" in str(one.cmdline())]
    server.kill()
    assert served.process.wait(PATIENCE) == 1
    assert "server ended" in served.log.read_text()
    served.start()
    served.wait_until(lambda _: served.log.read_text().count("serving the inbox") == 3)
    assert served.end(signal.SIGTERM) == 130
