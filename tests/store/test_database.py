from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event

from pipeline.errors import ExitCode, MissingDependency, StoreError
from pipeline.store import postgres, refusals
from pipeline.store.database import Store, open_as_it_is, open_store, upsert
from pipeline.store.judgements import append_judgements
from pipeline.store.migrations import SCHEMA_VERSION
from pipeline.store.schema import judgements, scans, schema_version
from pipeline.types.findings import Judgement, Verdict
from tests.postgres_server import PostgresServer


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'home' / 'overseal.db'}"


def _row(sha256: str = "a", status: str = "read") -> dict[str, object]:
    return {"sha256": sha256, "reading_version": 1, "status": status, "problems": "[]", "read_at": "2026-11-01"}


def _statuses(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(sa.select(scans.c.status).order_by(scans.c.sha256)).scalars())


def test_file_and_folder_are_private(tmp_path: Path) -> None:
    store = open_store(_sqlite(tmp_path))
    with store.write() as connection:
        upsert(connection, scans, [_row()])
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "home").iterdir()}
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    store.close()


def test_what_was_dropped_is_not_left_in_the_log_of_a_store_that_another_keeps_open(tmp_path: Path) -> None:
    store, other = open_store(_sqlite(tmp_path)), open_store(_sqlite(tmp_path))
    folder = tmp_path / "home"
    assert _statuses(other) == []

    def canaries() -> list[str]:
        return [file.name for file in folder.iterdir() if b"XCANARYX" in file.read_bytes()]

    def dropped() -> None:
        with store.write() as connection:
            upsert(connection, scans, [_row("XCANARYX")])
        with store.write() as connection:
            connection.execute(sa.delete(scans))

    dropped()
    assert canaries() == ["overseal.db-wal"]
    store.empty_log()
    assert canaries() == []
    # Nobody is waited for: who reads keeps the log, and the next run empties it.
    dropped()
    with other.read() as connection:
        assert connection.execute(sa.select(scans)).all() == []
        dropped()
        store.empty_log()
        assert canaries() == ["overseal.db-wal"]
    store.empty_log()
    assert canaries() == []
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 20_000
    store.close()
    other.close()


def test_an_upsert_replaces_but_what_is_to_be_kept(store: Store) -> None:
    for status, at in (("partial", "first"), ("read", "second")):
        with store.write() as connection:
            upsert(connection, scans, [{**_row(status=status), "read_at": at}], keep=frozenset({"read_at"}))
    with store.read() as connection:
        assert connection.execute(sa.select(scans.c.status, scans.c.read_at)).one() == ("read", "first")


def test_an_error_rolls_back_and_the_next_transaction_works(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        upsert(connection, scans, [_row()])
        raise RuntimeError
    with pytest.raises(StoreError), store.write() as connection:
        connection.execute(sa.insert(scans), [_row(), _row()])
    assert _statuses(store) == []
    with store.write() as connection:
        upsert(connection, scans, [_row()])
    assert _statuses(store) == ["read"]


def test_a_refusal_shows_no_row(store: Store) -> None:
    with pytest.raises(StoreError) as refused, store.write() as connection:
        connection.execute(sa.insert(scans), [_row("CANARY"), _row("CANARY")])
    assert "CANARY" not in str(refused.value)


def test_a_reader_sees_one_state(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(scans)).scalar() == 0
        with store.write() as other:
            upsert(other, scans, [_row()])
        assert connection.execute(sa.select(sa.func.count()).select_from(scans)).scalar() == 0
    assert _statuses(store) == ["read"]


def test_a_newer_schema_is_refused_and_left_alone(store: Store, url: str) -> None:
    with store.write() as connection:
        connection.execute(sa.update(schema_version).values(version=SCHEMA_VERSION + 1))
    with pytest.raises(StoreError, match="update overseal") as refused:
        open_store(url)
    assert refused.value.exit_code is ExitCode.STORE
    with store.read() as connection:
        assert connection.execute(sa.select(schema_version.c.version)).scalars().all() == [SCHEMA_VERSION + 1]


def test_opening_again_keeps_what_is_there(store: Store, url: str) -> None:
    with store.write() as connection:
        upsert(connection, scans, [_row()])
    again = open_store(url)
    assert _statuses(again) == ["read"]
    again.close()


def test_many_that_open_a_new_store_at_once_make_it_once(url: str) -> None:
    opened: list[Store] = []
    errors: list[Exception] = []
    start = threading.Barrier(8)

    def one() -> None:
        start.wait()
        try:
            opened.append(open_store(url))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), errors) == (8, [])
    with opened[0].read() as connection:
        assert connection.execute(sa.select(schema_version.c.version)).scalars().all() == [SCHEMA_VERSION]
    for store in opened:
        store.close()


def test_sqlite_writers_take_the_lock_at_once_and_readers_do_not(tmp_path: Path) -> None:
    store = open_store(_sqlite(tmp_path))
    said: list[str] = []

    def listen(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.set_trace_callback(said.append)

    event.listen(Engine, "checkout", listen)
    try:
        with store.write() as connection:
            connection.execute(sa.select(scans)).all()
        written, said[:] = list(said), []
        with store.read() as connection:
            connection.execute(sa.select(scans)).all()
    finally:
        event.remove(Engine, "checkout", listen)
    store.close()
    assert [line for line in written if "BEGIN" in line] == ["BEGIN IMMEDIATE"]
    assert [line for line in said if "BEGIN" in line] == ["BEGIN"]


def test_a_locked_store_can_be_read_and_a_writer_is_told(store: Store, url: str) -> None:
    hasty = open_store(url, busy_seconds=0.1)
    with store.write():
        with pytest.raises(StoreError) as refused, hasty.write():
            pass
        assert _statuses(hasty) == []
    assert str(refused.value) == refusals.LOCKED
    with hasty.write() as connection:
        upsert(connection, scans, [_row()])
    hasty.close()


def test_a_writer_waits_for_its_turn(store: Store) -> None:
    done = threading.Event()

    def second() -> None:
        with store.write() as connection:
            upsert(connection, scans, [_row(status="read")])
        done.set()

    waiting = threading.Thread(target=second)
    with store.write() as connection:
        waiting.start()
        # It cannot be done, however long it is waited for.
        assert not done.wait(0.3)
        upsert(connection, scans, [_row(status="partial")])
    waiting.join()
    assert _statuses(store) == ["read"]


def test_writers_of_several_threads_lose_nothing(store: Store) -> None:
    def write(number: int) -> None:
        for at in range(20):
            with store.write() as connection:
                seen = connection.execute(sa.select(sa.func.count()).select_from(scans)).scalar_one()
                # Were two in here at once, both would take the same number.
                connection.execute(sa.insert(scans), [_row(f"{seen:04}", status=f"{number}-{at}")])

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(_statuses(store)) == sorted(f"{number}-{at}" for number in range(4) for at in range(20))


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = open_store(_sqlite(tmp_path))

    def fill(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 4}")

    event.listen(Engine, "checkout", fill)
    try:
        with pytest.raises(StoreError) as refused, store.write() as connection:
            for number in range(100):
                upsert(connection, scans, [{**_row(str(number)), "problems": "x" * 4096}])
    finally:
        event.remove(Engine, "checkout", fill)
    assert (str(refused.value), refused.value.exit_code) == (refusals.FULL, ExitCode.STORE)
    assert _statuses(store) == []
    store.close()
    store = open_store(_sqlite(tmp_path))
    with store.write() as connection:
        upsert(connection, scans, [_row()])
    assert _statuses(store) == ["read"]
    store.close()


def test_a_store_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    store = open_store(_sqlite(tmp_path))

    def lock_up(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    event.listen(Engine, "checkout", lock_up)
    try:
        with pytest.raises(StoreError) as refused, store.write() as connection:
            upsert(connection, scans, [_row()])
    finally:
        event.remove(Engine, "checkout", lock_up)
    assert str(refused.value) == refusals.READ_ONLY
    store.close()


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "overseal.db").write_bytes(b"not a database, by far" * 100)
    with pytest.raises(StoreError) as refused:
        open_store(_sqlite(tmp_path))
    assert str(refused.value) == refusals.DAMAGED


@pytest.mark.parametrize(
    "url",
    ["nonsense", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=ro", "strange://host/db", "mysql://h/d"],
)
def test_a_url_that_cannot_be_used_is_told(url: str) -> None:
    for open_it in (open_store, open_as_it_is):
        with pytest.raises(StoreError):
            open_it(url)
    assert not Path("file:x").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(_sqlite(tmp_path))


def test_postgres_without_its_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match="pip install") as refused:
        open_store("postgresql://localhost/overseal")
    assert refused.value.exit_code is ExitCode.MISSING


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_told_at_once_and_without_the_password(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        open_store(f"postgresql://somebody:CANARY@/overseal?host={tmp_path}")
    assert "CANARY" not in str(refused.value)


@pytest.mark.postgres
def test_a_server_that_is_killed_and_comes_back_loses_nothing_that_was_committed(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    store = open_store(postgres_url, away_seconds=60.0)
    with store.write() as connection:
        upsert(connection, scans, [_row()])
    with pytest.raises(StoreError) as refused, store.write() as connection:
        upsert(connection, scans, [_row("b")])
        postgres_server.kill()
        upsert(connection, scans, [_row("c")])
    assert refusals.AWAY in str(refused.value)
    starting = threading.Thread(target=postgres_server.start)
    starting.start()
    # It is waited for.
    assert _statuses(store) == ["read"]
    starting.join()
    store.close()


_JUDGEMENT = Judgement("doc", "XZN101", "a" * 64, Verdict.BENIGN, "day and month swapped", "A. Person", "2026-11-01")


def _judgements(connection: sa.Connection) -> list[Judgement]:
    query = sa.select(*(judgements.c[field.name] for field in fields(Judgement))).order_by(judgements.c.number)
    return [Judgement(**row) for row in connection.execute(query).mappings()]


def test_judgements_are_appended_once_and_come_back(store: Store) -> None:
    with store.write() as connection:
        assert append_judgements(connection, [_JUDGEMENT, _JUDGEMENT]) == 1
        assert append_judgements(connection, [_JUDGEMENT]) == 0
    with store.read() as connection:
        assert _judgements(connection) == [_JUDGEMENT]


@pytest.mark.parametrize("statement", [sa.update(judgements).values(because="x"), sa.delete(judgements)])
def test_the_database_refuses_to_change_a_judgement(store: Store, statement: sa.Executable) -> None:
    with store.write() as connection:
        append_judgements(connection, [_JUDGEMENT])
    with pytest.raises(StoreError, match="judgements are appended, never changed"), store.write() as connection:
        connection.execute(statement)
    with store.read() as connection:
        assert _judgements(connection) == [_JUDGEMENT]


def test_opening_a_store_again_drops_no_lock_of_one_that_is_open(tmp_path: Path) -> None:
    url = _sqlite(tmp_path)
    first = open_store(url)
    again = None
    with first.write() as connection:
        upsert(connection, scans, [_row()])
        # Without patience: it cannot upgrade what is locked, and need not.
        again = open_store(url)
        asked = subprocess.run(
            [sys.executable, "-c", _TRIES_TO_WRITE, str(tmp_path / "home" / "overseal.db")],
            capture_output=True,
            text=True,
            check=True,
        )
    again.close()
    first.close()
    assert "locked" in asked.stdout


#: Prints what keeps another process from closing the log of changes under one that has it open.
_TRIES_TO_WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    print("free")
except sqlite3.OperationalError as error:
    print(error)
"""
