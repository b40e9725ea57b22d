"""What was fetched of an inbox elsewhere, by name: a small database beside the copy, which goes with it.

Where it is missing or damaged, the copy is made anew: a file in the copy that nobody remembers would stay for ever.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    name BLOB PRIMARY KEY,
    folded BLOB NOT NULL,
    stamp TEXT NOT NULL,
    offered TEXT NOT NULL,
    met INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_folded ON files (folded);
"""


@dataclass(slots=True)
class FetchedFiles:
    """The names of one copy. `stamp` is that of the bytes in the copy ("": none yet), `offered` that of the last look.

    Attributes:
        look: number of the look at the source.
    """

    connection: sqlite3.Connection
    look: int = 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """One transaction."""
        with self.connection:
            yield

    def begin(self) -> None:
        """Begin a look."""
        (last,) = self.connection.execute("SELECT coalesce(max(met), 0) FROM files").fetchone()
        self.look = last + 1

    def collides(self, name: str) -> bool:
        """Whether another name, which was met before this one, differs in case or composition only."""
        query = "SELECT count(*) FROM files WHERE folded = ? AND name <> ?"
        (others,) = self.connection.execute(query, (_folded(name), os.fsencode(name))).fetchone()
        return bool(others)

    def offer(self, name: str, stamp: str) -> bool:
        """Note a file of the source; whether it is new or changed. What is not taken in is asked for again."""
        known = self.connection.execute("SELECT stamp FROM files WHERE name = ?", (os.fsencode(name),)).fetchone()
        self.connection.execute(
            "INSERT INTO files VALUES (?, ?, '', ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET offered = excluded.offered, met = excluded.met",
            (os.fsencode(name), _folded(name), stamp, self.look),
        )
        return known is None or known[0] != stamp

    def meet(self, name: str) -> None:
        """Note that a file is there still, though it is not to be fetched."""
        query = "UPDATE files SET offered = stamp, met = ? WHERE name = ?"
        self.connection.execute(query, (self.look, os.fsencode(name)))

    def offered(self, name: str) -> str | None:
        """Stamp of a file at the first look, where it is to be fetched."""
        query = "SELECT offered FROM files WHERE name = ? AND met = ? AND offered <> stamp"
        found = self.connection.execute(query, (os.fsencode(name), self.look)).fetchone()
        return str(found[0]) if found else None

    def pass_over(self, name: str) -> None:
        """Note that a file is not to be fetched at this look any more; the next one asks for it again."""
        self.connection.execute("UPDATE files SET offered = stamp WHERE name = ?", (os.fsencode(name),))

    def left(self, most: int) -> Sequence[str]:
        """Names of files that are still to be fetched at this look."""
        query = "SELECT name FROM files WHERE met = ? AND offered <> stamp LIMIT ?"
        return [os.fsdecode(name) for (name,) in self.connection.execute(query, (self.look, most))]

    def take(self, name: str, stamp: str) -> None:
        """Note that a file is in the copy."""
        self.connection.execute("UPDATE files SET stamp = ? WHERE name = ?", (stamp, os.fsencode(name)))

    def any_fetched(self) -> bool:
        """Whether the copy holds something."""
        return self.connection.execute("SELECT 1 FROM files WHERE stamp <> '' LIMIT 1").fetchone() is not None

    def not_met(self, most: int) -> Sequence[str]:
        """Names that were not met at this look."""
        query = "SELECT name FROM files WHERE met < ? LIMIT ?"
        return [os.fsdecode(name) for (name,) in self.connection.execute(query, (self.look, most))]

    def forget(self, names: Sequence[str]) -> None:
        """Forget what is gone."""
        self.connection.executemany("DELETE FROM files WHERE name = ?", [(os.fsencode(name),) for name in names])


@contextmanager
def opened(folder: Path) -> Iterator[FetchedFiles]:
    """The names of the copy in a folder; the copy goes where its names are not to be had.

    Raises:
        StoreError: when the names cannot be kept (a full disk, another process).
    """
    file = folder.with_name(f"{folder.name}.db")
    if not file.exists():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        with closing(_sound(file, folder)) as connection:
            yield FetchedFiles(connection)
    except sqlite3.OperationalError as error:
        raise StoreError(f"what was fetched of the inbox cannot be noted: {error}") from error


def _sound(file: Path, folder: Path) -> sqlite3.Connection:
    try:
        return _connected(file)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        file.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        return _connected(file)


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    try:
        connection.executescript(_SCHEMA)
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            raise sqlite3.DatabaseError(told)
    except BaseException:
        connection.close()
        raise
    return connection


def _folded(name: str) -> bytes:
    return os.fsencode(unicodedata.normalize("NFC", name).casefold())
