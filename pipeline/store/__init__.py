"""What was read, found and judged, kept in one database: SQLite (WAL) by default, Postgres by URL."""

from __future__ import annotations
