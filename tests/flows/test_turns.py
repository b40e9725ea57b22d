from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows import turns
from flows.turns import NotMyTurn, check_reports, claim_reports, inbox_key, serve_lock, turn
from pipeline.errors import OversealError, UsageError
from pipeline.store.database import Store, open_store
from pipeline.store.nights import Night, begin_night, clock, end_night, recent

KEY = "inbox"
NIGHT = "2026-03-29T01:00:00+00:00"
LATER = "2026-03-30T01:00:00+00:00"

_SERVICES = 4
_PATIENCE = 120.0

_HOLDER = """
import sys, time
from pathlib import Path
from flows.turns import turn
from pipeline.store.database import open_store
with turn(open_store(sys.argv[1]), Path(sys.argv[2]), "inbox", sys.argv[3], 60.0):
    print("mine", flush=True)
    sys.stdin.read()
"""


@dataclass
class House:
    """A data folder with its store."""

    home: Path
    url: str
    store: Store

    def take(self, scheduled: str, stalled: float = 60.0) -> str:
        """Work a night to its end; "mine", or why it had nothing to do."""
        try:
            with turn(self.store, self.home, KEY, scheduled, stalled) as mine, self.store.write() as connection:
                end_night(connection, mine.night.night_id, "finished", scheduled)
        except NotMyTurn as other:
            return other.why
        return "mine"

    def states(self) -> list[str]:
        with self.store.read() as connection:
            return sorted(night.state for night in recent(connection, 99))

    def note(self, home: str, age: float) -> None:
        """A night of another machine that went on so many seconds ago."""
        with self.store.write() as connection:
            begin_night(connection, Night(home, KEY, home, NIGHT, NIGHT, clock(connection) - age, "running"))


@pytest.fixture(name="house")
def _house(tmp_path: Path, store: Store, store_url: str) -> House:
    """On each database."""
    return House(tmp_path, store_url, store)


@pytest.fixture(name="holder")
def _holder(house: House) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", _HOLDER, house.url, str(house.home), NIGHT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        yield process
        process.kill()


@pytest.mark.usefixtures("holder")
def test_a_night_at_work_makes_the_next_one_fall_out(house: House) -> None:
    assert house.take(LATER) == "overlap"
    assert house.states() == ["running"]


def test_a_night_that_was_killed_is_in_nobody_s_way(house: House, holder: subprocess.Popen[bytes]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert house.take(NIGHT) == "mine"
    assert house.states() == ["crashed", "finished"]


def test_a_night_that_lives_and_does_not_go_on_is_ended(house: House, holder: subprocess.Popen[bytes]) -> None:
    assert house.take(LATER, stalled=0.0) == "mine"
    assert holder.wait() == -signal.SIGKILL
    assert house.states() == ["crashed", "finished"]


def test_a_night_is_worked_once_for_each_time_that_it_was_due(house: House) -> None:
    assert house.take(LATER) == "mine"
    assert house.take(LATER) == "done"
    # The clock was set back, or a run comes too late: the night after took everything in.
    assert house.take(NIGHT) == "superseded"


def test_a_night_that_was_due_in_the_future_is_in_nobody_s_way(house: House) -> None:
    assert house.take("2999-01-01T01:00:00+00:00") == "mine"
    assert house.take(LATER) == "mine"
    assert house.take(LATER) == "done"


def test_of_services_at_one_store_one_gets_the_night(house: House) -> None:
    """Each has a data folder and connections of its own, as on machines that share a Postgres."""
    said: list[str] = []
    all_said = threading.Condition()
    together = threading.Barrier(_SERVICES)

    def serve(home: Path) -> None:
        with closing(open_store(house.url)) as store:
            together.wait(_PATIENCE)
            try:
                with turn(store, home, KEY, NIGHT, 60.0), all_said:
                    said.append("mine")
                    all_said.notify_all()
                    # At work until every other one has had its answer.
                    all_said.wait_for(lambda: len(said) == _SERVICES, _PATIENCE)
            except NotMyTurn as other:
                with all_said:
                    said.append(other.why)
                    all_said.notify_all()

    threads = [threading.Thread(target=serve, args=(house.home / str(number),)) for number in range(_SERVICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["mine", *["overlap"] * (_SERVICES - 1)]
    assert house.states() == ["running"]


def test_the_hour_that_comes_twice_has_two_nights(house: House) -> None:
    assert house.take("2026-10-25T00:30:00+00:00") == "mine"
    assert house.take("2026-10-25T01:30:00+00:00") == "mine"


def test_of_another_machine_the_beat_tells(house: House) -> None:
    house.note("other", age=5.0)
    assert house.take(LATER) == "overlap"
    assert house.take(LATER, stalled=3.0) == "mine"
    assert house.states() == ["crashed", "finished"]


def test_a_beat_in_the_future_is_of_a_clock_that_went_wrong(house: House) -> None:
    house.note("other", age=-90_000.0)
    assert house.take(LATER) == "mine"


def test_a_night_that_was_taken_for_dead_stops(house: House) -> None:
    with turn(house.store, house.home, KEY, NIGHT, 60.0) as mine:
        mine.beat()
        with house.store.write() as connection:
            end_night(connection, mine.night.night_id, "crashed", NIGHT)
        mine.last = -1e9
        with pytest.raises(OversealError, match="took its place"):
            mine.beat()


def test_what_a_night_writes_counts_only_while_it_has_the_turn(house: House) -> None:
    with turn(house.store, house.home, KEY, NIGHT, 60.0) as mine:
        with house.store.write() as connection:
            mine.hold(connection)
            end_night(connection, mine.night.night_id, "crashed", NIGHT)
        with pytest.raises(OversealError, match="took its place"), house.store.write() as connection:
            end_night(connection, mine.night.night_id, "finished", NIGHT)
            mine.hold(connection)
    assert house.states() == ["crashed"]


def test_one_process_serves_an_inbox(tmp_path: Path) -> None:
    first = serve_lock(tmp_path, KEY)
    assert first is not None
    assert serve_lock(tmp_path, KEY) is None
    other = serve_lock(tmp_path, "another inbox")
    assert other is not None
    other.close()
    first.close()
    again = serve_lock(tmp_path, KEY)
    assert again is not None
    again.close()


def test_an_inbox_is_known_by_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inbox")
    assert inbox_key(tmp_path / "inbox") == inbox_key(tmp_path / "link")
    assert os.fspath(tmp_path) not in inbox_key(tmp_path / "inbox")


@pytest.fixture(params=[True, errno.EPERM, errno.EOPNOTSUPP])
def _links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that has hard links, and those that have none: FAT, shares."""

    def refuse(*_: object) -> None:
        raise OSError(request.param, os.strerror(request.param))

    if request.param is not True:
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("_links")
def test_a_folder_of_reports_is_one_inbox_s(tmp_path: Path) -> None:
    out = tmp_path / "out"
    check_reports(out, KEY)
    for _ in range(2):
        claim_reports(out, KEY)
    with pytest.raises(UsageError, match="another inbox's"):
        claim_reports(out, "another inbox")
    assert [path.name for path in out.iterdir()] == [".inbox"]
    assert (out / ".inbox").read_text() == KEY


@pytest.mark.usefixtures("_links")
def test_of_all_that_claim_a_folder_one_gets_it(tmp_path: Path) -> None:
    together = threading.Barrier(_SERVICES)
    said: list[str] = []

    def claim(inbox: str) -> None:
        together.wait(_PATIENCE)
        try:
            claim_reports(tmp_path, inbox)
            said.append("mine")
        except UsageError:
            said.append("another's")

    threads = [threading.Thread(target=claim, args=(f"inbox {number}",)) for number in range(_SERVICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [*["another's"] * (_SERVICES - 1), "mine"]
    assert [path.name for path in tmp_path.iterdir()] == [".inbox"]


def test_a_mark_is_waited_for_and_one_that_was_never_written_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / ".inbox"
    mark.touch()
    check_reports(tmp_path, KEY)
    monkeypatch.setattr("flows.turns.time.sleep", lambda _: mark.write_text("another inbox"))
    with pytest.raises(UsageError, match="another inbox's"):
        claim_reports(tmp_path, KEY)
    mark.write_text("")
    monkeypatch.setattr(turns, "_WRITE_SECONDS", -1.0)
    claim_reports(tmp_path, KEY)
    assert mark.read_text() == KEY


def test_a_mark_that_could_not_be_written_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        claim_reports(tmp_path, KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_reports_that_may_not_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(UsageError, match="cannot be read"):
        check_reports(tmp_path / "out", KEY)
