from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from flows.discovery import Discovery, discover
from pipeline.settings import Intake
from pipeline.store.database import Store, open_store
from pipeline.store.inputs import Input, add_inputs, bundles, mark_known, unread_ordinals
from pipeline.store.runs import start_run
from pipeline.types.problems import ProblemKind

RUN = "run"


@pytest.fixture(name="store")
def _store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    with store.write() as connection:
        start_run(connection, RUN, "2026-11-01T00:00:00+00:00")
    yield store
    store.close()


def _inbox(tmp_path: Path, *files: str) -> Path:
    for number, name in enumerate(files):
        path = tmp_path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    return tmp_path / "inbox"


def _discover(store: Store, inbox: Path) -> Discovery:
    return discover(store, RUN, [inbox], Intake())


def _together(store: Store) -> set[frozenset[str]]:
    with store.read() as connection:
        return {frozenset(Path(file.label).name for file in files) for files in bundles(connection, RUN, 0, 99)}


def test_a_folder_is_an_application(store: Store, tmp_path: Path) -> None:
    found = _discover(store, _inbox(tmp_path, "a/1.jpg", "a/2.jpg", "3.jpg"))
    assert (found.found, found.to_read, found.manifest_rows) == (3, [0, 1, 2], 0)
    assert _together(store) == {frozenset({"1.jpg", "2.jpg"}), frozenset({"3.jpg"})}


def test_what_is_named_is_meant_though_it_lies_in_a_folder_of_ours(store: Store, tmp_path: Path) -> None:
    inbox = _inbox(tmp_path, "1.jpg", "pages/2.jpg")
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    named = [inbox, circle, Path("a\0b")]
    assert discover(store, RUN, named, Intake(), [tmp_path, inbox / "pages"]).found == 3


def test_folders_of_ours_are_passed_over(store: Store, tmp_path: Path) -> None:
    inbox = _inbox(tmp_path, "1.jpg", "pages/2.jpg")
    assert discover(store, RUN, [inbox, inbox / "pages"], Intake(), [inbox / "pages"]).found == 1


def test_a_manifest_in_the_folder_says_otherwise(store: Store, tmp_path: Path) -> None:
    inbox = _inbox(tmp_path, "a/1.jpg", "a/2.jpg", "3.jpg", "4.jpg", "5.jpg")
    (inbox / "manifest.csv").write_text(
        "file,batch,application_id\na/1.jpg,,AP-7\n3.jpg,B1,AP-7\n4.jpg,B1,\n5.jpg,B1,\nabsent.jpg,,AP-7\n"
    )
    found = _discover(store, inbox)
    assert found.found == 5
    assert [problem.kind for problem in found.manifest] == [ProblemKind.MANIFEST]
    assert _together(store) == {
        frozenset({"1.jpg", "3.jpg"}),
        frozenset({"2.jpg"}),
        frozenset({"4.jpg", "5.jpg"}),
    }


@pytest.mark.parametrize("bytes_", ["same", "other"])
def test_doubles_are_found_in_steps_that_grow_with_the_files(tmp_path: Path, bytes_: str) -> None:
    """Counted in SQLite's own steps, thousands each: four times the files were sixteen times the steps."""
    steps = []
    for files in (2000, 8000):
        store = open_store(f"sqlite:///{tmp_path / f'{files}.db'}")
        names = [f"{number}" if bytes_ == "other" else "x" for number in range(files)]
        with store.write() as connection:
            start_run(connection, RUN, "2026-11-01T00:00:00+00:00")
            add_inputs(
                connection, RUN, [Input(at, Path(f"/{at}"), "x", "b", f"{name:0>64}") for at, name in enumerate(names)]
            )
            counted: list[int] = []
            sqlite = connection.connection.driver_connection
            assert isinstance(sqlite, sqlite3.Connection)
            sqlite.set_progress_handler(partial(counted.append, 1), 1000)
            mark_known(connection, RUN)
            sqlite.set_progress_handler(None, 0)
        with store.read() as connection:
            assert len(unread_ordinals(connection, RUN)) == (files if bytes_ == "other" else 1)
        store.close()
        steps.append(len(counted))
    assert steps[1] < 8 * steps[0]
