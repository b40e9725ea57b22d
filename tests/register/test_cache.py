from __future__ import annotations

import datetime as dt
import errno
import json
import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.errors import OversealError
from pipeline.register import load
from pipeline.register.cache import drop_unused
from pipeline.register.folder import RegisterFile
from pipeline.register.table_file import Loaded, load_file
from pipeline.settings import RegisterSettings
from tests.register.folders import keys, loaded, write

OFFICES = "office_id,name\n01,A\n"


def test_the_same_files_are_not_loaded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "register", offices=OFFICES + "01,B\n", permits="permit_number,surname\nA\n")
    first = loaded(folder)

    def never(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr("pipeline.register.load.load_file", never)
    copy = write(tmp_path / "copy", **{path.stem: path.read_bytes() for path in folder.iterdir()})
    second = loaded(copy)
    assert (second.hash, second.rows, second.refused) == (first.hash, first.rows, first.refused)
    assert (second.delivered, second.as_of, list(second.problems)) == (
        first.delivered,
        first.as_of,
        list(first.problems),
    )
    assert keys(second, "offices", "name") == ["A"]


def test_other_bytes_names_settings_or_law_are_another_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    hashes = [loaded(folder).hash, loaded(folder, timezone="Asia/Dhaka").hash, loaded(folder, state="UTO").hash]
    (folder / "notes.txt").write_text("")
    hashes.append(loaded(folder).hash)
    write(folder, offices=OFFICES + "02,B\n")
    hashes.append(loaded(folder).hash)
    monkeypatch.setattr(load, "VERSION", load.VERSION + 1)
    hashes.append(loaded(folder).hash)
    assert len(set(hashes)) == len(hashes)


def _used_on(folder: Path, day: dt.date) -> None:
    at = dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp()
    os.utime(folder, (at, at))


def test_copies_that_nobody_uses_any_more_go(tmp_path: Path) -> None:
    today, cache = dt.date(2026, 11, 20), tmp_path / "kept"
    registers = [loaded(write(tmp_path / "register", offices=f"office_id\n{number}\n")) for number in range(4)]
    aside = cache / ".aside-left"
    aside.mkdir()
    for folder, day in zip(
        [*(cache / one.hash for one in registers), aside],
        [today, dt.date(2026, 11, 14), dt.date(2026, 11, 13), dt.date(2027, 1, 1), dt.date(2026, 11, 1)],
        strict=True,
    ):
        _used_on(folder, day)
    assert drop_unused(cache, 0, today) == 0
    assert drop_unused(cache, 7, today) == 2
    assert {path.name for path in cache.iterdir()} == {one.hash for one in registers[:2]}
    # Using one counts: it is taken as it is, and stays.
    _used_on(cache / registers[1].hash, dt.date(2020, 1, 1))
    loaded(write(tmp_path / "register", offices="office_id\n1\n"))
    drop_unused(cache, 1, dt.datetime.now(dt.UTC).date())
    assert (cache / registers[1].hash).is_dir()
    assert drop_unused(tmp_path / "absent", 7, today) == 0


def test_only_the_latest_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    hashes = []
    for number in range(6):
        hashes.append(loaded(write(folder, offices=f"office_id\n{number}\n")).hash)
        os.utime(tmp_path / "kept" / hashes[-1], (number, number))
        # The first one is used again and again, and stays.
        loaded(write(folder, offices="office_id\n0\n"))
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {hashes[0], *hashes[-3:]}


def test_nobody_else_may_look_in(tmp_path: Path) -> None:
    loaded(write(tmp_path / "register", offices=OFFICES))
    kept = tmp_path / "kept"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, *kept.iterdir())] == [0o700, 0o700]


@pytest.mark.parametrize("damage", ["summary", "not json", "gone"])
def test_what_is_not_whole_is_loaded_again(tmp_path: Path, damage: str) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    place = tmp_path / "kept" / loaded(folder).hash
    if damage == "gone":
        (place / "offices" / "000000.parquet").unlink()
    else:
        (place / "summary.json").write_text(json.dumps({}) if damage == "summary" else "{")
    assert keys(loaded(folder), "offices", "name") == ["A"]


def test_a_run_that_ends_early_leaves_nothing_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.register.load.load_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loaded(folder)
    assert list((tmp_path / "kept").iterdir()) == []
    # What a killed run left aside goes when it is a day old.
    old, new = tmp_path / "kept" / ".aside-old", tmp_path / "kept" / ".aside-new"
    for path in (old, new):
        path.mkdir()
    os.utime(old, (0, 0))
    loaded(folder)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    (tmp_path / "kept").write_text("")
    with pytest.raises(OversealError, match="folder for loaded registers cannot be written"):
        loaded(folder)


def test_of_two_runs_that_load_at_once_the_first_one_s_tables_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    places = []

    def overtaken(file: RegisterFile, aside: Path, settings: RegisterSettings) -> Loaded:
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.register.load.load_file", load_file)
            places.append((tmp_path / "kept" / loaded(folder).hash).stat().st_ino)
        return load_file(file, aside, settings)

    monkeypatch.setattr("pipeline.register.load.load_file", overtaken)
    register = loaded(folder)
    assert [(tmp_path / "kept" / register.hash).stat().st_ino] == places
    assert keys(register, "offices", "name") == ["A"]


def test_a_disk_that_fails_is_told_and_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipeline.register.load.load_file", full)
    with pytest.raises(OversealError, match="No space left on device"):
        loaded(folder)
    assert list((tmp_path / "kept").iterdir()) == []
