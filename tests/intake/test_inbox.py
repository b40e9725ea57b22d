from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.intake.inbox import Entry, InboxGone, Unlisted, entries, place_of


def _paths(inbox: Path, *passed_over: Path) -> dict[bytes, Entry]:
    return {entry.path: entry for entry in entries(inbox, passed_over) if isinstance(entry, Entry)}


def test_every_file_is_met_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("x.jpg", "a/y.jpg", "a/b/z.jpg"):
        (tmp_path / name).write_bytes(b"123")
    found = _paths(tmp_path)
    assert set(found) == {b"x.jpg", b"a/y.jpg", b"a/b/z.jpg"}
    assert found[b"a/y.jpg"].place == place_of(b"a/y.jpg")
    assert {entry.size for entry in found.values()} == {3}


@pytest.mark.parametrize("name", [b"two\nlines.jpg", b"\xff\xfe.jpg", "é.jpg".encode(), b" .jpg", b"-rf", b"a\\b.jpg"])
def test_any_name_is_met(tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(b"1")
    (entry,) = _paths(tmp_path).values()
    assert entry.path == name
    assert set(entry.place) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "name", [".hidden", "x.jpg.part", "x.TMP", "x.crdownload", "x.filepart", "Thumbs.db", "._x.jpg"]
)
def test_what_is_unfinished_or_put_there_by_systems_is_left_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"1")
    (tmp_path / ".folder").mkdir()
    (tmp_path / ".folder" / "x.jpg").write_bytes(b"1")
    assert not _paths(tmp_path)


def test_our_own_folders_below_the_inbox_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "reports" / "deep").mkdir(parents=True)
    (tmp_path / "reports" / "deep" / "x.jpg").write_bytes(b"1")
    assert not _paths(tmp_path, tmp_path / "reports")


def test_what_cannot_be_read_is_an_entry_and_never_followed(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    inbox.mkdir()
    outside.mkdir()
    (outside / "x.jpg").write_bytes(b"1")
    (inbox / "y.jpg").write_bytes(b"1")
    os.mkfifo(inbox / "pipe.jpg")
    (inbox / "away.jpg").symlink_to(outside / "x.jpg")
    (inbox / "folder").symlink_to(outside)
    (inbox / "loop").symlink_to(inbox / "loop")
    (inbox / "nowhere").symlink_to(inbox / "absent")
    (inbox / "inside").symlink_to(inbox / "y.jpg")
    (inbox / "up").symlink_to(inbox)
    found = _paths(inbox)
    assert {path for path, entry in found.items() if entry.regular} == {b"y.jpg"}
    unfit = {path for path, entry in found.items() if not entry.regular}
    assert unfit - {b"up"} == {b"pipe.jpg", b"away.jpg", b"folder", b"loop", b"nowhere"}


def test_a_link_to_what_is_left_out_by_name_is_told(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / ".store").mkdir(parents=True)
    (inbox / ".store" / "x.jpg").write_bytes(b"1")
    (inbox / "y.jpg").symlink_to(".store/x.jpg")
    assert [type(entry) for entry in entries(inbox)] == [Unlisted]


def test_an_inbox_that_is_gone_is_an_error_and_a_closed_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InboxGone):
        list(entries(tmp_path / "absent"))
    (tmp_path / "closed").mkdir()
    (tmp_path / "x.jpg").write_bytes(b"1")
    scandir = os.scandir

    def refuse(path: bytes) -> object:
        if path.endswith(b"closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(entries(tmp_path))
    assert [type(entry) for entry in found].count(Unlisted) == 1
    assert len(found) == 2
