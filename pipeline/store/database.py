"""Opening the store, and the two ways to use it: reading, and writing under a lock taken at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pipeline.errors import StoreError
from pipeline.store.schema import MIGRATIONS, SCHEMA_VERSION, schema_version

#: How long a writer waits for another one before it gives up.
BUSY_SECONDS = 20.0


class Store:
    """A database with the present schema. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the store.

        Raises:
            StoreError: when the database refuses.
        """
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end; the write lock is taken at its beginning.

        Raises:
            StoreError: when the database refuses or stays locked.
        """
        with _translated(), self._engine.connect() as plain:
            connection = plain.execution_options(overseal_write=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(url: str, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open or make the store at a SQLAlchemy URL and bring its schema up to date.

    A SQLite file is made with mode 0600 in a folder of mode 0700.

    Raises:
        StoreError: if it cannot be opened, is locked, is no database, or has a newer schema than this program.
    """
    try:
        target = make_url(url)
        if target.get_backend_name() == "sqlite":
            _prepare_file(target.database)
            engine = sa.create_engine(target, hide_parameters=True, connect_args={"timeout": busy_seconds})
            event.listen(engine, "connect", _configure_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = sa.create_engine(target, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"the store's URL cannot be used: {type(error).__name__}") from error
    except OSError as error:
        raise StoreError(f"the store cannot be opened: {error.strerror}") from error
    store = Store(engine)
    try:
        _migrate(store)
    except StoreError:
        store.close()
        raise
    return store


def upsert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, replacing those with the same primary key."""
    if not rows:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), rows)


def _prepare_file(database: str | None) -> None:
    if not database or database == ":memory:":
        raise StoreError("the store must be a file: several processes use it")
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite gives its side files the mode of the main one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is dropped (names of files) is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN fails at once when it must become a writer later; IMMEDIATE waits its turn.
    writes = connection.get_execution_options().get("overseal_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(store: Store) -> None:
    with store.read() as connection:
        version = _version(connection)
    if version == SCHEMA_VERSION:
        return
    with store.write() as connection:
        version = _version(connection)
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"the store has schema {version}, this program knows {SCHEMA_VERSION}: update overseal, or name "
                "another store with --store"
            )
        for step in MIGRATIONS[version:]:
            step(connection)
        connection.execute(sa.delete(schema_version))
        connection.execute(sa.insert(schema_version).values(version=SCHEMA_VERSION))


def _version(connection: Connection) -> int:
    if not sa.inspect(connection).has_table(schema_version.name):
        return 0
    return connection.execute(sa.select(sa.func.max(schema_version.c.version))).scalar() or 0


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        # The driver's own words name no row; SQLAlchemy's would show the statement.
        raise StoreError(f"the store refused: {error.orig}") from error
