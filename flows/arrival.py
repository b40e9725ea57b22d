"""A look into the inbox: what is there against what is known of it. Knows no orchestrator.

A file is taken in when it was the same, by size and time of its last change, at two looks `settle` seconds apart;
what changes meanwhile is left for the next night. Whether something is new is told by its bytes, not by its name: a
name whose bytes changed is a new scan, and bytes that are known already are no new scan under another name. Where size
and time tell nothing (a file replaced under the same name), all bytes are hashed again from time to time.

Nothing is marked as removed when the look was not complete: a folder could not be listed, or nothing at all is
there any more, which is what a share that is not mounted looks like.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

from flows.discovery import hash_file
from pipeline.intake.find import MANIFEST_NAME
from pipeline.intake.inbox import Entry, Unlisted, entries, place_of
from pipeline.store.arrivals import (
    GONE,
    UNREAD,
    Arrival,
    ArrivalState,
    adopt_orphans,
    arrivals_at,
    count_by_state,
    known_places,
    note_missing,
    places_by_hash,
    save_arrivals,
)
from pipeline.store.database import Store

_CHUNK = 500
#: The manifest of an inbox says which files belong together, and is no scan.
MANIFEST = place_of(MANIFEST_NAME.encode())


@dataclass(slots=True)
class Look:
    """Counts of one look.

    Attributes:
        present: files that are there, as far as could be listed.
        new: bytes that were not known; `changed`, those of them under a name that was known; `replaced`, those whose
            size and time were as before, so that only hashing told.
        second_names: files whose bytes are known under another name.
        settling: files left for the next night since they may still be being written.
        removed: files that are no longer there; `moved`, by us.
        unlisted: folders that could not be looked into.
        vanished: whether nothing is there any more, though something was known; then nothing is marked as removed.
        rehashed: whether everything was hashed again.
        manifests: whether the manifest is new or changed, so that files may belong together otherwise.
        waiting: files to be screened, with those that earlier nights left.
    """

    present: int = 0
    new: int = 0
    changed: int = 0
    replaced: int = 0
    second_names: int = 0
    settling: int = 0
    removed: int = 0
    moved: int = 0
    unlisted: int = 0
    vanished: bool = False
    rehashed: bool = False
    manifests: int = 0
    waiting: int = 0

    def as_counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: int(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox and how to look into it.

    Attributes:
        key: opaque id of the inbox.
        folder: links resolved.
        passed_over: folders of our own that may lie below it.
        settle_seconds: between the two looks.
        max_bytes: a larger file is not hashed.
        wait: lets that many seconds pass.
        beat: told now and then that the look goes on.
        may_be_empty: whether that nothing is there any more is believed: of a copy whose source is there.
    """

    key: str
    folder: Path
    passed_over: Collection[Path]
    settle_seconds: float
    max_bytes: int
    wait: Callable[[float], None] = time.sleep
    beat: Callable[[], None] = lambda: None
    may_be_empty: bool = False


def look(store: Store, inbox: Inbox, now: str, *, rehash: bool = False) -> Look:
    """Look into the inbox and keep what is there.

    Args:
        store: with the record of the inbox.
        inbox: where to look.
        now: UTC, ISO 8601.
        rehash: hash what is known, too.

    Raises:
        InboxGone: if the inbox cannot be listed; nothing is noted as removed.
        StoreError: when the store refuses.
    """
    counts = Look(rehashed=rehash)
    _first_look(store, inbox, now, counts)
    with store.read() as connection:
        settling = count_by_state(connection, inbox.key).get(ArrivalState.SETTLING, 0)
    if settling:
        inbox.wait(inbox.settle_seconds)
        _second_look(store, inbox, counts)
    with store.write() as connection:
        adopt_orphans(connection, inbox.key)
        by_state = count_by_state(connection, inbox.key)
    counts.settling = by_state.get(ArrivalState.SETTLING, 0)
    counts.waiting = by_state.get(ArrivalState.PENDING, 0)
    return counts


def _first_look(store: Store, inbox: Inbox, now: str, counts: Look) -> None:
    seen: set[bytes] = set()
    for chunk in _chunks(inbox, counts):
        counts.present += len(chunk)
        seen.update(bytes.fromhex(entry.place) for entry in chunk)
        with store.read() as connection:
            known = arrivals_at(connection, inbox.key, [entry.place for entry in chunk])
        noted = [_noted(inbox, entry, known.get(entry.place), now, counts) for entry in chunk]
        if changed := [one for one in noted if one is not None]:
            with store.write() as connection:
                save_arrivals(connection, inbox.key, changed)
    if not counts.unlisted:
        _note_missing(store, inbox, seen, counts)


def _noted(inbox: Inbox, entry: Entry, known: Arrival | None, now: str, counts: Look) -> Arrival | None:
    """What is to be kept of an entry at the first look; None where nothing changed."""
    if known is None:
        return Arrival(entry.place, entry.size, entry.mtime_ns, ArrivalState.SETTLING, now)
    same = (known.size, known.mtime_ns) == (entry.size, entry.mtime_ns)
    if known.state is ArrivalState.SETTLING:
        return None if same else replace(known, size=entry.size, mtime_ns=entry.mtime_ns)
    if not same or known.state in GONE:
        # The hash tells below that the bytes were screened before: not so of what nobody has read yet.
        sha256 = known.sha256 if known.state not in UNREAD else None
        return replace(
            known, size=entry.size, mtime_ns=entry.mtime_ns, state=ArrivalState.SETTLING, first_seen=now, sha256=sha256
        )
    if counts.rehashed and known.sha256 is not None and known.state is not ArrivalState.PENDING:
        sha256 = hash_file(_path(inbox, entry), inbox.max_bytes)
        if sha256 is not None and sha256 != known.sha256:
            counts.replaced += 1
            return replace(known, state=ArrivalState.SETTLING, first_seen=now)
    return None


def _second_look(store: Store, inbox: Inbox, counts: Look) -> None:
    """Take in what did not change since the first look; hash it and tell whether it is new."""
    grouped = (inbox.folder / MANIFEST_NAME).exists()
    for chunk in _chunks(inbox, Look()):
        with store.read() as connection:
            known = arrivals_at(connection, inbox.key, [entry.place for entry in chunk])
        settled = [
            (entry, one, hash_file(_path(inbox, entry), inbox.max_bytes) if entry.regular else None)
            for entry in chunk
            if (one := known.get(entry.place)) is not None
            and one.state is ArrivalState.SETTLING
            and (one.size, one.mtime_ns) == (entry.size, entry.mtime_ns)
        ]
        whole = [(entry, one, sha256) for entry, one, sha256 in settled if _is_unchanged(inbox, entry)]
        if whole:
            inbox.beat()
            with store.write() as connection:
                places = places_by_hash(connection, inbox.key, [sha256 for *_, sha256 in whole if sha256 is not None])
                taken = []
                for entry, one, sha256 in whole:
                    others = places.setdefault(sha256, set()) if sha256 is not None else set()
                    taken.append(_taken_in(entry, one, sha256, bool(others - {entry.place}), grouped, counts))
                    others.add(entry.place)
                save_arrivals(connection, inbox.key, taken)


def _is_unchanged(inbox: Inbox, entry: Entry) -> bool:
    """Whether a file is still as it was found, after it was hashed."""
    try:
        state = _path(inbox, entry).lstat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (entry.size, entry.mtime_ns)


def _taken_in(entry: Entry, known: Arrival, sha256: str | None, second: bool, grouped: bool, counts: Look) -> Arrival:
    """What is to be kept of a file that is complete.

    Args:
        entry: the file as it was found.
        known: what was known of it.
        sha256: of its bytes; None where they could not be had.
        second: whether these bytes are known under another name.
        grouped: whether a manifest says what belongs together.
        counts: of the look.
    """
    if entry.place == MANIFEST:
        counts.manifests += sha256 != known.sha256
        return replace(known, state=ArrivalState.DONE, sha256=sha256)
    if sha256 is not None and sha256 == known.sha256:
        # Touched, or taken away and put back: the same bytes at the same place.
        return replace(known, state=ArrivalState.DONE)
    if second:
        counts.second_names += 1
    else:
        counts.new += 1
        counts.changed += known.sha256 is not None
    # A second name in an applicant's folder is one more paper of that application; alone it says nothing new.
    alone = second and b"/" not in entry.path and not grouped
    kept = ArrivalState.SAME if alone else ArrivalState.PENDING
    # What a report said of the bytes before is said of others.
    return replace(known, state=kept, sha256=sha256, tries=0, reasons="", night="", file_id="")


def _note_missing(store: Store, inbox: Inbox, seen: set[bytes], counts: Look) -> None:
    with store.read() as connection:
        missing = [place for place in known_places(connection, inbox.key) if bytes.fromhex(place) not in seen]
    counts.vanished = bool(missing) and not counts.present and not inbox.may_be_empty
    if not missing or counts.vanished:
        return
    with store.write() as connection:
        counts.removed, counts.moved = note_missing(connection, inbox.key, missing)


def _chunks(inbox: Inbox, counts: Look) -> Iterator[list[Entry]]:
    listing = entries(inbox.folder, inbox.passed_over)
    while chunk := list(islice(listing, _CHUNK)):
        inbox.beat()
        counts.unlisted += sum(isinstance(entry, Unlisted) for entry in chunk)
        yield [entry for entry in chunk if isinstance(entry, Entry)]


def _path(inbox: Inbox, entry: Entry) -> Path:
    return inbox.folder / os.fsdecode(entry.path)
