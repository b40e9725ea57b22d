from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.store.pages import PageFolder
from pipeline.types.readings import PageImage


def test_a_page_comes_back_and_says_nothing_by_its_name(tmp_path: Path) -> None:
    pages = PageFolder(tmp_path)
    pages.save(PageImage("document", 0, b"first"))
    pages.save(PageImage("document", 0, b"second"))
    assert pages.load("document", 0) == b"second"
    assert pages.load("document", 1) is None
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert "document" not in str(files[0].relative_to(tmp_path))
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in tmp_path.rglob("*") if folder.is_dir()} == {0o700}


def test_a_hostile_id_stays_within_the_folder(tmp_path: Path) -> None:
    PageFolder(tmp_path / "home").save(PageImage("../../x", 0, b"y"))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


#: Writes one page again and again, under the process number that is given, until it is killed.
_WRITER = """
import os, sys
from pathlib import Path
from pipeline.store.pages import PageFolder
from pipeline.types.readings import PageImage
os.getpid = lambda: 7
image = PageImage("document", 0, sys.argv[2].encode() * 200_000)
pages = PageFolder(Path(sys.argv[1]))
print("writing", flush=True)
while True:
    pages.save(image)
"""


def test_machines_that_share_a_folder_never_see_an_image_by_half(tmp_path: Path) -> None:
    """Two writers of one page whose process numbers are the same, as on two machines; both are killed."""
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), letter], stdout=subprocess.PIPE)
        for letter in "ab"
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
    seen: Counter[bytes] = Counter()
    pages = PageFolder(tmp_path)
    while seen.total() < 1000 or len(seen) < 2:
        assert [writer.poll() for writer in writers] == [None, None]
        image = pages.load("document", 0)
        if image is not None:
            assert image in (b"a" * 200_000, b"b" * 200_000)
            seen[image[:1]] += 1
    for writer in writers:
        writer.kill()
        assert writer.wait() == -signal.SIGKILL
        assert writer.stdout is not None
        writer.stdout.close()
    left = pages.load("document", 0)
    assert left in (b"a" * 200_000, b"b" * 200_000)


def test_two_processes_with_one_number_write_aside_under_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    open_ = os.open

    def noted(path: os.PathLike[str] | str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            opened.append(os.fspath(path))
        return open_(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", noted)
    monkeypatch.setattr(os, "getpid", lambda: 7)
    for _ in range(2):
        PageFolder(tmp_path).save(PageImage("document", 0, b"image"))
    assert len(opened) == len(set(opened)) == 2


def test_an_image_that_cannot_be_written_leaves_the_one_before_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = PageFolder(tmp_path)
    pages.save(PageImage("document", 0, b"first"))

    def full(_: int) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        pages.save(PageImage("document", 0, b"second"))
    assert pages.load("document", 0) == b"first"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_a_killed_process_left_goes_when_its_writer_is_certainly_dead(tmp_path: Path) -> None:
    pages = PageFolder(tmp_path)
    assert pages.clear_left() == 0
    pages.save(PageImage("document", 0, b"image"))
    image = next((tmp_path / "pages").glob("??/*.jpg"))
    aside = tmp_path / "pages" / ".aside"
    now = image.stat().st_mtime
    for name, age in (("young", 3600.0), ("old", 90_000.0), ("of a clock that was set back", -90_000.0)):
        (aside / name).write_bytes(b"half an im")
        os.utime(aside / name, (now - age, now - age))
    os.utime(image, (0, 0))
    assert pages.clear_left() == 2
    assert [path.name for path in aside.iterdir()] == ["young"]
    assert list(pages.names()) == [PageFolder.name("document", 0)]


def test_a_writer_that_was_stopped_until_it_was_taken_for_dead_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = PageFolder(tmp_path)
    pages.save(PageImage("document", 0, b"first"))

    def sleep(_: int) -> None:
        for path in (tmp_path / "pages" / ".aside").iterdir():
            os.utime(path, (0, 0))
        assert pages.clear_left() == 1

    monkeypatch.setattr(os, "fsync", sleep)
    with pytest.raises(FileNotFoundError):
        pages.save(PageImage("document", 0, b"second"))
    assert pages.load("document", 0) == b"first"
