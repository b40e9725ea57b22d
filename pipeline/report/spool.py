"""A queue of text pieces on disk, so that a report of any length is put together without being held in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path


class Spool:
    """Pieces go in by `add`, then come out once and in order by `take`; the file has no name and dies with us."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()
        self._pieces: Iterator[str] | None = None
        self.count = 0

    def add(self, piece: str) -> None:
        """Append a piece (each with its length, since its text is not to be trusted with a separator)."""
        data = piece.encode("utf-8", "replace")
        self._file.write(b"%d\n" % len(data))
        self._file.write(data)
        self.count += 1

    def take(self, most: int) -> Iterator[str]:
        """The next pieces, at most so many."""
        if self._pieces is None:
            self._file.seek(0)
            self._pieces = self._read()
        return islice(self._pieces, most)

    def _read(self) -> Iterator[str]:
        while size := self._file.readline():
            yield self._file.read(int(size)).decode()

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
