"""Which columns of a file are which columns of its table, and how the rows of a CSV file are written."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pipeline.errors import UsageError
from pipeline.reference.register_tables import FILES, Table
from pipeline.register.records import Layout
from pipeline.settings import RegisterSettings

_DELIMITERS = ",;\t"
#: Unknown columns told one by one.
_MOST_TOLD = 100
_MOST_LETTERS = 100


class Unusable(Exception):
    """A file of which nothing can be taken; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file.

    Attributes:
        places: by name of the table's column, its place in the file.
        faults: (name in the file or the table, reason) of those that are kept out.
    """

    places: dict[str, int]
    faults: tuple[tuple[str, str], ...]


def check_renamed(settings: RegisterSettings) -> None:
    """Refuse settings that rename what no file has.

    Raises:
        UsageError: for an unknown table or column, or two columns of one name.
    """
    for name, renamed in settings.columns.items():
        if name not in FILES:
            raise UsageError(f"setting register.columns.{name}: no such file; there are {', '.join(FILES)}")
        known = [column.name for column in FILES[name].columns]
        for column, written in renamed.items():
            if column not in known:
                raise UsageError(f"setting register.columns.{name}.{column}: no such column; {name} has {known}")
            if not written.strip():
                raise UsageError(f"setting register.columns.{name}.{column}: the name in the file is empty")
        twice = [
            one for one, times in Counter(map(_folded, _names(FILES[name], settings).values())).items() if times > 1
        ]
        if twice:
            raise UsageError(f"setting register.columns.{name}: two columns are called {twice[0]}")


def columns_of(names: Sequence[str], table: Table, settings: RegisterSettings) -> Columns:
    """Match the columns of a file, blanks around and capitals in their names set aside.

    Raises:
        Unusable: where a column is missing that every row needs.
    """
    wanted = _names(table, settings)
    contract = {_folded(written): name for name, written in wanted.items()}
    times = Counter(map(_folded, names))
    places: dict[str, int] = {}
    faults: list[tuple[str, str]] = []
    unknown = []
    for place, written in enumerate(names):
        folded = _folded(written)
        if folded not in contract:
            unknown.append(written.strip())
        elif times[folded] == 1:
            places[contract[folded]] = place
    for folded, name in contract.items():
        if times[folded] > 1:
            faults.append((name, f"{times[folded]} columns of this name; which one holds cannot be told"))
        elif name in settings.columns.get(table.name, {}) and name not in places:
            faults.append((name, f"no column {wanted[name]!r}, as register.columns calls it"))
    missing = [column.name for column in table.columns if column.required and column.name not in places]
    if missing:
        raise Unusable(f"no column {', '.join(missing)}, which every row needs; the file was not loaded")
    return Columns(places, (*faults, *_told(unknown, [name for name in wanted if name not in places])))


def _names(table: Table, settings: RegisterSettings) -> dict[str, str]:
    """What each column of the table is called in the file."""
    own = {column.name: column.name for column in table.columns}
    return own | settings.columns.get(table.name, {})


def _folded(name: str) -> str:
    return name.strip().casefold()


def _told(unknown: Sequence[str], absent: Sequence[str]) -> list[tuple[str, str]]:
    told = []
    for name in unknown[:_MOST_TOLD]:
        near = difflib.get_close_matches(_folded(name)[:_MOST_LETTERS], absent, n=1, cutoff=0.75)
        advice = f"; if it is {near[0]}, say so in register.columns" if near else ""
        reason = "unknown column, kept out" if name else "a column without a name, kept out"
        told.append((name[:_MOST_LETTERS], reason + advice))
    if len(unknown) > _MOST_TOLD:
        told.append(("", f"{len(unknown) - _MOST_TOLD} more unknown columns, kept out"))
    return told


def read_header(
    file: BinaryIO, start: int, encoding: str, table: Table, settings: RegisterSettings
) -> tuple[Layout, Columns]:
    """Read the header of a UTF-8 CSV file and find its delimiter: the one that gives the most columns of the table.

    Raises:
        Unusable: for a file without a header, or one that cannot be read or lacks what every row needs.
    """
    file.seek(start)
    head = file.read(settings.max_row_bytes)
    blank = len(head) - len(head.lstrip(b"\r\n"))
    line = _first_record(head[blank:])
    if not line.strip():
        raise Unusable("the file is empty")
    if line == head[blank:] and len(head) == settings.max_row_bytes:
        raise Unusable(f"no end of the header within {settings.max_row_bytes:,} bytes (register.max_row_bytes)")
    if b"\0" in line:
        raise Unusable("NUL characters in the header; if the file is UTF-16, set register.encoding to utf-16")
    try:
        text = line.decode().rstrip("\r\n")
        split = {one: next(csv.reader([text], delimiter=one, strict=True)) for one in _DELIMITERS}
    except UnicodeDecodeError:
        raise Unusable(f"the header is not in the encoding {encoding}; name another in register.encoding") from None
    except csv.Error:
        raise Unusable("the quotes in the header are not in order") from None
    known = {_folded(name) for name in _names(table, settings).values()}
    delimiter = max(_DELIMITERS, key=lambda one: (sum(_folded(name) in known for name in split[one]), len(split[one])))
    columns = columns_of(split[delimiter], table, settings)
    layout = Layout(
        delimiter=delimiter.encode(),
        width=len(split[delimiter]),
        start=start + blank + len(line),
        key=columns.places[named_by(table)],
        longest=settings.max_row_bytes,
        encoding=encoding,
    )
    return layout, columns


def named_by(table: Table) -> str:
    """The column by which a refused row is known: the key, else the first that must not be empty."""
    return table.key or next(column.name for column in table.columns if column.required)


def _first_record(head: bytes) -> bytes:
    """Up to and including the first newline outside quotes; all where there is none."""
    stop = head.find(b"\n")
    while stop >= 0 and head.count(b'"', 0, stop) % 2:
        stop = head.find(b"\n", stop + 1)
    return head[: stop + 1] if stop >= 0 else head
