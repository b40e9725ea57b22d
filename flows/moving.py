"""Files that were screened, moved out of the inbox. Each is at one place or the other at every instant, whole.

A file stays while another one of its folder waits, so that the papers of an application go together, and when it is
no longer the one that was screened. Nothing is ever overwritten.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from flows.arrival import MANIFEST, Inbox
from pipeline.intake.inbox import Entry, entries
from pipeline.store.arrivals import WAITING, Arrival, ArrivalState, arrivals_at, save_arrivals, were_read
from pipeline.store.database import Store

_CHUNK = 500
_BLOCK = 1 << 20
_MOVED = (ArrivalState.DONE, ArrivalState.SAME, ArrivalState.MOVING)


def move_done(store: Store, inbox: Inbox, target: Path) -> int:
    """Move what is done into `target`, under its path below the inbox; returns how many files.

    Raises:
        OSError: if a file cannot be moved; it is where it was.
        StoreError: when the store refuses.
    """
    waiting = {
        os.path.dirname(entry.path)  # noqa: PTH120 - a path of bytes
        for chunk in _known(store, inbox)
        for entry, one in chunk
        if one.state in WAITING and b"/" in entry.path
    }
    moved = 0
    for chunk in _known(store, inbox):
        ready = _ready(store, inbox, [(entry, one) for entry, one in chunk if _is_done(entry, one, waiting)])
        # Noted first: a file that is missing after this was not taken away by somebody.
        with store.write() as connection:
            save_arrivals(connection, inbox.key, [replace(one, state=ArrivalState.MOVING) for _, one in ready])
        gone = [one for entry, one in ready if _moved(inbox, entry, target)]
        with store.write() as connection:
            save_arrivals(connection, inbox.key, [replace(one, state=ArrivalState.MOVED) for one in gone])
        moved += len(gone)
    return moved


def _ready(store: Store, inbox: Inbox, done: list[tuple[Entry, Arrival]]) -> list[tuple[Entry, Arrival]]:
    """Those that can go: not a second name of bytes that are not screened yet, or were not to be read."""
    same = [one.sha256 for _, one in done if one.state is ArrivalState.SAME and one.sha256 is not None]
    with store.read() as connection:
        read = were_read(connection, inbox.key, same)
    return [(entry, one) for entry, one in done if one.state is not ArrivalState.SAME or one.sha256 in read]


def _moved(inbox: Inbox, entry: Entry, target: Path) -> bool:
    """Move a file; one that was replaced at the last moment goes back, since nobody has screened it."""
    inbox.beat()
    source = inbox.folder / os.fsdecode(entry.path)
    try:
        place = move(source, target / os.fsdecode(entry.path))
    except FileNotFoundError:
        return False
    state = place.lstat()
    if (state.st_size, state.st_mtime_ns) == (entry.size, entry.mtime_ns):
        return True
    move(place, source)
    return False


def move(source: Path, target: Path) -> Path:
    """Move one file and return its place; a target that is there already gets a number behind its name.

    Raises:
        OSError: if that is not possible; the source stays.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    free, number = target, 1
    while free.is_symlink() or free.exists():
        free, number = target.with_name(f"{target.name}.{number}"), number + 1
    try:
        source.rename(free)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, free)
        source.unlink()
    _sync(free.parent)
    return free


def _copy(source: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.part")
    with source.open("rb") as ours, aside.open("wb") as theirs:
        shutil.copyfileobj(ours, theirs, _BLOCK)
        theirs.flush()
        os.fsync(theirs.fileno())
    shutil.copystat(source, aside)
    aside.rename(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_done(entry: Entry, one: Arrival, waiting: set[bytes]) -> bool:
    if not entry.regular or one.state not in _MOVED or entry.place == MANIFEST:
        return False
    unchanged = (one.size, one.mtime_ns) == (entry.size, entry.mtime_ns)
    return unchanged and os.path.dirname(entry.path) not in waiting  # noqa: PTH120 - a path of bytes


def _known(store: Store, inbox: Inbox) -> Iterator[list[tuple[Entry, Arrival]]]:
    listing = (entry for entry in entries(inbox.folder, inbox.passed_over) if isinstance(entry, Entry))
    while chunk := list(islice(listing, _CHUNK)):
        with store.read() as connection:
            known = arrivals_at(connection, inbox.key, [entry.place for entry in chunk])
        yield [(entry, known[entry.place]) for entry in chunk if entry.place in known]
