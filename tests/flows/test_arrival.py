from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from flows.arrival import Inbox, Look, look
from pipeline.intake.inbox import InboxGone, place_of
from pipeline.store.arrivals import Arrival, ArrivalState, arrivals_at, in_state, save_arrivals
from pipeline.store.database import Store, open_store
from tests.traced_peak import traced_peaks

KEY = "k"


@dataclass
class Watched:
    """An inbox and its record. `meanwhile` is done between the two looks."""

    folder: Path
    store: Store
    nights: int = 0
    waits: list[float] = field(default_factory=list)

    def put(self, name: str, data: bytes = b"scan", mtime: int | None = None) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if mtime is not None:
            os.utime(path, ns=(mtime, mtime))

    def look(self, meanwhile: Callable[[], None] = lambda: None, *, rehash: bool = False) -> Look:
        def wait(seconds: float) -> None:
            self.waits.append(seconds)
            meanwhile()

        self.nights += 1
        inbox = Inbox(KEY, self.folder, (), 5.0, 1000, wait=wait)
        return look(self.store, inbox, f"2026-01-{self.nights:02d}T00:00:00+00:00", rehash=rehash)

    def at(self, name: str) -> Arrival | None:
        place = place_of(name.encode())
        with self.store.read() as connection:
            return arrivals_at(connection, KEY, [place]).get(place)

    def state(self, name: str) -> str | None:
        one = self.at(name)
        return str(one.state) if one else None

    def screened(self) -> None:
        """What a night makes of everything that waits."""
        with self.store.read() as connection:
            waiting = in_state(connection, ArrivalState.PENDING)
        with self.store.write() as connection:
            save_arrivals(connection, KEY, [replace(one, state=ArrivalState.DONE) for one in waiting])


@pytest.fixture(name="watched")
def _watched(tmp_path: Path) -> Watched:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Watched(folder, open_store(f"sqlite:///{tmp_path / 'store.db'}"))


def test_a_file_is_taken_in_when_two_looks_agree(watched: Watched) -> None:
    watched.put("a.jpg")
    counts = watched.look()
    assert (counts.present, counts.new, counts.waiting, counts.settling) == (1, 1, 1, 0)
    assert watched.waits == [5.0]
    assert watched.state("a.jpg") == "pending"


@pytest.mark.parametrize("grown", [b"scan and more", b"sCan"])
def test_a_file_that_changes_between_the_looks_is_left(watched: Watched, grown: bytes) -> None:
    watched.put("a.jpg", mtime=1)
    counts = watched.look(lambda: watched.put("a.jpg", grown, mtime=2))
    assert (counts.new, counts.settling, counts.waiting) == (0, 1, 0)
    assert watched.look().new == 1


def test_a_file_that_appears_between_the_looks_or_goes_again_is_left(watched: Watched) -> None:
    watched.put("a.jpg")
    assert watched.look(lambda: watched.put("b.jpg", b"later")).new == 1
    assert watched.state("b.jpg") is None
    watched.look(lambda: (watched.folder / "b.jpg").unlink())
    assert watched.state("b.jpg") == "settling"
    assert watched.look().removed == 1


def test_a_name_in_progress_counts_from_when_it_is_renamed(watched: Watched) -> None:
    watched.put("a.jpg.part")
    assert watched.look().present == 0
    (watched.folder / "a.jpg.part").rename(watched.folder / "a.jpg")
    assert watched.look().new == 1


def test_nothing_new_needs_no_wait(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.look()
    watched.screened()
    counts = watched.look()
    assert watched.waits == [5.0]
    assert (counts.present, counts.new, counts.waiting) == (1, 0, 0)


def test_the_same_bytes_under_two_names_are_one_scan(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.put("b.jpg")
    counts = watched.look()
    assert (counts.new, counts.second_names, counts.waiting) == (1, 1, 1)
    assert {watched.state("a.jpg"), watched.state("b.jpg")} == {"pending", "same"}


@pytest.mark.parametrize("what", ["removed", "changed"])
def test_a_second_name_is_screened_when_the_first_was_lost_before_it_was(watched: Watched, what: str) -> None:
    watched.put("a.jpg", mtime=1)
    watched.put("b.jpg", mtime=1)
    watched.look()
    names = ("a.jpg", "b.jpg")
    first, second = names if watched.state("a.jpg") == "pending" else reversed(names)
    # Touching the second is not reading it.
    watched.put(second, mtime=2)
    watched.look()
    if what == "removed":
        (watched.folder / first).unlink()
    else:
        watched.put(first, b"other", mtime=2)
    watched.look()
    assert watched.state(second) == "pending"
    watched.screened()
    assert watched.state(second) == "done"


def test_a_second_name_stays_one_when_the_first_goes_after_it_was_screened(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.look()
    watched.screened()
    watched.put("b.jpg")
    watched.look()
    (watched.folder / "a.jpg").unlink()
    assert watched.look().waiting == 0
    assert watched.state("b.jpg") == "same"


def test_a_name_that_gets_known_bytes_is_no_longer_the_one_that_a_report_named(watched: Watched) -> None:
    watched.put("a.jpg", b"one")
    watched.put("b.jpg", b"two")
    watched.look()
    watched.screened()
    one = watched.at("a.jpg")
    assert one is not None
    with watched.store.write() as connection:
        save_arrivals(connection, KEY, [replace(one, night="first")])
    watched.put("a.jpg", b"two")
    assert watched.look().second_names == 1
    one = watched.at("a.jpg")
    assert one is not None
    assert (one.state, one.night) == ("same", "")


def test_a_second_name_in_an_application_is_one_more_paper_of_it(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.look()
    watched.screened()
    watched.put("applicant/b.jpg")
    counts = watched.look()
    assert (counts.new, counts.second_names, counts.waiting) == (0, 1, 1)


def test_a_file_changed_after_reading_is_a_new_scan_and_a_touched_one_is_not(watched: Watched) -> None:
    watched.put("a.jpg", mtime=1)
    watched.look()
    watched.screened()
    watched.put("a.jpg", b"other", mtime=2)
    counts = watched.look()
    assert (counts.new, counts.changed, counts.waiting) == (1, 1, 1)
    watched.screened()
    watched.put("a.jpg", b"other", mtime=3)
    assert watched.look().new == 0
    assert watched.state("a.jpg") == "done"


@pytest.mark.parametrize("state", [ArrivalState.PENDING, ArrivalState.QUARANTINED, ArrivalState.DROPPED])
def test_what_was_never_screened_is_not_done_by_being_touched(watched: Watched, state: ArrivalState) -> None:
    watched.put("a.jpg", mtime=1)
    watched.look()
    one = watched.at("a.jpg")
    assert one is not None
    with watched.store.write() as connection:
        save_arrivals(connection, KEY, [replace(one, state=state)])
    watched.put("a.jpg", mtime=2)
    watched.look()
    assert watched.state("a.jpg") == "pending"


def test_only_hashing_tells_a_file_replaced_under_its_name_size_and_time(watched: Watched) -> None:
    watched.put("a.jpg", b"one", mtime=1)
    watched.look()
    watched.screened()
    watched.put("a.jpg", b"two", mtime=1)
    assert watched.look().new == 0
    counts = watched.look(rehash=True)
    assert (counts.replaced, counts.new, counts.rehashed, counts.waiting) == (1, 1, True, 1)


def test_removed_files_are_noted_and_known_when_they_return(watched: Watched) -> None:
    watched.put("a.jpg", mtime=1)
    watched.put("b.jpg", b"other")
    watched.look()
    watched.screened()
    (watched.folder / "a.jpg").unlink()
    assert watched.look().removed == 1
    assert watched.state("a.jpg") == "removed"
    assert watched.look().removed == 0
    watched.put("a.jpg", mtime=1)
    assert watched.look().new == 0
    assert watched.state("a.jpg") == "done"


def test_a_file_removed_before_it_was_screened_is_new_when_it_returns(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.put("b.jpg", b"other")
    watched.look()
    (watched.folder / "a.jpg").unlink()
    assert watched.look().removed == 1
    watched.put("a.jpg")
    assert watched.look().new == 1


@pytest.mark.parametrize("state", [ArrivalState.QUARANTINED, ArrivalState.DROPPED])
def test_what_could_not_be_read_is_not_done_by_being_taken_away_and_put_back(
    watched: Watched, state: ArrivalState
) -> None:
    watched.put("a.jpg", mtime=1)
    watched.put("b.jpg", b"other")
    watched.look()
    one = watched.at("a.jpg")
    assert one is not None
    with watched.store.write() as connection:
        save_arrivals(connection, KEY, [replace(one, state=state)])
    (watched.folder / "a.jpg").unlink()
    assert watched.look().removed == 1
    watched.put("a.jpg", mtime=1)
    watched.look()
    assert watched.state("a.jpg") == "pending"


def test_an_inbox_that_disappears_and_returns_loses_nothing(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.put("b.jpg", b"other")
    watched.look()
    watched.screened()
    aside = watched.folder.with_name("aside")
    watched.folder.rename(aside)
    with pytest.raises(InboxGone):
        watched.look()
    # What a share that is not mounted looks like.
    watched.folder.mkdir()
    counts = watched.look()
    assert (counts.vanished, counts.removed) == (True, 0)
    shutil.rmtree(watched.folder)
    aside.rename(watched.folder)
    counts = watched.look()
    assert (counts.present, counts.new, counts.removed, counts.vanished) == (2, 0, 0, False)


def test_files_that_are_all_replaced_by_others_are_no_inbox_that_is_gone(watched: Watched) -> None:
    for day in range(3):
        watched.put(f"{day}.jpg", b"day %d" % day)
        counts = watched.look()
        assert (counts.vanished, counts.new, counts.removed) == (False, 1, int(day > 0))
        (watched.folder / f"{day}.jpg").unlink()


def test_that_a_copy_is_empty_is_believed(watched: Watched) -> None:
    watched.put("a.jpg")
    watched.look()
    (watched.folder / "a.jpg").unlink()
    assert watched.look().vanished
    copy = Inbox(KEY, watched.folder, (), 0.0, 1000, may_be_empty=True)
    counts = look(watched.store, copy, "2026-01-09T00:00:00+00:00")
    assert (counts.vanished, counts.removed) == (False, 1)


def test_nothing_is_marked_removed_while_a_folder_cannot_be_listed(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.put("a.jpg")
    watched.put("applicant/b.jpg", b"other")
    watched.look()
    watched.screened()
    scandir = os.scandir

    def refuse(path: bytes) -> object:
        if path.endswith(b"applicant"):
            raise OSError(5, "Input/output error")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    counts = watched.look()
    assert (counts.unlisted, counts.removed) == (1, 0)
    assert watched.state("applicant/b.jpg") == "done"


def test_what_cannot_be_hashed_waits_for_the_reader_to_say_why(watched: Watched) -> None:
    os.mkfifo(watched.folder / "pipe")
    watched.put("large.jpg", b"x" * 1001)
    watched.put("empty.jpg", b"")
    counts = watched.look()
    assert (counts.new, counts.waiting) == (3, 3)
    one = watched.at("large.jpg")
    assert one is not None
    assert one.sha256 is None


def test_a_manifest_is_no_scan_and_a_changed_one_is_told(watched: Watched) -> None:
    watched.put("manifest.csv", b"file,batch\n", mtime=1)
    counts = watched.look()
    assert (counts.manifests, counts.new, counts.waiting) == (1, 0, 0)
    assert watched.look().manifests == 0
    watched.put("manifest.csv", b"file,batch\na,1\n", mtime=2)
    assert watched.look().manifests == 1


_LOOKS = """
import sys, tracemalloc
from pathlib import Path
from flows.arrival import Inbox, look
from pipeline.store.database import open_store
folder, store = Path(sys.argv[1]), open_store(sys.argv[2])
def peak(night, files):
    for number in files:
        place = folder / f"{number // 100}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.jpg").write_bytes(b"%d" % number)
    inbox = Inbox("k", folder, (), 0.0, 1000)
    tracemalloc.start()
    found = look(store, inbox, f"2026-01-0{night}T00:00:00+00:00").new
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, peak
# Statements are built once.
peak(1, range(600))
print(*peak(2, range(600, 1200)), *peak(3, range(1200, 5000)))
"""


def test_a_look_holds_little_of_each_file(tmp_path: Path) -> None:
    few, least, many, most = traced_peaks(_LOOKS, str(tmp_path / "inbox"), f"sqlite:///{tmp_path / 'store.db'}")
    assert (few, many) == (600, 3800)
    # Of each file its opaque name, while what is missing is looked for: a hundred bytes.
    assert most - least < 250 * 3800
