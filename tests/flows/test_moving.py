from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from flows.arrival import Inbox
from flows.moving import move, move_done
from pipeline.store.arrivals import ArrivalState, in_state, save_arrivals
from pipeline.store.database import open_store
from tests.flows.test_arrival import KEY, Watched


@pytest.fixture(name="watched")
def _watched(tmp_path: Path) -> Watched:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Watched(folder, open_store(f"sqlite:///{tmp_path / 'store.db'}"))


def _inbox(watched: Watched) -> Inbox:
    return Inbox(KEY, watched.folder, (), 0.0, 1000)


def test_what_is_done_is_moved_and_not_noted_as_removed(watched: Watched, tmp_path: Path) -> None:
    watched.put("a/b.jpg", b"one")
    watched.put("stays.jpg", b"two")
    watched.look()
    with watched.store.read() as connection:
        one = next(one for one in in_state(connection, ArrivalState.PENDING) if one.size == 3)
    watched.screened()
    watched.put("late.jpg", b"three")
    watched.look()
    assert one is not None
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 2
    assert (tmp_path / "done" / "a" / "b.jpg").read_bytes() == b"one"
    assert [path.name for path in watched.folder.iterdir() if path.is_file()] == ["late.jpg"]
    assert watched.look().removed == 0
    assert watched.state("a/b.jpg") == "moved"


def test_the_papers_of_an_application_go_together(watched: Watched, tmp_path: Path) -> None:
    watched.put("a/b.jpg", b"one")
    watched.look()
    watched.screened()
    watched.put("a/c.jpg", b"two")
    watched.look()
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 0
    watched.screened()
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 2


def test_a_file_that_changed_since_stays(watched: Watched, tmp_path: Path) -> None:
    watched.put("a.jpg", mtime=1)
    watched.look()
    watched.screened()
    watched.put("a.jpg", b"other", mtime=2)
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 0
    assert (watched.folder / "a.jpg").read_bytes() == b"other"


def test_one_that_was_killed_while_moving_is_noted_as_moved(watched: Watched) -> None:
    watched.put("a.jpg", b"one")
    watched.put("b.jpg", b"two")
    watched.look()
    watched.screened()
    with watched.store.write() as connection:
        moving = [replace(one, state=ArrivalState.MOVING) for one in in_state(connection, ArrivalState.DONE)]
        save_arrivals(connection, KEY, moving)
    (watched.folder / "a.jpg").unlink()
    counts = watched.look()
    assert (counts.moved, counts.removed) == (1, 0)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        (tmp_path / "a").write_bytes(data)
        move(tmp_path / "a", tmp_path / "done" / "a")
    assert (tmp_path / "done" / "a").read_bytes() == b"one"
    assert (tmp_path / "done" / "a.1").read_bytes() == b"two"


def test_across_file_systems_a_copy_takes_its_place_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "a", tmp_path / "done" / "a"
    source.write_bytes(b"one")
    rename = Path.rename

    def refuse(self: Path, place: Path) -> Path:
        if self == source:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, place)

    monkeypatch.setattr(Path, "rename", refuse)
    move(source, target)
    assert target.read_bytes() == b"one"
    assert [path.name for path in target.parent.iterdir()] == ["a"]
    assert not source.exists()


def test_a_second_name_does_not_go_before_its_bytes_were_read(watched: Watched, tmp_path: Path) -> None:
    watched.put("a.jpg")
    watched.put("b.jpg")
    watched.look()
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 0
    watched.screened()
    assert move_done(watched.store, _inbox(watched), tmp_path / "done") == 2
