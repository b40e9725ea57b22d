"""Opening the store, and the two ways to use it: reading, and writing under a lock taken at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.errors import StoreError
from pipeline.store import postgres
from pipeline.store.migrations import SCHEMA_VERSION, migrate, version_of
from pipeline.store.refusals import told
from pipeline.store.sqlite_file import WRITES, sqlite_engine

#: How long a writer waits for another one before it gives up.
BUSY_SECONDS = 20.0
#: How long a server that went away is waited for between two transactions: it may be starting anew.
AWAY_SECONDS = 90.0
_LOOK_AGAIN_SECONDS = 0.5


class Store:
    """A database with the present schema. Safe to share between threads."""

    def __init__(self, engine: Engine, away_seconds: float = 0.0) -> None:
        self._engine = engine
        self._on_server = engine.dialect.name == "postgresql"
        self._away_seconds = away_seconds if self._on_server else 0.0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the store, for reading only.

        Raises:
            StoreError: when the database refuses.
        """
        with _translated(), self._connected() as plain:
            connection = postgres.reading(plain) if self._on_server else plain
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end; the write lock is taken at its beginning.

        Raises:
            StoreError: when the database refuses or stays locked.
        """
        with _translated(), self._connected() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                if self._on_server:
                    postgres.wait_for_turn(connection)
                yield connection

    def tidy(self) -> None:
        """Leave nothing of what was erased in the write-ahead log, and give its room to what comes.

        On Postgres the rows are gone for every reader; their bytes are overwritten as new ones come.

        Raises:
            StoreError: when the database refuses.
        """
        with _translated(), self._connected() as plain:
            if self._on_server:
                connection = plain.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("VACUUM records, outcomes, cases")
            else:
                _checkpoint(plain)

    def empty_log(self) -> None:
        """As `tidy`, where it takes no time: the log of SQLite alone, and only while nobody reads or writes.

        The last process that closes the store removes the log; one that keeps it open for days would keep it.

        Raises:
            StoreError: when the database refuses.
        """
        if self._on_server:
            return
        with _translated(), self._connected() as plain:
            busy = plain.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            plain.rollback()
            try:
                _pragma(plain, "busy_timeout=0")
                _checkpoint(plain)
            finally:
                _pragma(plain, f"busy_timeout={busy}")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _connected(self) -> Connection:
        """A connection; a server that does not answer is asked again for a while."""
        until = time.monotonic() + self._away_seconds
        while True:
            try:
                return self._engine.connect()
            except OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(_LOOK_AGAIN_SECONDS)


def open_as_it_is(url: str, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open a store without bringing its schema up to date; none is made.

    Raises:
        MissingDependency: for Postgres without its driver.
        StoreError: as `open_store`, and if there is no store.
    """
    target = _target(url)
    if target.drivername not in postgres.SCHEMES and not Path(target.database or "").is_file():
        raise StoreError("there is no store at that place")
    engine = _engine(target, busy_seconds)
    store = Store(engine)
    try:
        with store.read() as connection:
            if not _known(version_of(connection)):
                raise StoreError("there is no store at that place")
    except BaseException:
        engine.dispose()
        raise
    return store


def open_store(url: str, busy_seconds: float = BUSY_SECONDS, away_seconds: float = AWAY_SECONDS) -> Store:
    """Open or make the store at a URL and bring its schema up to date.

    `sqlite:///PATH` is a file, made with mode 0600 in a folder of mode 0700; `postgresql://...` a database of a server.

    Raises:
        MissingDependency: for Postgres without its driver.
        StoreError: if it cannot be opened, is locked, is no database, or has a newer schema than this program.
    """
    engine = _engine(_target(url), busy_seconds)
    try:
        # No patience yet: a name that is misspelt should be told at once.
        _upgrade(Store(engine))
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, away_seconds)


def upsert(
    connection: Connection, table: sa.Table, rows: list[dict[str, Any]], keep: frozenset[str] = frozenset()
) -> None:
    """Insert rows, replacing those with the same primary key, but for the columns to `keep`."""
    if not rows:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and column.name not in keep
    }
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), rows)


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"the store's URL cannot be used: {type(error).__name__}") from error
    if target.drivername not in {"sqlite", "sqlite+pysqlite"} | postgres.SCHEMES:
        raise StoreError("the store's URL cannot be used: sqlite:///PATH or postgresql://HOST/DATABASE expected")
    return target


def _engine(target: URL, busy_seconds: float) -> Engine:
    if target.drivername in postgres.SCHEMES:
        return postgres.postgres_engine(target, busy_seconds)
    try:
        return sqlite_engine(target, busy_seconds)
    except OSError as error:
        raise StoreError(f"the store cannot be opened: {error.strerror}") from error


def _upgrade(store: Store) -> None:
    with store.read() as connection:
        if _known(version_of(connection)) == SCHEMA_VERSION:
            return
    with store.write() as connection:
        version = _known(version_of(connection))
        if version < SCHEMA_VERSION:
            migrate(connection, version)


def _known(version: int) -> int:
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"the store has schema {version}, this program knows {SCHEMA_VERSION}: update overseal, or name "
            "another store with --store"
        )
    return version


def _checkpoint(connection: Connection) -> None:
    _pragma(connection, "wal_checkpoint(TRUNCATE)")


def _pragma(connection: Connection, text: str) -> None:
    """Below SQLAlchemy, which would begin a transaction first, and a log in use is not emptied."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {text}")
    cursor.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise StoreError(told(error)) from error
