"""SQLite as the store: one file beside its write-ahead log, on this machine, never on a network share."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, event

from pipeline.errors import StoreError

#: Execution option of a connection whose next transaction writes.
WRITES = "overseal_write"
#: Connections open at once: more than a run may have workers.
MOST_CONNECTIONS = 80


def sqlite_engine(url: URL, busy_seconds: float) -> Engine:
    """An engine on a SQLite file, which is made with mode 0600 in a folder of mode 0700.

    Raises:
        StoreError: for a database in memory.
        OSError: if the file cannot be made.
    """
    _prepare_file(url.database)
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": busy_seconds}, max_overflow=MOST_CONNECTIONS
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_file(database: str | None) -> None:
    if not database or database == ":memory:" or database.startswith("file:"):
        raise StoreError("the store must be a file, named by its path: several processes use it")
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # SQLite gives its side files the mode of the main one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # One that is there is never opened here: closing it would drop every lock that this process holds on it (POSIX
        # record locks), also those of a store that is open already, and another process would write over what it reads.
        _check_usable(path)


def _check_usable(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin with a plain BEGIN; `_begin` says which one is wanted.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is dropped (names of files, erased facts) is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A plain BEGIN fails at once when it must become a writer later; IMMEDIATE waits its turn.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
