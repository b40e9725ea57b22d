"""What came in: files found, hashed and noted in the store, while the orchestrator's server boots."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeGuard

from pipeline.intake import find
from pipeline.settings import Intake
from pipeline.store.database import Store
from pipeline.store.inputs import Input, add_inputs, mark_known, unread_ordinals
from pipeline.types.problems import Problem, ProblemKind

#: Takes some of the files that were found, at most `_CHUNK` at a time.
Select = Callable[[Sequence[find.Input | find.Unfit]], Sequence[find.Input | find.Unfit]]

_CHUNK = 256
_BLOCK = 1 << 20
#: Manifest rows shown in the report; a broken manifest may have a million.
_MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a run has before it.

    Attributes:
        found: files, those that cannot be taken in included.
        to_read: ordinals of files whose bytes have not been read before, ascending.
        manifest: rows of manifests that cannot be used, at most a thousand; `manifest_rows` counts all.
    """

    found: int
    to_read: list[int]
    manifest: tuple[Problem, ...]
    manifest_rows: int


def discover(
    store: Store,
    run_id: str,
    paths: Sequence[Path],
    limits: Intake,
    passed_over: Sequence[Path] = (),
    progress: Callable[[int], None] = lambda found: None,
    select: Select = lambda entries: entries,
) -> Discovery:
    """Note every file below the paths as an input of the run.

    Args:
        store: where the inputs are noted.
        run_id: the run they belong to.
        paths: files and folders.
        limits: of intake; a larger file is not hashed, since it will not be read.
        passed_over: folders that the program itself writes to; what lies there is no input.
        progress: told how many files were found so far.
        select: takes files and gives those to take; rows of manifests are always told.
    """
    # What was named is meant, though it may lie in a folder of ours, as the copy of an inbox elsewhere does.
    meant = {parent for path in paths for parent in _parents(path)}
    own = [folder for folder in (folder.resolve() for folder in passed_over) if folder not in meant]
    rows: list[Problem] = []
    manifest_rows = found = 0
    entries = _entries(find.find_files(paths, limits), own)
    while chunk := list(islice(entries, _CHUNK)):
        unusable = [entry.problem for entry in chunk if _is_row(entry)]
        manifest_rows += len(unusable)
        rows += unusable[: _MOST_ROWS - len(rows)]
        taken = select([entry for entry in chunk if not _is_row(entry)])
        files = [_input(entry, found + number, limits.max_bytes) for number, entry in enumerate(taken)]
        found += len(files)
        with store.write() as connection:
            add_inputs(connection, run_id, files)
        progress(found)
    with store.write() as connection:
        mark_known(connection, run_id)
    with store.read() as connection:
        to_read = unread_ordinals(connection, run_id)
    return Discovery(found, to_read, tuple(rows), manifest_rows)


def _is_row(entry: find.Input | find.Unfit) -> TypeGuard[find.Unfit]:
    return isinstance(entry, find.Unfit) and entry.problem.kind is ProblemKind.MANIFEST


def _parents(path: Path) -> Sequence[Path]:
    try:
        return path.resolve().parents
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a circle of links
        return ()


def _entries(found: Iterator[find.Input | find.Unfit], own: Sequence[Path]) -> Iterator[find.Input | find.Unfit]:
    for entry in found:
        if isinstance(entry, find.Unfit) or not any(entry.path.is_relative_to(folder) for folder in own):
            yield entry


def _input(entry: find.Input | find.Unfit, ordinal: int, max_bytes: int) -> Input:
    if isinstance(entry, find.Unfit):
        alone = hashlib.sha256(f"unfit {ordinal}".encode()).hexdigest()[:20]
        return Input(ordinal, entry.path, entry.name, alone, status="unreadable", problems=(entry.problem,))
    return Input(ordinal, entry.path, entry.name, entry.bundle, hash_file(entry.path, max_bytes))


def hash_file(path: Path, max_bytes: int) -> str | None:
    """SHA-256 of a file's bytes, hexadecimal; None where they cannot be had or are more than the limit.

    The reading stage opens the file again and says what is wrong with it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or not 0 < state.st_size <= max_bytes:
            return None
        digest = hashlib.sha256()
        try:
            while block := file.read(_BLOCK):
                digest.update(block)
        except OSError:
            return None
    return digest.hexdigest()
