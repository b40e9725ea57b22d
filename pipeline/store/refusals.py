"""What a database's refusal means and what to do about it, in words that show neither statement nor row."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

LOCKED = "the store stayed locked by another process: end that one or let it finish, then run again"
FULL = "the disk of the store is full: free space, then run again; what was kept stays kept"
READ_ONLY = "the store may not be written: its file, folder or database is read-only for this user"
DAMAGED = "the store is damaged or is not a database: move it away and restore a backup (overseal restore FILE)"
AWAY = "the store's server cannot be reached or went away: start it, then run again"
IO = "the disk of the store does not answer as it should (I/O error); nothing was changed"

#: Beginnings of SQLite's error names, in the order in which they are tried.
_SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_IOERR": IO,
}
#: Beginnings of Postgres's SQLSTATE codes, the longer before the shorter.
_POSTGRES = {
    "55P03": LOCKED,
    "40P01": LOCKED,
    "53100": FULL,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "57P": AWAY,
    "25P03": AWAY,
    "08": AWAY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_PASSWORD = re.compile(r"password\s*=\s*\S+|://[^@\s]*@")


def told(error: SQLAlchemyError) -> str:
    """One line for people.

    The driver's own first line is given where no better words are known: it names no row, which a line after it may.
    """
    if not isinstance(error, DBAPIError):
        return f"the store refused: {type(error).__name__}"
    original = error.orig
    code = str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or "")
    for beginning, words in (*_SQLITE.items(), *_POSTGRES.items()):
        if code.startswith(beginning):
            return words
    diagnosis = getattr(getattr(original, "diag", None), "message_primary", None)
    first = diagnosis or next(iter(str(original).splitlines()), type(original).__name__)
    if error.connection_invalidated or (not code and "connect" in first):
        return f"{AWAY} ({_PASSWORD.sub('...', first)})"
    return f"the store refused: {first}"
