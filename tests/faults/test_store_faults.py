"""A run whose store fails at any moment: a named error, nothing half kept, and the same command again completes it.

The run is what `overseal screen` does, without its orchestrator and its reading processes.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, event

from flows.discovery import discover
from flows.launch import noted_run
from flows.output import write_output
from flows.screening import Screening, judge_batch, read_batch
from flows.workers import WorkerPool
from pipeline.errors import StoreError
from pipeline.reference.policy import load_policies
from pipeline.settings import Settings
from pipeline.store import refusals
from pipeline.store.database import Store, open_store
from pipeline.store.inputs import bundle_heads
from pipeline.store.pages import PageFolder
from pipeline.store.runs import end_run
from pipeline.types.readings import FileReading
from tests.flows import fake_checks, fake_reader
from tests.postgres_server import PostgresServer

FILES = 6
DAY = dt.date(2026, 11, 1)


class _Reader:
    """Stands for the reading processes; counts what it reads."""

    def __init__(self) -> None:
        self.read_files: Counter[str] = Counter()

    def read(self, path: Path, bundle: str) -> FileReading:
        self.read_files[path.name] += 1
        return fake_reader.reading(path.read_bytes(), bundle, lambda: None)


@pytest.fixture(name="inbox")
def _inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    for at in range(FILES):
        applicant = folder / f"applicant {at // 2}"
        applicant.mkdir(parents=True, exist_ok=True)
        facts = {"kind": "passport", "facts": {"viz.surname": f"NAME {at}"}}
        (applicant / f"{at}.png").write_text(json.dumps(facts))
    return folder


def run(store: Store, inbox: Path, home: Path, reader: _Reader) -> list[dict[str, Any]]:
    """One run; returns its cases."""
    out = home.parent / "out"
    with noted_run(store, home) as run_id:
        settings = Settings(home=home)
        law, pool = load_policies(None), cast("WorkerPool", reader)
        work = Screening(run_id, settings, store, PageFolder(home), pool, DAY, law, fake_checks.CHECKS)
        discovery = discover(store, run_id, [inbox], settings.intake)
        for ordinal in discovery.to_read:
            read_batch(work, ordinal, ordinal)
        with store.read() as connection:
            heads = bundle_heads(connection, run_id)
        tally = judge_batch(work, heads[0], heads[-1])
        summary = write_output(work, discovery, tally, "2026-11-01T00:00:00+00:00", out)
        with store.write() as connection:
            end_run(connection, run_id, "finished", summary)
    lines = (out / "screening" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(name="expected")
def _expected(inbox: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Cases of a run in which nothing goes wrong."""
    store = open_store(f"sqlite:///{tmp_path / 'undisturbed' / 'overseal.db'}")
    cases = run(store, inbox, tmp_path / "undisturbed", _Reader())
    store.close()
    assert len({case["document_id"] for case in cases}) == len(cases) == FILES
    return cases


@contextmanager
def at_write(number: int, act: Callable[[Connection], None]) -> Iterator[list[int]]:
    """Act before the commit of the transaction of that number that writes; the list counts them."""
    seen = [0]
    write = Store.write

    @contextmanager
    def counted(self: Store) -> Iterator[Connection]:
        with write(self) as connection:
            yield connection
            seen[0] += 1
            if seen[0] == number:
                act(connection)

    Store.write = counted  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        Store.write = write  # type: ignore[method-assign]


def full(connection: Connection) -> None:
    raise StoreError(refusals.FULL)


#: Transactions of a run that write: its start, discovery (two), a file each, judging, its end.
WRITES = 1 + 2 + FILES + 1 + 1


@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_run_that_the_store_ends_is_completed_by_the_next(
    store: Store, inbox: Path, tmp_path: Path, expected: list[dict[str, Any]], number: int
) -> None:
    reader = _Reader()
    with at_write(number, full) as seen, pytest.raises(StoreError, match="disk of the store is full"):
        run(store, inbox, tmp_path / "data", reader)
    assert seen[0] >= number
    assert run(store, inbox, tmp_path / "data", reader) == expected
    # The file whose reading could not be kept is read again, no other.
    assert sorted(reader.read_files.values()) == [1] * (FILES - 1) + [2 if 3 < number <= 3 + FILES else 1]


def test_the_writes_that_can_fail_are_all_tried(store: Store, inbox: Path, tmp_path: Path) -> None:
    with at_write(0, full) as seen:
        run(store, inbox, tmp_path / "data", _Reader())
    assert seen[0] == WRITES


def test_a_disk_that_is_really_full_ends_the_run_and_room_completes_it(
    inbox: Path, tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'overseal.db'}")

    def fill(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # as many pages as it has now

    reader = _Reader()
    filling = at_write(5, lambda connection: event.listen(Engine, "checkout", fill))
    with pytest.raises(StoreError) as refused, filling:
        run(store, inbox, tmp_path / "data", reader)
    event.remove(Engine, "checkout", fill)
    assert str(refused.value) == refusals.FULL
    store.close()
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'overseal.db'}")
    assert run(store, inbox, tmp_path / "data", reader) == expected
    store.close()


def test_a_store_that_is_locked_for_a_while_is_waited_for(
    store: Store, store_url: str, inbox: Path, tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    other = open_store(store_url)
    found: list[list[dict[str, Any]]] = []
    reached, locked = threading.Event(), threading.Event()

    def pause(connection: Connection) -> None:
        reached.set()

    working = threading.Thread(target=lambda: found.append(run(store, inbox, tmp_path / "data", _Reader())))
    with at_write(5, pause):
        working.start()
        reached.wait()
        with other.write():
            locked.set()
            # However long it is waited for, it does not end while the lock is held.
            working.join(0.5)
            assert found == []
        working.join()
    assert found == [expected]
    other.close()


def test_a_store_that_stays_locked_ends_the_run_and_the_next_completes_it(
    store: Store, store_url: str, inbox: Path, tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    hasty = open_store(store_url, busy_seconds=0.1)
    reader = _Reader()
    with store.write(), pytest.raises(StoreError) as refused:
        run(hasty, inbox, tmp_path / "data", reader)
    assert str(refused.value) == refusals.LOCKED
    assert run(hasty, inbox, tmp_path / "data", reader) == expected
    hasty.close()


@pytest.mark.postgres
@pytest.mark.parametrize("number", [1, 3, 5, 10])
def test_a_server_that_is_killed_during_a_run(
    postgres_server: PostgresServer,
    postgres_url: str,
    inbox: Path,
    tmp_path: Path,
    expected: list[dict[str, Any]],
    number: int,
) -> None:
    """Within a transaction the run ends; between two it waits for the server (`test_database` shows it)."""
    store = open_store(postgres_url)
    reader = _Reader()
    starting = threading.Thread(target=postgres_server.start)

    def kill(connection: Connection) -> None:
        postgres_server.kill()
        starting.start()

    with at_write(number, kill), pytest.raises(StoreError) as refused:
        run(store, inbox, tmp_path / "data", reader)
    starting.join()
    assert refusals.AWAY in str(refused.value)
    assert run(store, inbox, tmp_path / "data", reader) == expected
    assert sum(reader.read_files.values()) <= FILES + 1
    store.close()
