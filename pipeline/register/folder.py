"""The files of a register's folder: which there are, and their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import NothingToRead, UsageError
from pipeline.reference.register_tables import FILES, Table
from pipeline.register.register import RegisterProblem

_FORMATS: dict[str, Literal["csv", "parquet"]] = {".csv": "csv", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file that holds a table; `stamp` is its size and time when it was found."""

    table: Table
    path: Path
    format: Literal["csv", "parquet"]
    stamp: tuple[int, int]

    def changed(self) -> bool:
        """Whether the file is another than when it was found."""
        return _stamp(self.path) != self.stamp


@dataclass(frozen=True, slots=True)
class Folder:
    """The files that hold tables, by name of the table, and what else there was."""

    files: tuple[RegisterFile, ...]
    problems: tuple[RegisterProblem, ...]


def look_into(folder: Path) -> Folder:
    """Find the files of a register; hidden ones are passed over.

    Raises:
        UsageError: if it is no folder or may not be looked into.
        NothingToRead: if it has no file of a register.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f"the register {folder} cannot be looked into: {error.strerror}") from error
    found: dict[str, list[RegisterFile]] = {}
    problems = []
    for name in names:
        path = folder / name
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        table = FILES.get(path.stem.lower())
        kind = _FORMATS.get(path.suffix.lower())
        if table is None or kind is None:
            problems.append(RegisterProblem(shown, None, "", "no file of a register; it was not looked into"))
        elif reason := _unfit(folder, path):
            problems.append(RegisterProblem(shown, None, "", reason))
        else:
            found.setdefault(table.name, []).append(RegisterFile(table, path, kind, _stamp(path)))
    for several in found.values():
        if len(several) > 1:
            names = [file.path.name for file in several]
            reason = f"there are {' and '.join(names)}; which one holds cannot be told, so none was loaded"
            problems.extend(RegisterProblem(name, None, "", reason) for name in names)
    if not found and all(problem.reason.startswith("no file of a register") for problem in problems):
        raise NothingToRead(f"there is no file of a register in {folder}; their names are {', '.join(FILES)}")
    files = tuple(several[0] for _, several in sorted(found.items()) if len(several) == 1)
    return Folder(files, tuple(problems))


def _unfit(folder: Path, path: Path) -> str:
    """Why a file is not read; "" if it can be."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return "a link to outside the folder"
    if not path.is_file():
        return "not a file" if path.exists() else "a link that leads nowhere"
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _stamp(path: Path) -> tuple[int, int]:
    try:
        known = path.stat()
    except OSError:
        return (-1, -1)
    return (known.st_size, known.st_mtime_ns)


def hash_of(files: Iterable[RegisterFile], *further: str) -> str:
    """SHA-256, hexadecimal, over names and bytes of the files and further words.

    Raises:
        UsageError: if a file can no longer be read.
    """
    listed = list(files)
    with ThreadPoolExecutor(2) as threads:
        digests = list(threads.map(_digest, listed))
    whole = hashlib.sha256()
    for part in (*further, *(f"{file.path.name} {digest}" for file, digest in zip(listed, digests, strict=True))):
        whole.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return whole.hexdigest()


def _digest(file: RegisterFile) -> str:
    try:
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{file.path.name} cannot be read: {error.strerror}") from error
