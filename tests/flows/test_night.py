"""Nights over one inbox: what is screened, what is quarantined, what waits, and what is told."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.store.arrivals import count_by_state
from pipeline.store.database import open_store
from tests.flows.test_screen import CANARY

_KEPT = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}


@dataclass
class Nights:
    """The folders of an inbox, and the process that works its nights."""

    root: Path
    process: subprocess.Popen[str]
    count: int = 0

    def put(self, name: str, **content: object) -> Path:
        path = self.root / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"kind": "passport", "facts": {"viz.surname": CANARY}} | content))
        return path

    def work(self, scheduled: str = "", inbox: str = "", **nightly: object) -> dict[str, Any]:
        self.count += 1
        asked = {
            "scheduled": scheduled or f"2026-11-{self.count:02d}T02:00:00+01:00",
            "inbox": inbox or str(self.root / "inbox"),
            "out": str(self.root / "out"),
            "settings": {"home": str(self.root / "home"), "nightly": {"settle_seconds": 0, **nightly}},
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the process that works the nights ended"
        told: dict[str, Any] = json.loads(line)
        return told

    def reads(self) -> int:
        log = self.root / "home" / "reads.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = "import sys; from flows.cli import main; sys.exit(main())"
        environment = _KEPT | {"OVERSEAL_HOME": str(self.root / "home")}
        return subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, env=environment
        )

    def states(self) -> dict[str, int]:
        store = open_store(f"sqlite:///{self.root / 'home' / 'overseal.db'}")
        with closing(store), store.read() as connection:
            return count_by_state(connection)


@pytest.fixture(name="worker", scope="module")
def _worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    folder = tmp_path_factory.mktemp("worker")
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.flows.night_driver", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_KEPT,
        ) as process,
    ):
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
    assert CANARY not in (folder / "log").read_text()


@pytest.fixture(name="nights")
def _nights(tmp_path: Path, worker: subprocess.Popen[str]) -> Nights:
    (tmp_path / "inbox").mkdir()
    return Nights(tmp_path, worker)


def _screened(told: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(told["screening"][name] for name in names)


def test_nights_screen_what_is_new_and_lose_nothing(nights: Nights, tmp_path: Path) -> None:
    nights.put(f"{CANARY}-1/passport.jpg", facts={"viz.surname": "A"})
    nights.put(f"{CANARY}-2/passport.jpg", facts={"viz.surname": "B"})
    nights.put("unreadable.jpg", behave="unreadable")
    nights.put("raises.jpg", behave="raise")
    os.mkfifo(tmp_path / "inbox" / "pipe.jpg")
    told = nights.work(
        alert=[
            sys.executable,
            "-c",
            "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())",
            str(tmp_path / "alerts"),
        ],
        metrics=str(tmp_path / "metrics"),
    )
    assert told["arrivals"]["new"] == 5
    assert _screened(told, "found", "read", "unreadable") == (5, 2, 3)
    assert nights.states() == {"done": 2, "pending": 1, "quarantined": 2}
    assert json.loads((tmp_path / "alerts").read_text())["alert"] == "faults"
    assert 'state="quarantined"} 2' in (tmp_path / "metrics").read_text()

    # Nothing new but what failed by a fault that may pass: it is read again, nights do not go on with it for ever.
    reads = nights.reads()
    told = nights.work(tries=2)
    assert (told["arrivals"]["new"], nights.reads() - reads) == (0, 1)
    assert nights.states() == {"done": 2, "quarantined": 3}
    told = nights.work()
    assert (told["screening"], told["exit_code"]) == (None, 0)

    # One more paper: the application is screened as a whole, and only the paper is read.
    reads = nights.reads()
    nights.put(f"{CANARY}-1/permit.jpg", facts={"viz.surname": "C"})
    told = nights.work()
    assert (_screened(told, "found"), nights.reads() - reads) == ((2,), 1)

    # People: what is quarantined, under ids that the night's names.csv knows.
    listed = json.loads(nights.command("quarantine", "list", "--json").stdout)
    assert sorted(one["reasons"] for one in listed) == ["corrupt", "internal-error", "not-a-file"]
    for one in listed:
        with (tmp_path / "out" / one["night"] / "names.csv").open(newline="") as names:
            assert one["file_id"] in {row["document_id"] for row in csv.DictReader(names)}
    bad = next(one["file_id"] for one in listed if one["reasons"] == "corrupt")
    rest = [one["file_id"] for one in listed if one["file_id"] != bad]
    assert nights.command("quarantine", "retry", bad).returncode == 0
    assert nights.command("quarantine", "drop", *rest).returncode == 0
    assert nights.command("quarantine", "drop", "file-unknown").returncode == 2
    reads = nights.reads()
    nights.work()
    assert nights.reads() - reads == 1
    assert nights.states() == {"done": 3, "dropped": 2, "quarantined": 1}

    as_json = nights.command("status", "--json").stdout
    (status,) = json.loads(as_json)
    assert len(status["nights"]) == 5
    assert status["quarantined"] == {"corrupt": 1}
    assert "quarantine list" in status["needs"][0]
    assert nights.command("status", "--check").returncode == 0
    shown = nights.command("status").stdout
    assert "2026-11-05T01:00:00" in shown
    assert CANARY not in shown + as_json + (tmp_path / "metrics").read_text()
    for path in (tmp_path / "out").rglob("night.json"):
        assert CANARY not in path.read_text()


def test_a_night_that_fails_leaves_its_scans_to_the_next(nights: Nights, tmp_path: Path) -> None:
    nights.put("a.jpg")
    (tmp_path / "out").write_text("no folder")
    alert = [sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())", str(tmp_path / "said")]
    assert nights.work(alert=alert)["failure"] in ("settings", "system")
    assert json.loads((tmp_path / "said").read_text())["alert"] == "failure"
    assert nights.states() == {"pending": 1}
    checked = nights.command("status", "--check")
    assert checked.returncode == 1
    assert "the last night failed" in checked.stdout
    (tmp_path / "out").unlink()
    assert _screened(nights.work(), "read") == (1,)

    # The inbox disappears: said, and nothing is noted as removed.
    (tmp_path / "inbox").rename(tmp_path / "aside")
    assert nights.work() == {"failure": "inbox-gone"}
    assert nights.states() == {"done": 1}
    (tmp_path / "aside").rename(tmp_path / "inbox")

    # The night in which the clocks go back has two nights at half past two, and two folders.
    for due in ("2027-10-31T00:30:00+00:00", "2027-10-31T01:30:00+00:00"):
        assert nights.work(due)["scheduled"] == due
    assert nights.work("2027-10-31T01:30:00+00:00") == {"why": "done"}
    assert nights.work("2027-10-30T01:30:00+00:00") == {"why": "superseded"}
    folders = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"2027-10-31T023000+0200", "2027-10-31T023000+0100"} <= folders


def test_a_register_that_changed_is_asked_of_what_was_screened_before(nights: Nights, tmp_path: Path) -> None:
    register = tmp_path / "register"
    register.mkdir()
    nights.put("a.jpg")
    told = nights.work(register=str(register))
    assert (told["register"], told["alerts"], _screened(told, "found")) == ("unusable", ["register"], (1,))
    (register / "permits.csv").write_text("permit_number,office_id\nWP-1,01\n")
    told = nights.work(register=str(register))
    assert (told["register"], _screened(told, "found")) == ("used", (1,))
    assert told["audit"]["leads"] == {}
    told = nights.work(register=str(register))
    assert (told["register"], told["screening"], told["audit"]) == ("unchanged", None, None)
    (register / "permits.csv").write_text("permit_number,office_id\nWP-1,01\nWP-22,01\n")
    reads = nights.reads()
    told = nights.work(register=str(register))
    assert (_screened(told, "found"), nights.reads() - reads) == ((1,), 0)


def test_what_is_done_is_moved(nights: Nights, tmp_path: Path) -> None:
    nights.put("a.jpg")
    assert nights.work(move_to=str(tmp_path / "inbox" / "done"))["moved"] == 1
    assert [path.name for path in (tmp_path / "inbox" / "done").glob("*/*")] == ["a.jpg"]
    assert nights.work(move_to=str(tmp_path / "inbox" / "done"))["arrivals"]["present"] == 0


def test_an_inbox_elsewhere_is_fetched_and_never_modified(nights: Nights, tmp_path: Path) -> None:
    address = f"file://{tmp_path / 'inbox'}"
    nights.put(f"{CANARY}-1/passport.jpg", facts={"viz.surname": "A"})
    second = nights.put(f"{CANARY}-1/permit.jpg", facts={"viz.surname": "B"})
    nights.put("broken.jpg", behave="unreadable")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "inbox").rglob("*")}
    told = nights.work(inbox=address)
    assert (told["fetched"]["listed"], told["fetched"]["fetched"], told["arrivals"]["new"]) == (3, 3, 3)
    assert _screened(told, "found", "read", "unreadable") == (3, 2, 1)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "inbox").rglob("*")} == before

    told = nights.work(inbox=address)
    assert (told["fetched"]["fetched"], told["screening"], told["exit_code"]) == (0, None, 0)

    second.unlink()
    told = nights.work(inbox=address)
    assert (told["fetched"]["gone"], told["arrivals"]["removed"]) == (1, 1)
    assert nights.states() == {"done": 1, "quarantined": 1, "removed": 1}
    assert not list((tmp_path / "home" / "inbox").rglob("permit.jpg"))

    alerts = tmp_path / "alerts"
    tell = [sys.executable, "-c", "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())", str(alerts)]
    (tmp_path / "inbox" / "link.jpg").symlink_to(tmp_path / "home")
    assert nights.work(inbox=address, alert=tell)["alerts"] == ["inbox"]
    assert json.loads(alerts.read_text())["counts"] == {"failed": 0, "too_large": 0, "unfit": 1}
    (tmp_path / "inbox").rename(tmp_path / "away")
    assert nights.work(inbox=address) == {"failure": "inbox-gone"}
    assert nights.states() == {"done": 1, "quarantined": 1, "removed": 1}
    (tmp_path / "away").rename(tmp_path / "inbox")
    assert nights.work(inbox=address)["screening"] is None
    assert nights.work(inbox=address, move_to=str(tmp_path / "done")) == {"failure": "settings"}
    assert nights.work(inbox="sftp://user:password@host/scans") == {"failure": "settings"}
