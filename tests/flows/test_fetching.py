"""The copy of an inbox at an address."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fsspec
import pytest

from flows.fetching import Fetching, Mirror, fetch_new
from pipeline.intake.inbox import InboxGone
from tests.flows.scripted_source import ADDRESS, Box, scripted
from tests.flows.webhdfs_server import served


@dataclass
class Copy:
    """The copy of a box, and how to bring it up to date."""

    box: Box
    folder: Path
    waits: list[float] = field(default_factory=list)
    beats: int = 0
    clock: Callable[[], float] = lambda: 0.0

    def bring(self, meanwhile: Callable[[], object] = lambda: None, address: str = ADDRESS) -> Fetching:
        def wait(seconds: float) -> None:
            self.waits.append(seconds)
            meanwhile()

        def beat() -> None:
            self.beats += 1

        return fetch_new(Mirror(address, self.folder, 100, 5.0, wait, beat, self.clock))

    def files(self) -> dict[str, bytes]:
        found = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def beside(self) -> set[str]:
        return {path.name for path in self.folder.parent.iterdir()}


@pytest.fixture(name="copy")
def _copy(tmp_path: Path) -> Iterator[Copy]:
    with scripted() as box:
        yield Copy(box, tmp_path / "inbox" / "key")


def test_what_is_new_or_changed_is_fetched_and_what_is_gone_goes(copy: Copy) -> None:
    copy.box.put("1.png", b"one")
    copy.box.put("a/b/2.png", b"two")
    first = copy.bring()
    assert (first.listed, first.fetched) == (2, 2)
    assert copy.files() == {"1.png": b"one", "a/b/2.png": b"two"}
    copy.box.opened.clear()
    again = copy.bring()
    assert (again.fetched, again.gone, copy.box.opened) == (0, 0, [])
    assert copy.waits == [5.0]
    copy.box.put("1.png", b"ONE")
    del copy.box.files["a/b/2.png"]
    third = copy.bring()
    assert (third.fetched, third.gone) == (1, 1)
    assert copy.files() == {"1.png": b"ONE"}
    assert [path.name for path in copy.folder.iterdir()] == ["1.png"]
    assert copy.beside() == {"key", "key.db"}


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_other_protocols(tmp_path: Path, protocol: str) -> None:
    address = f"{protocol}://{tmp_path}/scans"
    system, root = fsspec.url_to_fs(address)
    system.makedirs(f"{root}/a", exist_ok=True)
    system.pipe(f"{root}/a/1.png", b"one")
    system.pipe(f"{root}/a/later.part", b"half")
    copy = Copy(Box(), tmp_path / "copy" / "key")
    assert copy.bring(address=address).as_counts() == Fetching(listed=1, fetched=1).as_counts()
    assert copy.bring(address=address).as_counts() == Fetching(listed=1).as_counts()
    system.pipe(f"{root}/a/1.png", b"another")
    assert copy.bring(address=address).fetched == 1
    assert copy.files() == {"a/1.png": b"another"}
    assert sorted(system.find(root)) == [f"{root}/a/1.png", f"{root}/a/later.part"]


def test_a_link_of_a_folder_at_an_address_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "scans" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "scans" / "up").symlink_to("..")
    copy = Copy(Box(), tmp_path / "copy" / "key")
    assert copy.bring(address=f"file://{tmp_path}/scans").as_counts() == Fetching(unfit=2).as_counts()
    assert copy.files() == {}


def test_a_file_that_is_still_being_written_waits(copy: Copy) -> None:
    copy.box.put("1.png", b"half")
    counts = copy.bring(lambda: copy.box.put("1.png", b"half and half"))
    assert (counts.changing, counts.names.rows) == (1, [("changing", "1.png")])
    assert copy.files() == {}
    assert copy.bring().fetched == 1


def test_a_file_that_goes_between_the_looks_is_named(copy: Copy) -> None:
    copy.box.put("1.png", b"one")
    copy.box.put("2.png", b"two")
    counts = copy.bring(lambda: copy.box.files.pop("1.png"))
    assert (counts.fetched, counts.changing, counts.names.rows) == (1, 1, [("changing", "1.png")])


def test_a_folder_that_cannot_be_listed_again_leaves_its_files(copy: Copy) -> None:
    copy.box.put("1.png", b"one")
    copy.box.put("a/2.png", b"two")
    counts = copy.bring(lambda: copy.box.broken.add("a"))
    assert (counts.fetched, counts.failed, counts.names.rows) == (1, 1, [("failed", "a/2.png")])
    copy.box.broken.clear()
    assert copy.bring().fetched == 1


def test_a_file_that_changes_while_it_is_fetched_waits(copy: Copy) -> None:
    copy.box.put("1.png", b"old")
    copy.bring()
    copy.box.put("1.png", b"new")

    def changing(path: str, data: bytes) -> bytes:
        copy.box.put(path, b"NEW")
        return data

    copy.box.reading = changing
    assert copy.bring().failed == 1
    assert copy.files() == {"1.png": b"old"}
    copy.box.reading = lambda path, data: data
    assert copy.bring().fetched == 1
    assert copy.files() == {"1.png": b"NEW"}


@pytest.mark.parametrize("read", [b"lo", b"longer than it was listed", b"x" * 1000])
def test_a_file_that_is_not_read_as_a_whole_is_not_in_the_copy(copy: Copy, read: bytes) -> None:
    copy.box.put("1.png", b"long")
    copy.box.reading = lambda path, data: read
    assert copy.bring().failed == 1
    assert copy.files() == {}
    assert copy.beside() == {"key", "key.db"}


def test_a_folder_that_cannot_be_listed_takes_nothing_away(copy: Copy) -> None:
    for name in ("1.png", "a/2.png", "b/3.png"):
        copy.box.put(name, b"x")
    copy.bring()
    del copy.box.files["1.png"]
    copy.box.broken.add("a")
    counts = copy.bring()
    assert (counts.unlisted, counts.gone) == (1, 0)
    assert set(copy.files()) == {"1.png", "a/2.png", "b/3.png"}
    copy.box.broken.clear()
    assert copy.bring().gone == 1


def test_a_source_that_cannot_be_reached(copy: Copy) -> None:
    copy.box.put("1.png", b"x")
    copy.bring()
    copy.box.broken.add("")
    with pytest.raises(InboxGone, match="RuntimeError"):
        copy.bring()
    assert set(copy.files()) == {"1.png"}


def test_a_source_that_is_empty_all_at_once_takes_nothing_away(copy: Copy) -> None:
    copy.box.put("1.png", b"x")
    copy.bring()
    copy.box.files.clear()
    counts = copy.bring()
    assert (counts.vanished, counts.gone) == (True, 0)
    assert set(copy.files()) == {"1.png"}


def test_files_that_are_all_replaced_by_others_are_no_source_that_is_gone(copy: Copy) -> None:
    for day in range(3):
        copy.box.files.clear()
        copy.box.put(f"{day}.png", b"x")
        counts = copy.bring()
        assert (counts.vanished, counts.fetched, counts.gone) == (False, 1, int(day > 0))
        assert set(copy.files()) == {f"{day}.png"}


def test_an_address_of_a_file_is_no_empty_inbox(tmp_path: Path) -> None:
    file = tmp_path / "scan.png"
    file.write_bytes(b"x")
    copy = Copy(Box(), tmp_path / "copy" / "key")
    with pytest.raises(InboxGone, match="a file, not of a folder"):
        copy.bring(address=f"file://{file}")


def test_the_mark_of_an_empty_folder_is_no_file(copy: Copy) -> None:
    copy.box.hostile[""] = [{"name": "box/", "size": 0, "type": "file"}]
    assert copy.bring().as_counts() == Fetching().as_counts()


def test_a_file_that_is_too_large_is_not_asked_for(copy: Copy) -> None:
    copy.box.put("large.png", b"x" * 101)
    counts = copy.bring()
    assert (counts.too_large, counts.names.rows) == (1, [("too_large", "large.png")])
    assert copy.box.opened == []


def test_names_that_cannot_be_those_of_files_here(copy: Copy, tmp_path: Path) -> None:
    for name in ("1.png", "a/2.png", "A/x\n.png"):
        copy.box.put(name, b"x")
    evil = ("box/../up.png", "/etc/passwd", "box/a/deep.png", "box/..", "other/2.png", "box/" + "n" * 300, "box/\0", "")
    copy.box.hostile[""] = [{"name": name, "size": 1, "type": "file", "ETag": 1} for name in evil]
    copy.box.hostile["a"] = [
        {"name": "box/a/", "size": 0, "type": "directory"},
        {"name": "box", "size": 0, "type": "directory"},
        {"name": "box/a/socket", "size": 0, "type": "other"},
        {"name": None, "type": "file"},
    ]
    counts = copy.bring()
    assert (counts.fetched, counts.unfit) == (3, len(evil) + 3)
    told = {name for reason, name in counts.names.rows if reason == "unfit"}
    assert told == {name.removeprefix("box/") for name in evil} | {"box", "a/socket"}
    assert set(copy.files()) == {"1.png", "a/2.png", "A/x\n.png"}
    assert not (tmp_path / "up.png").exists()


def test_names_that_meet_in_one_place(copy: Copy) -> None:
    for name in ("scan.png", "Scan.PNG", "folder", "folder/1.png", "other.png"):
        copy.box.put(name, b"x")
    counts = copy.bring()
    assert (counts.fetched, counts.unfit) == (3, 2)
    assert set(copy.files()) == {"scan.png", "folder", "other.png"}
    del copy.box.files["folder"], copy.box.files["scan.png"]
    copy.bring()
    assert copy.bring().unfit == 0
    assert set(copy.files()) == {"Scan.PNG", "folder/1.png", "other.png"}


def test_a_night_that_is_killed_fetches_the_rest_the_next_time(copy: Copy) -> None:
    for number in range(5):
        copy.box.put(f"{number}.png", b"x")

    def killed(path: str, data: bytes) -> bytes:
        if path == "3.png":
            raise KeyboardInterrupt
        return data

    copy.box.reading = killed
    with pytest.raises(KeyboardInterrupt):
        copy.bring()
    copy.box.reading = lambda path, data: data
    assert copy.bring().fetched == 2
    assert len(copy.files()) == 5
    assert copy.beside() == {"key", "key.db"}


def test_a_connection_that_is_gone_is_not_asked_for_every_file(copy: Copy) -> None:
    for number in range(30):
        copy.box.put(f"{number}.png", b"x")

    def gone(path: str, data: bytes) -> bytes:
        copy.box.broken.add("")
        raise ConnectionError

    copy.box.reading = gone
    counts = copy.bring()
    assert (len(copy.box.opened), counts.failed, len(counts.names.rows)) == (20, 30, 30)
    copy.box.broken.clear()
    copy.box.reading = lambda path, data: data
    assert copy.bring().fetched == 30


def test_files_that_cannot_be_read_keep_no_other_waiting(copy: Copy) -> None:
    for number in range(45):
        copy.box.put(f"bad{number}.png", b"x")
    copy.box.put("good.png", b"x")

    def refusing(path: str, data: bytes) -> bytes:
        if path.startswith("bad"):
            raise PermissionError
        return data

    copy.box.reading = refusing
    counts = copy.bring()
    assert (counts.fetched, counts.failed) == (1, 45)
    assert {reason for reason, _ in counts.names.rows} == {"failed"}
    assert set(copy.files()) == {"good.png"}
    # While nothing is fetched the night is seen to go on.
    assert copy.beats > 45
    assert (copy.bring().failed, len(copy.box.opened)) == (45, 2 * 45 + 1)


def test_a_source_of_which_nothing_can_be_read_for_long_is_left(copy: Copy) -> None:
    for number in range(10):
        copy.box.put(f"{number}.png", b"x")

    def hanging(path: str, data: bytes) -> bytes:
        raise TimeoutError

    copy.box.reading = hanging
    # Each file takes a quarter of an hour.
    copy.clock = lambda: 900.0 * len(copy.box.opened)
    assert (copy.bring().failed, len(copy.box.opened)) == (10, 5)


@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_a_copy_that_nobody_remembers_is_made_anew(copy: Copy, harm: str) -> None:
    copy.box.put("1.png", b"x")
    copy.bring()
    (copy.folder / "orphan.png").write_bytes(b"x")
    names = copy.folder.with_name("key.db")
    names.unlink() if harm == "lost" else names.write_bytes(b"no database" * 1000)
    assert copy.bring().fetched == 1
    assert set(copy.files()) == {"1.png"}


def test_over_a_network(tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    (scans / "a ä").mkdir(parents=True)
    (scans / "a ä" / "1%20#.png").write_bytes(b"one")
    (scans / "2.png").write_bytes(b"two two")
    copy = Copy(Box(), tmp_path / "copy" / "key")
    with served(scans) as server:
        server.cut.add("2.png")
        counts = copy.bring(address=server.address)
        assert (counts.fetched, counts.failed) == (1, 1)
        server.cut.clear()
        assert copy.bring(address=server.address).fetched == 1
        assert copy.bring(address=server.address).as_counts() == Fetching(listed=2).as_counts()
        assert copy.files() == {"a ä/1%20#.png": b"one", "2.png": b"two two"}
        # The same size: its time tells.
        (scans / "2.png").write_bytes(b"TWO TWO")
        os.utime(scans / "2.png", (1, 1))
        (scans / "a ä" / "1%20#.png").unlink()
        counts = copy.bring(address=server.address)
        assert (counts.fetched, counts.gone) == (1, 1)
    with pytest.raises(InboxGone):
        copy.bring(address=server.address)
    assert copy.files() == {"2.png": b"TWO TWO"}
