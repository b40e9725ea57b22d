"""Column types that order and compare alike on SQLite and Postgres."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

#: Byte order, as SQLite has it: a database's own language would order ids, times and texts differently.
_COLLATION = "C"


def varchar(length: int) -> TypeEngine[str]:
    """Text of at most so many characters."""
    return String(length).with_variant(postgresql.VARCHAR(length, collation=_COLLATION), "postgresql")


def text() -> TypeEngine[str]:
    """Text of any length; never with a NUL, which Postgres refuses."""
    return Text().with_variant(postgresql.TEXT(collation=_COLLATION), "postgresql")
