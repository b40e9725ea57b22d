"""What was read, found and judged, kept in one database: SQLite (WAL) by default, Postgres by URL."""

from __future__ import annotations

#: What Postgres as the store needs, an optional part (extra `postgres`), and the command that brings it.
POSTGRES_PACKAGE = "psycopg"
POSTGRES_COMMAND = "pip install 'psycopg[binary]==3.3.9'"
