"""Postgres as the store, by URL: for several machines; an optional part (extra `postgres`).

Passwords need not stand in the URL: libpq's own PGPASSFILE, PGSERVICE and PGSSLMODE hold as well.
"""

from __future__ import annotations

from importlib.util import find_spec

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine

from pipeline.errors import MissingDependency
from pipeline.store import POSTGRES_COMMAND, POSTGRES_PACKAGE
from pipeline.store.sqlite_file import MOST_CONNECTIONS

#: Names by which a Postgres is asked for.
SCHEMES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})

#: One writer at a time, as with SQLite: the lock that all programs with this store take. The number means nothing.
_WRITERS = 0x4F56_5345
#: A writer that went away without a word (its machine lost power) holds the others no longer than this.
_IDLE_SECONDS = 120


def postgres_engine(url: URL, busy_seconds: float) -> Engine:
    """An engine on a Postgres database; reads see one state, writers wait for one another.

    Raises:
        MissingDependency: without the driver.
    """
    if find_spec(POSTGRES_PACKAGE) is None:
        raise MissingDependency(f"the package {POSTGRES_PACKAGE} (Postgres as the store)", POSTGRES_COMMAND)
    asked = url.query.get("options", "")
    # In the greeting, not by a statement after it: of a server that dies between the two a connection would be left.
    options = (
        f"{asked if isinstance(asked, str) else ' '.join(asked)} -c lock_timeout={max(1, round(busy_seconds * 1000))}"
    )
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        max_overflow=MOST_CONNECTIONS,
        connect_args={"connect_timeout": max(2, round(busy_seconds)), "options": options.strip()},
        use_native_hstore=False,
    )


def reading(connection: Connection) -> Connection:
    """The connection with its next transaction reading one state of the store."""
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def wait_for_turn(connection: Connection) -> None:
    """Take the lock of writers for the rest of the transaction.

    Without it two machines that keep the same scan at once would get in each other's way row by row.
    """
    connection.exec_driver_sql(
        f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'; SELECT pg_advisory_xact_lock({_WRITERS})"
    )
