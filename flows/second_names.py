"""Files that a night left out since their bytes are known by another name: named, so that every one is told of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from flows.arrival import Inbox
from pipeline.intake.inbox import Entry, entries
from pipeline.report.names_csv import SECOND_NAMES, NamesCsv
from pipeline.store.arrivals import ArrivalState, arrivals_at, has_unnamed, note_named
from pipeline.store.database import Store
from pipeline.store.inputs import id_of_bytes
from pipeline.store.scans import document_ids

_CHUNK = 500


def name_second_names(store: Store, inbox: Inbox, out: Path) -> None:
    """Write `second_names.csv` into a night's folder, in the form of names.csv, where there is something to name.

    A file is named once; the ids are those of the documents in its bytes, as far as they were read.

    Args:
        store: with the record of the inbox, after screening.
        inbox: that was looked into.
        out: the night's folder.

    Raises:
        OSError: if it cannot be written; the next night names what this one did not.
        StoreError: when the store refuses.
    """
    with store.read() as connection:
        if not has_unnamed(connection, inbox.key):
            return
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamesCsv(out, SECOND_NAMES) as names:
        for chunk in _chunks(inbox):
            inbox.beat()
            with store.read() as connection:
                known = arrivals_at(connection, inbox.key, [entry.place for entry in chunk])
                paths = [
                    (entry.path, one.sha256)
                    for entry in chunk
                    if (one := known.get(entry.place)) is not None
                    and (one.state, one.night) == (ArrivalState.SAME, "")
                    and one.sha256 is not None
                ]
                ids = document_ids(connection, [sha256 for _, sha256 in paths])
            for path, sha256 in paths:
                for document_id in ids.get(sha256) or [id_of_bytes(sha256)]:
                    names.add(document_id, sha256, inbox.folder / os.fsdecode(path))
    with store.write() as connection:
        note_named(connection, inbox.key, out.name)


def _chunks(inbox: Inbox) -> Iterator[Sequence[Entry]]:
    listing = (entry for entry in entries(inbox.folder, inbox.passed_over) if isinstance(entry, Entry))
    while chunk := list(islice(listing, _CHUNK)):
        yield chunk
