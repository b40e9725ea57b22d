"""names.csv: the only place where an opaque id meets the name of an input file; mode 0600.

A night has a second one, `second_names.csv`: files that it did not screen since their bytes are known by another name.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.report.cells import cell

NAME = "names.csv"
SECOND_NAMES = "second_names.csv"
COLUMNS = ("document_id", "sha256", "file")


class NamesCsv:
    """Context manager that writes `out/names.csv`, or a file of that form, replacing an earlier one in one step.

    An interrupted run leaves the earlier file as it was.
    """

    def __init__(self, out: Path, name: str = NAME) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._target = out / name
        self._aside = out / f".{name}.new"

    def __enter__(self) -> Self:
        self._aside.unlink(missing_ok=True)
        descriptor = os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._writer.writerow(COLUMNS)
        return self

    def add(self, document_id: str, sha256: str, file: str | os.PathLike[str]) -> None:
        r"""Append one file; a document of several files has several rows, an unreadable file its own opaque id.

        Bytes of a name that are no UTF-8 are shown as `\xNN`.
        """
        name = os.fsencode(file).decode("utf-8", "backslashreplace")
        self._writer.writerow((cell(document_id), cell(sha256), cell(name)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._aside.replace(self._target)
        else:
            self._aside.unlink()
