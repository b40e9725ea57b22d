from __future__ import annotations

import sqlite3
from dataclasses import fields
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import ExitCode, StoreError
from pipeline.store.database import Store, open_store, upsert
from pipeline.store.judgements import append_judgements
from pipeline.store.schema import SCHEMA_VERSION, judgements, scans
from pipeline.types.findings import Judgement, Verdict


def _open(folder: Path, busy_seconds: float = 5.0) -> Store:
    return open_store(f"sqlite:///{folder / 'home' / 'overseal.db'}", busy_seconds)


def test_file_and_folder_are_private(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.write() as connection:
        upsert(connection, scans, [{"sha256": "a", "reading_version": 1, "status": "read", "problems": "[]"}])
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "home").iterdir()}
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    store.close()


def test_an_upsert_replaces(tmp_path: Path) -> None:
    store = _open(tmp_path)
    for status in ("partial", "read"):
        with store.write() as connection:
            upsert(connection, scans, [{"sha256": "a", "reading_version": 1, "status": status, "problems": "[]"}])
    with store.read() as connection:
        assert connection.execute(sa.select(scans.c.status)).scalars().all() == ["read"]
    store.close()


def test_an_error_rolls_back(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with pytest.raises(RuntimeError), store.write() as connection:
        upsert(connection, scans, [{"sha256": "a", "reading_version": 1, "status": "read", "problems": "[]"}])
        raise RuntimeError
    with store.read() as connection:
        assert connection.execute(sa.select(scans)).all() == []
    store.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    _open(tmp_path).close()
    with sqlite3.connect(tmp_path / "home" / "overseal.db") as connection:
        connection.execute("UPDATE schema_version SET version = ?", [SCHEMA_VERSION + 1])
    connection.close()
    with pytest.raises(StoreError, match="update overseal") as refused:
        _open(tmp_path)
    assert refused.value.exit_code is ExitCode.STORE


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.write() as connection:
        upsert(connection, scans, [{"sha256": "a", "reading_version": 1, "status": "read", "problems": "[]"}])
    store.close()
    store = _open(tmp_path)
    with store.read() as connection:
        assert len(connection.execute(sa.select(scans)).all()) == 1
    store.close()


def test_a_locked_store_is_told(tmp_path: Path) -> None:
    _open(tmp_path).close()
    other = sqlite3.connect(tmp_path / "home" / "overseal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = _open(tmp_path, busy_seconds=0.05)
    with pytest.raises(StoreError, match="locked"), store.write():
        pass
    with store.read() as connection:
        assert connection.execute(sa.select(scans)).all() == []
    other.close()
    store.close()


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "overseal.db").write_bytes(b"not a database, by far" * 100)
    with pytest.raises(StoreError, match="not a database"):
        _open(tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "strange://host/db"])
def test_a_url_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="cannot be opened"):
        _open(tmp_path)


_JUDGEMENT = Judgement("doc", "XZN101", "a" * 64, Verdict.BENIGN, "day and month swapped", "A. Person", "2026-11-01")


def _judgements(connection: sa.Connection) -> list[Judgement]:
    query = sa.select(*(judgements.c[field.name] for field in fields(Judgement))).order_by(judgements.c.number)
    return [Judgement(**row) for row in connection.execute(query).mappings()]


def test_judgements_are_appended_once_and_come_back(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.write() as connection:
        assert append_judgements(connection, [_JUDGEMENT, _JUDGEMENT]) == 1
        assert append_judgements(connection, [_JUDGEMENT]) == 0
    with store.read() as connection:
        assert _judgements(connection) == [_JUDGEMENT]
    store.close()


@pytest.mark.parametrize("statement", [sa.update(judgements).values(because="x"), sa.delete(judgements)])
def test_the_database_refuses_to_change_a_judgement(tmp_path: Path, statement: sa.Executable) -> None:
    store = _open(tmp_path)
    with store.write() as connection:
        append_judgements(connection, [_JUDGEMENT])
    with pytest.raises(StoreError, match="appended, never changed"), store.write() as connection:
        connection.execute(statement)
    with store.read() as connection:
        assert _judgements(connection) == [_JUDGEMENT]
    store.close()
