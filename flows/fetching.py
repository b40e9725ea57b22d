"""The copy of an inbox that lies at an address: what is new or changed is fetched, what is gone there goes here.

Everything else (settling, hashes, second names, removal) works on the copy as on a folder. A file is fetched when its
listing was the same at two looks `settle` seconds apart, and stands in the copy when it is whole: it is written aside,
compared by size, asked for again, and renamed. Nothing goes when the listing was not complete, or is empty all at once,
which is what a share that is not mounted looks like.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import chain, islice
from pathlib import Path

from flows.fetched import FetchedFiles, opened
from flows.not_fetched import NotFetched, Reason
from flows.processes import private_folder
from pipeline.intake.inbox import Unlisted
from pipeline.intake.remote import (
    Misnamed,
    RemoteFile,
    Source,
    Unreachable,
    can_be_listed,
    fetch,
    files,
    open_source,
)

_CHUNK = 500
#: After so many files in a row that could not be fetched it is asked whether the source is there at all.
_FAILURES = 20
#: Seconds without a file that could be fetched after which the rest is left for the next night.
_PATIENCE = 3600.0
#: What a name is answered with that cannot be that of a file here, or is a folder's already.
_NO_NAME = (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


@dataclass(slots=True)
class Fetching:
    """Counts of files.

    Attributes:
        listed: files at the source, as far as could be listed.
        fetched: new or changed ones that are in the copy now.
        changing: left for the next night, since they changed between two looks.
        failed: could not be read, or not as a whole, or not be asked for any more; the next night does.
        unfit: entries that are no file, or whose name cannot be that of a file here.
        too_large: larger than the limit of intake.
        gone: removed from the copy.
        unlisted: folders that could not be looked into.
        vanished: whether nothing is there any more, though something was fetched; then nothing is removed.
        names: of what is not in the copy, or not as it is there.
    """

    listed: int = 0
    fetched: int = 0
    changing: int = 0
    failed: int = 0
    unfit: int = 0
    too_large: int = 0
    gone: int = 0
    unlisted: int = 0
    vanished: bool = False
    names: NotFetched = field(default_factory=NotFetched)

    def leave(self, reason: Reason, name: str) -> None:
        """Count and name a file that is left where it is."""
        setattr(self, reason, getattr(self, reason) + 1)
        self.names.add(reason, name)

    def as_counts(self) -> dict[str, int]:
        """The counts by name."""
        return {one.name: int(getattr(self, one.name)) for one in fields(self) if one.name != "names"}


@dataclass(frozen=True, slots=True)
class Mirror:
    """A source and its copy.

    Attributes:
        address: of the source, `pipeline.intake.remote`.
        folder: of the copy.
        max_bytes: a larger file is not fetched.
        settle_seconds: between the two looks.
        wait: lets that many seconds pass; `beat`, told now and then that the work goes on.
        clock: seconds, from whenever.
    """

    address: str
    folder: Path
    max_bytes: int
    settle_seconds: float
    wait: Callable[[float], None]
    beat: Callable[[], None]
    clock: Callable[[], float] = time.monotonic

    @property
    def aside(self) -> Path:
        """Folder of what is not whole yet; on the same file system."""
        return self.folder.with_name(f"{self.folder.name}.parts")


def fetch_new(mirror: Mirror) -> Fetching:
    """Bring the copy up to date as far as the source can be seen.

    Raises:
        InboxGone: if the source cannot be reached or listed; the copy stays as it is.
        MissingDependency, UsageError: as `pipeline.intake.remote.check_address`.
        OSError: if the copy cannot be written.
    """
    counts = Fetching()
    source = open_source(mirror.address)
    private_folder(mirror.folder.parent)
    shutil.rmtree(mirror.aside, ignore_errors=True)
    with opened(mirror.folder) as known:
        private_folder(mirror.folder)
        private_folder(mirror.aside)
        waiting = _first_look(source, mirror, known, counts)
        counts.vanished = not counts.listed and not counts.unlisted and known.any_fetched()
        if waiting:
            mirror.wait(mirror.settle_seconds)
            whole = _second_look(source, mirror, known, counts)
            _leave_rest(mirror, known, counts, "changing" if whole else "failed")
        if not counts.unlisted and not counts.vanished:
            counts.gone = _remove_gone(mirror, known)
    shutil.rmtree(mirror.aside, ignore_errors=True)
    return counts


def _first_look(source: Source, mirror: Mirror, known: FetchedFiles, counts: Fetching) -> int:
    """Note what is there; returns how many files are new or changed."""
    waiting = 0
    known.begin()
    for chunk in _chunks(source, mirror):
        with known.kept():
            for entry in chunk:
                counts.unlisted += isinstance(entry, Unlisted)
                if isinstance(entry, Misnamed):
                    counts.leave("unfit", entry.told)
                if not isinstance(entry, RemoteFile):
                    continue
                counts.listed += 1
                if known.collides(entry.name):
                    counts.leave("unfit", entry.name)
                elif entry.size is not None and entry.size > mirror.max_bytes:
                    counts.leave("too_large", entry.name)
                    known.meet(entry.name)
                else:
                    waiting += known.offer(entry.name, entry.stamp)
    return waiting


def _second_look(source: Source, mirror: Mirror, known: FetchedFiles, counts: Fetching) -> bool:
    """Fetch what did not change since the first look; whether all that is there could be asked for.

    Files that cannot be read keep no other from being fetched, unless the source is gone: they come first every night.
    """
    whole, in_a_row, last = True, 0, mirror.clock()
    for entry in chain.from_iterable(_chunks(source, mirror)):
        whole = whole and not isinstance(entry, Unlisted)
        if not isinstance(entry, RemoteFile) or (offered := known.offered(entry.name)) is None:
            continue
        reason = _tried(source, mirror, entry, offered)
        with known.kept():
            if reason is None:
                known.take(entry.name, entry.stamp)
                counts.fetched += 1
                in_a_row, last = 0, mirror.clock()
            else:
                known.pass_over(entry.name)
                counts.leave(reason, entry.name)
        if reason == "failed":
            mirror.beat()
            in_a_row += 1
            if in_a_row % _FAILURES == 0 and not can_be_listed(source):
                return False
            if mirror.clock() - last > _PATIENCE:
                return False
    return whole


def _tried(source: Source, mirror: Mirror, file: RemoteFile, offered: str) -> Reason | None:
    """Fetch a file; why it was not, if so."""
    if offered != file.stamp:
        return "changing"
    try:
        return None if _fetched(source, mirror, file) else "unfit"
    except Unreachable:
        return "failed"


def _leave_rest(mirror: Mirror, known: FetchedFiles, counts: Fetching, reason: Reason) -> None:
    """Count what was there at the first look and was not met at the second."""
    while names := known.left(_CHUNK):
        with known.kept():
            for name in names:
                known.pass_over(name)
                counts.leave(reason, name)
        mirror.beat()


def _fetched(source: Source, mirror: Mirror, file: RemoteFile) -> bool:
    """Fetch a file; False where its name cannot be that of a file here."""
    target = mirror.folder / file.name
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.is_dir():
            return False
    except OSError as error:
        if error.errno in _NO_NAME:
            return False
        raise
    part = mirror.aside / "part"
    with part.open("wb") as aside:
        fetch(source, file, aside, mirror.max_bytes, mirror.beat)
        aside.flush()
        os.fsync(aside.fileno())
    part.replace(target)
    return True


def _remove_gone(mirror: Mirror, known: FetchedFiles) -> int:
    gone = 0
    while names := known.not_met(_CHUNK):
        for name in names:
            place = mirror.folder / name
            with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                place.unlink()
                gone += 1
            for folder in place.parents:
                # As far as they are empty.
                if folder == mirror.folder or not _removed(folder):
                    break
        with known.kept():
            known.forget(names)
        mirror.beat()
    return gone


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _chunks(source: Source, mirror: Mirror) -> Iterator[list[RemoteFile | Misnamed | Unlisted]]:
    listing = files(source)
    while chunk := list(islice(listing, _CHUNK)):
        mirror.beat()
        yield chunk
