"""names.csv: the only place where an opaque id meets the name of an input file; mode 0600.

A night has two more, kept from others as well: `second_names.csv`, files that it did not screen since their bytes are
known by another name, and `not_fetched.csv`, files of an inbox elsewhere that are not in its copy.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.report.cells import cell

NAME = "names.csv"
SECOND_NAMES = "second_names.csv"
NOT_FETCHED = "not_fetched.csv"
COLUMNS = ("document_id", "sha256", "file")
NOT_FETCHED_COLUMNS = ("reason", "file")


class NamesCsv:
    """Context manager that writes `out/names.csv`, or a file of that form, replacing an earlier one in one step.

    An interrupted run leaves the earlier file as it was.
    """

    def __init__(self, out: Path, name: str = NAME, columns: Sequence[str] = COLUMNS) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._columns = columns
        self._target = out / name
        self._aside = out / f".{name}.new"

    def __enter__(self) -> Self:
        self._aside.unlink(missing_ok=True)
        descriptor = os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._writer.writerow(self._columns)
        return self

    def add(self, *values: str | os.PathLike[str]) -> None:
        r"""Append one file; a document of several files has several rows, an unreadable file its own opaque id.

        Bytes of a name that are no UTF-8 are shown as `\xNN`.

        Args:
            values: one for each column.
        """
        self._writer.writerow([cell(_shown(value)) for value, _ in zip(values, self._columns, strict=True)])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._aside.replace(self._target)
        else:
            self._aside.unlink()


def _shown(value: str | os.PathLike[str]) -> str:
    text = os.fspath(value)
    try:
        return os.fsencode(text).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        # Half a surrogate pair, which no file here is called by but a server may name.
        return text.encode("utf-8", "backslashreplace").decode()
