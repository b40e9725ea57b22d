"""Write down the present schema as both databases have it, before it is changed: python -m tests.store.release.

`released/VERSION.DATABASE.sql` then holds the statements that made it, one a line.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine, event

from pipeline.store.database import open_store
from pipeline.store.migrations import SCHEMA_VERSION
from tests.postgres_server import PostgresServer, programs

RELEASED = Path(__file__).parent / "released"
_MAKING = ("CREATE", "ALTER", "DROP")


def statements(url: str) -> list[str]:
    """What a program says to an empty database to make its store."""
    said: list[str] = []

    def note(connection: sa.Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(_MAKING):
            said.append(" ".join(statement.split()) + ";")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        open_store(url).close()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return said


def main() -> None:
    """Write a file for each database."""
    binaries = programs()
    if binaries is None:
        raise SystemExit("a Postgres server is needed: apt-get install postgresql")
    server = PostgresServer(binaries)
    try:
        with tempfile.TemporaryDirectory() as folder:
            urls = {"sqlite": f"sqlite:///{folder}/overseal.db", "postgresql": server.url}
            for name, url in urls.items():
                file = RELEASED / f"{SCHEMA_VERSION}.{name}.sql"
                file.write_text("\n".join(statements(url)) + "\n", encoding="utf-8")
    finally:
        server.close()


if __name__ == "__main__":
    main()
