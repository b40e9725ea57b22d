"""Nights over one inbox: what is screened, what is quarantined, what waits, and what is told."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows.turns import inbox_key
from pipeline.intake.inbox import place_of
from pipeline.store.arrivals import arrivals_at
from pipeline.store.database import open_store
from tests.flows.nights import Nights, working
from tests.flows.test_screen import CANARY


@pytest.fixture(name="worker", scope="module")
def _worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    with working(tmp_path_factory.mktemp("worker")) as process:
        yield process


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
    assert "2025-10-05T00:00:00" in shown
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
    (tmp_path / "out").unlink()
    assert _screened(nights.work(), "read") == (1,)

    # The inbox disappears: said, and nothing is noted as removed.
    (tmp_path / "inbox").rename(tmp_path / "aside")
    assert nights.work() == {"failure": "inbox-gone"}
    assert nights.states() == {"done": 1}
    said = tmp_path / "said"
    (tmp_path / "home" / "overseal.toml").write_text(f"[nightly]\nalert = {json.dumps(alert)}\n")
    checked = nights.command("status", "--check", "--inbox", str(tmp_path / "inbox"))
    assert checked.returncode == 1
    assert "the last night failed" in checked.stdout
    assert json.loads(said.read_text())["message"] == "the last night failed: inbox-gone"
    # An inbox that has had no night is silent, whatever others have.
    assert nights.command("status", "--check", "--inbox", str(tmp_path)).returncode == 1
    assert json.loads(said.read_text())["alert"] == "silence"
    assert nights.command("status", "--check", "--store", f"sqlite:///{tmp_path}").returncode == 7
    assert "store" in json.loads(said.read_text())["message"]
    (tmp_path / "aside").rename(tmp_path / "inbox")

    # The night in which the clocks go back has two nights at half past two, and two folders.
    for due in ("2025-10-26T00:30:00+00:00", "2025-10-26T01:30:00+00:00"):
        assert nights.work(due)["scheduled"] == due
    assert nights.work("2025-10-26T01:30:00+00:00") == {"why": "done"}
    assert nights.work("2025-10-25T01:30:00+00:00") == {"why": "superseded"}
    folders = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"2025-10-26T023000+0200", "2025-10-26T023000+0100"} <= folders


def test_a_register_that_changed_is_asked_of_what_was_screened_before(nights: Nights, tmp_path: Path) -> None:
    register = tmp_path / "register"
    register.mkdir()
    nights.put("a.jpg")
    told = nights.work(register=str(register))
    assert (told["register"], told["alerts"], _screened(told, "found")) == ("unusable", ["register"], (1,))
    # A delivery of which nothing can be loaded is no register without leads; nor is it the night after.
    (register / "permits.csv").write_bytes(b"\xff\x00")
    for _ in range(2):
        told = nights.work(register=str(register))
        assert (told["register"], told["alerts"]) == ("empty", ["register"])
        assert "no permit of the register" in nights.command("status").stdout
    assert told["screening"] is None
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


def test_a_manifest_that_changed_puts_papers_into_another_application(nights: Nights, tmp_path: Path) -> None:
    manifest = tmp_path / "inbox" / "manifest.csv"

    def groups() -> set[frozenset[str]]:
        """Names of the files that were last screened together."""
        names = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")
        places = {place_of(name.encode()): name for name in names}
        with closing(open_store(f"sqlite:///{tmp_path / 'home' / 'overseal.db'}")) as store, store.read() as connection:
            found = arrivals_at(connection, inbox_key(tmp_path / "inbox"), list(places))
        bundles: dict[str | None, set[str]] = {}
        for place, one in found.items():
            bundles.setdefault(one.bundle, set()).add(places[place])
        return {frozenset(one) for one in bundles.values()}

    for name in "abc":
        nights.put(f"{name}.jpg", facts={"viz.surname": name.upper()})
    manifest.write_text("file,application_id\na.jpg,1\nb.jpg,1\nc.jpg,2\n")
    told = nights.work()
    assert (told["arrivals"]["manifests"], _screened(told, "found", "read")) == (1, (3, 3))
    assert groups() == {frozenset({"a.jpg", "b.jpg"}), frozenset({"c.jpg"})}

    # Both applications are screened as they are now, and nothing is read again.
    reads = nights.reads()
    manifest.write_text("file,application_id\na.jpg,1\nb.jpg,2\nc.jpg,2\n")
    told = nights.work()
    assert (told["arrivals"]["manifests"], told["arrivals"]["new"]) == (1, 0)
    assert (_screened(told, "found", "read"), nights.reads() - reads) == ((3, 3), 0)
    assert groups() == {frozenset({"a.jpg"}), frozenset({"b.jpg", "c.jpg"})}
    assert nights.work()["screening"] is None

    # A new paper takes those of its application with it, and leaves the other one alone.
    nights.put("d.jpg", facts={"viz.surname": "D"})
    manifest.write_text(manifest.read_text() + "d.jpg,2\n")
    told = nights.work()
    assert (_screened(told, "found"), nights.reads() - reads) == ((3,), 1)
    assert groups() == {frozenset({"a.jpg"}), frozenset({"b.jpg", "c.jpg", "d.jpg"})}
    assert nights.states() == {"done": 5}


def test_a_jump_of_the_flagged_share_is_told(nights: Nights, tmp_path: Path) -> None:
    said = tmp_path / "said"
    alert = [sys.executable, "-c", "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')", str(said)]

    def night(surname: str, count: int) -> dict[str, Any]:
        for number in range(count):
            nights.put(f"{surname}-{number}.jpg", facts={"viz.surname": f"{surname}{number}"})
        return nights.work(alert=alert)

    assert night("A", 100)["alerts"] == []
    # As many as ever: none, and a few of few.
    assert night("B", 20)["alerts"] == []
    assert night("ALTERED", 2)["alerts"] == []
    assert not said.exists()
    told = night("ALTEREDTOO", 20)
    assert (told["alerts"], told["screening"]["cases"]["document-examiner"]) == (["flagged-share"], 20)
    (alerted,) = map(json.loads, said.read_text().splitlines())
    assert (alerted["alert"], alerted["counts"]) == ("flagged-share", {"documents": 20, "flagged": 20})
    assert "far more of its documents" in nights.command("status").stdout


def test_everything_is_hashed_again_when_it_is_time_and_not_every_night_from_then_on(nights: Nights) -> None:
    nights.put("a.jpg")
    assert nights.work()["arrivals"]["rehashed"] == 0
    # As if a week had gone by.
    assert nights.work(rehash_days=1e-9)["arrivals"]["rehashed"] == 1
    assert [night.rehashed for night in nights.noted()] == [1, 0]


def test_a_night_that_failed_after_it_had_screened_keeps_its_report(nights: Nights, tmp_path: Path) -> None:
    due = "2025-10-01T02:00:00+02:00"
    nights.put("a.jpg", facts={"viz.surname": "A"})
    nights.put("bad.jpg", behave="unreadable")
    (tmp_path / "done").write_text("no folder")
    assert nights.work(due, move_to=str(tmp_path / "done")) == {"failure": "system"}
    assert nights.states() == {"moving": 1, "quarantined": 1}
    # What was screened counts, though the night did not come to its end.
    (failed,) = nights.noted()
    assert (failed.state, failed.found, failed.read, failed.unreadable) == ("failed", 2, 1, 1)
    # What came meanwhile is in a report beside it.
    nights.put("b.jpg", facts={"viz.surname": "B"})
    assert _screened(nights.work(due), "found") == (1,)
    files: dict[str, list[str]] = {}
    for path in (tmp_path / "out").glob("*/names.csv"):
        with path.open(newline="") as names:
            files[path.parent.name] = sorted(Path(row["file"]).name for row in csv.DictReader(names))
    assert files == {"2025-10-01T020000+0200": ["a.jpg", "bad.jpg"], "2025-10-01T020000+0200-2": ["b.jpg"]}
    (listed,) = json.loads(nights.command("quarantine", "list", "--json").stdout)
    assert listed["night"] == "2025-10-01T020000+0200"


def test_what_could_not_be_moved_is_still_a_paper_of_its_application(nights: Nights, tmp_path: Path) -> None:
    nights.put("applicant/a.jpg", facts={"viz.surname": "A"})
    (tmp_path / "done").write_text("no folder")
    assert nights.work(move_to=str(tmp_path / "done")) == {"failure": "system"}
    assert nights.states() == {"moving": 1}
    nights.put("applicant/b.jpg", facts={"viz.surname": "B"})
    assert _screened(nights.work(), "found") == (2,)


def test_two_inboxes_never_share_a_folder_of_reports(nights: Nights, tmp_path: Path) -> None:
    nights.put("a.jpg")
    assert _screened(nights.work(), "read") == (1,)
    (tmp_path / "inbox").rename(tmp_path / "other")
    (tmp_path / "inbox").symlink_to("other")
    assert nights.work() == {"failure": "settings"}
    served = nights.command("serve", "--inbox", str(tmp_path / "inbox"), "--out", str(tmp_path / "out"))
    assert (served.returncode, "another inbox's" in served.stderr) == (2, True)
    (tmp_path / "out" / ".inbox").unlink()
    assert _screened(nights.work(), "read") == (1,)


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
    (left,) = (nights.root / "out").glob("2*/not_fetched.csv")
    assert left.read_text(encoding="utf-8") == '"reason","file"\n"unfit","link.jpg"\n'
    (tmp_path / "inbox").rename(tmp_path / "away")
    assert nights.work(inbox=address) == {"failure": "inbox-gone"}
    assert nights.states() == {"done": 1, "quarantined": 1, "removed": 1}
    (tmp_path / "away").rename(tmp_path / "inbox")
    assert nights.work(inbox=address)["screening"] is None
    assert nights.work(inbox=address, move_to=str(tmp_path / "done")) == {"failure": "settings"}
    assert nights.work(inbox="sftp://user:password@host/scans") == {"failure": "settings"}


def test_a_file_left_out_for_its_bytes_is_named_once(nights: Nights) -> None:
    nights.put("a.jpg")
    nights.work()
    nights.put("b.jpg")
    nights.put("c.jpg", facts={"viz.surname": "C"})
    night = nights.work()
    assert (night["arrivals"]["second_names"], night["screening"]["found"]) == (1, 1)
    nights.work()
    out = nights.root / "out"
    (told,) = out.glob("2*/second_names.csv")
    (left_out,) = csv.DictReader(told.read_text(encoding="utf-8").splitlines())
    (first,) = csv.DictReader((out / "2025-10-01T020000+0200/names.csv").read_text(encoding="utf-8").splitlines())
    assert (Path(first["file"]).name, Path(left_out["file"]).name) == ("a.jpg", "b.jpg")
    assert left_out["document_id"] == first["document_id"]
