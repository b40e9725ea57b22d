"""Nights and `serve` where folders, names, clocks or the store are not as they should be: told, and nothing is lost.

The nights are worked by a process that has to ask for permission: as root it would write into any folder.
"""

from __future__ import annotations

import csv
import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.turns import inbox_key, serve_lock
from pipeline.store.migrations import SCHEMA_VERSION
from tests.flows.nights import Nights, alerts, hook, working

_KEPT = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
_LIBC = ctypes.CDLL(None)
#: Linux prctl(2) and capabilities(7): what lets root pass over permissions of files is not to be had after execve.
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def _as_anybody() -> None:
    _LIBC.prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.fixture(name="worker", scope="module")
def _worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    with working(tmp_path_factory.mktemp("worker"), _as_anybody) as process:
        yield process


@pytest.fixture(name="nights")
def _nights(tmp_path: Path, worker: subprocess.Popen[str]) -> Nights:
    (tmp_path / "inbox").mkdir()
    return Nights(tmp_path, worker)


@pytest.mark.slow
def test_a_folder_for_reports_that_is_read_only_costs_no_reading_and_loses_nothing(
    nights: Nights, tmp_path: Path
) -> None:
    out, said = tmp_path / "out", tmp_path / "said"
    nights.put("a.jpg")
    out.mkdir()
    out.chmod(0o500)
    # Whoever is the first to find out.
    failed = nights.work(alert=hook(said))["failure"]
    assert failed in ("settings", "system")
    assert [alert["alert"] for alert in alerts(said)] == ["failure"]
    assert nights.reads() == 0
    assert list(out.iterdir()) == []
    checked = nights.command("status", "--check")
    assert (checked.returncode, f"the last night failed: {failed}" in checked.stdout) == (1, True)
    out.chmod(0o700)
    assert nights.work()["screening"]["read"] == 1

    # With nothing to screen the night's own summary cannot be written, and it fails as well.
    out.chmod(0o500)
    assert nights.work() == {"failure": "system"}
    out.chmod(0o700)
    assert nights.work()["arrivals"]["present"] == 1


@pytest.mark.slow
def test_metrics_and_the_folder_of_what_is_done_can_be_read_only(nights: Nights, tmp_path: Path) -> None:
    nights.put("a.jpg")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    told = nights.work(metrics=str(locked / "overseal.prom"))
    assert told["screening"]["read"] == 1
    assert nights.work(move_to=str(locked / "done")) == {"failure": "system"}
    assert (tmp_path / "inbox" / "a.jpg").exists()
    assert nights.work(move_to=str(tmp_path / "done"))["moved"] == 1
    assert nights.reads() == 1


@pytest.mark.slow
def test_an_inbox_that_disappears_and_returns_is_read_once(nights: Nights, tmp_path: Path) -> None:
    inbox, aside, said = tmp_path / "inbox", tmp_path / "aside", tmp_path / "said"
    nights.put("a.jpg")
    nights.put("applicant/b.jpg", facts={"viz.surname": "B"})
    assert nights.work()["screening"]["read"] == 2
    inbox.rename(aside)
    assert nights.work(alert=hook(said)) == {"failure": "inbox-gone"}
    # An empty place is what a share that is not mounted looks like: the night ends well, and tells.
    inbox.mkdir()
    told = nights.work(alert=hook(said))
    assert (told["arrivals"]["vanished"], told["arrivals"]["removed"], told["alerts"]) == (1, 0, ["inbox"])
    assert [alert["alert"] for alert in alerts(said)] == ["failure", "inbox"]
    assert nights.states() == {"done": 2}
    inbox.rmdir()
    aside.rename(inbox)
    nights.put("new.jpg", facts={"viz.surname": "C"})
    told = nights.work()
    assert (told["arrivals"]["new"], told["screening"]["found"], told["alerts"]) == (1, 1, [])
    assert (nights.reads(), nights.states()) == (3, {"done": 3})


#: Bytes that a file system takes for a name: line breaks, no UTF-8, what a shell or a spreadsheet would act on.
_NAMES = (
    b"two\nlines.jpg",
    b"\xff\xfe no text.jpg",
    b"=1+1.jpg",
    b"--out",
    b"$(id) `id`;.jpg",
    "\u202egpj.\u00e9".encode(),
)


@pytest.mark.slow
def test_any_name_is_screened_once_told_and_moved_as_it_is(nights: Nights, tmp_path: Path) -> None:
    for at, name in enumerate(_NAMES):
        nights.put(os.fsdecode(name), facts={"viz.surname": str(at)})
    nights.put(os.fsdecode(b"folder \xff\n/broken.jpg"), behave="unreadable")
    told = nights.work()
    assert (told["screening"]["read"], told["screening"]["unreadable"]) == (len(_NAMES), 1)
    (report,) = (tmp_path / "out").glob("2*")
    with (report / "names.csv").open(encoding="utf-8", newline="") as names:
        rows = list(csv.DictReader(names))
    assert len(rows) == len(_NAMES) + 1
    shown = [row["file"] for row in rows]
    for told_as in ("/two / lines.jpg", "/\\xff\\xfe no text.jpg", "/=1+1.jpg"):
        assert [file.endswith(told_as) for file in shown].count(True) == 1
    assert nights.command("quarantine", "list").stdout.count("corrupt") == 1
    assert nights.work(move_to=str(tmp_path / "done"))["moved"] == len(_NAMES)
    (moved,) = (tmp_path / "done").iterdir()
    assert {os.fsencode(path.name) for path in moved.iterdir()} == set(_NAMES)
    assert nights.reads() == len(_NAMES) + 1


@pytest.mark.slow
def test_nights_of_a_change_of_clocks_are_named_by_it(nights: Nights, tmp_path: Path) -> None:
    """Half past two does not come on 28 March 2027 in Berlin, and comes twice on 31 October."""
    nights.put("a.jpg")
    for due in ("2027-03-28T01:30:00+00:00", "2027-10-31T00:30:00+00:00", "2027-10-31T01:30:00+00:00"):
        assert nights.work(due)["scheduled"] == due
    folders = sorted(path.name for path in (tmp_path / "out").glob("2*"))
    assert folders == ["2027-03-28T033000+0200", "2027-10-31T023000+0100", "2027-10-31T023000+0200"]


def _newer(home: Path) -> Path:
    """Make the store one of the next version; returns its file."""
    file = home / "overseal.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE schema_version SET version = ?", [SCHEMA_VERSION + 1])
        connection.commit()
    return file


@pytest.mark.slow
def test_a_store_of_a_newer_version_fails_the_night_and_stays_as_it_is(nights: Nights, tmp_path: Path) -> None:
    nights.put("a.jpg")
    assert nights.work()["screening"]["read"] == 1
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "home", kept)
    before = (file := _newer(tmp_path / "home")).read_bytes()
    nights.put("b.jpg", facts={"viz.surname": "B"})
    said = tmp_path / "said"
    assert nights.work(alert=hook(said)) == {"failure": "store"}
    assert [alert["message"] for alert in alerts(said)] == ["the night could not begin: store"]
    for command in (
        ["status"],
        ["quarantine", "list"],
        ["hold", "list"],
        ["serve", "--inbox", str(tmp_path / "inbox")],
    ):
        done = nights.command(*command)
        assert (done.returncode, "update overseal" in done.stderr) == (7, True)
    assert file.read_bytes() == before
    assert (tmp_path / "inbox" / "b.jpg").exists()

    # Rolled back as the README says: the copied data folder takes its place, and the night is made up for.
    shutil.rmtree(tmp_path / "home")
    kept.rename(tmp_path / "home")
    told = nights.work()
    assert (told["arrivals"]["new"], told["screening"]["read"]) == (1, 1)


def test_a_second_serve_of_one_inbox_is_refused_whatever_the_inbox_is_called(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inbox")
    lock = serve_lock(tmp_path / "home", inbox_key(tmp_path / "inbox"))
    assert lock is not None
    with lock:
        program = "import sys; from flows.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", program, "serve", "--inbox", str(tmp_path / "link")],
            env=_KEPT | {"OVERSEAL_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, "served already" in done.stderr) == (2, True)
    assert not (tmp_path / "home" / "orchestrator").exists()


@pytest.mark.slow
def test_a_night_of_a_clock_that_was_ahead_is_in_no_other_s_way(nights: Nights) -> None:
    nights.put("a.jpg")
    assert nights.work("2098-01-01T02:00:00+01:00")["screening"]["read"] == 1
    nights.put("b.jpg", facts={"viz.surname": "B"})
    assert nights.work()["arrivals"]["new"] == 1
