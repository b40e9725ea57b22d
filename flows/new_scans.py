"""Which files of an inbox a night has to screen, and what is kept of them when it has.

An application is screened as a whole: with a new paper come those of its folder (or its rows of the manifest) that
were screened before. They are read again by nobody; what was read is in the store.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from flows.arrival import Inbox
from flows.discovery import Select
from pipeline.intake import find
from pipeline.intake.inbox import place_of
from pipeline.settings import Intake
from pipeline.store.arrivals import Arrival, ArrivalState, arrivals_at, read_outcomes, save_arrivals
from pipeline.store.database import Store
from pipeline.store.inputs import Input, all_inputs, file_id, originals
from pipeline.store.scans import PASSING

T = TypeVar("T")

_CHUNK = 500
#: Files that stand beside a new one of their application, or are matched with a new register. What was to be moved and
#: is still there is one of them.
_SCREENED = (ArrivalState.DONE, ArrivalState.SAME, ArrivalState.QUARANTINED, ArrivalState.MOVING)


def selection(store: Store, inbox: Inbox, limits: Intake, *, everything: bool) -> Select | None:
    """Tells which files to screen; None where there is none.

    Args:
        store: with the record of the inbox.
        inbox: that was looked into.
        limits: of intake.
        everything: screen what was screened before as well.
    """
    touched: set[str] = set()
    alone: set[str] = set()
    for chunk in _chunked(find.find_files([inbox.folder], limits)):
        with store.read() as connection:
            known = _known(connection, inbox, (entry.path for entry in chunk))
        for entry in chunk:
            one = known.get(os.fsencode(entry.path))
            if one is None or _is_link(entry):
                continue
            pending = one.state is ArrivalState.PENDING
            if isinstance(entry, find.Unfit):
                alone |= {one.place} if pending else set()
            elif pending or (everything and one.state in _SCREENED):
                touched.add(entry.bundle)
            elif one.bundle is not None and one.bundle != entry.bundle and one.state in _SCREENED:
                # The manifest puts it elsewhere now; those that it was with have to do without it.
                touched |= {entry.bundle, one.bundle}
    if not touched and not alone:
        return None

    def is_wanted(entry: find.Input | find.Unfit, one: Arrival | None) -> bool:
        if one is None:
            return False
        return one.place in alone if isinstance(entry, find.Unfit) else one.state in (ArrivalState.PENDING, *_SCREENED)

    def select(entries: Sequence[find.Input | find.Unfit]) -> list[find.Input | find.Unfit]:
        near = [
            entry
            for entry in entries
            if not _is_link(entry) and (isinstance(entry, find.Unfit) or entry.bundle in touched)
        ]
        with store.read() as connection:
            known = _known(connection, inbox, (entry.path for entry in near))
        return [entry for entry in near if is_wanted(entry, known.get(os.fsencode(entry.path)))]

    return select


def _is_link(entry: find.Input | find.Unfit) -> bool:
    """Whether a file was met by a link to it; in an inbox it is met at its own place as well, and is there but once."""
    return isinstance(entry, find.Input) and entry.name != find.printable(entry.path)


@dataclass(frozen=True, slots=True)
class Closing:
    """Keeps, in the transaction that ends the run, what became of its files.

    Attributes:
        night: folder of the report.
        tries: after so many nights a file that fails for a passing reason is quarantined.
        hold: raises where the night has lost its turn, so that another one screens the same files.
    """

    inbox: Inbox
    night: str
    tries: int
    hold: Callable[[Connection], None]

    def __call__(self, connection: Connection, run_id: str) -> None:
        """Note what was screened; a run that ends before this is screened again."""
        self.hold(connection)
        for files in all_inputs(connection, run_id):
            known = _known(connection, self.inbox, (file.path for file in files))
            firsts = originals(connection, run_id, {f.duplicate_of for f in files if f.duplicate_of is not None})
            hashes = [file.sha256 for file in files if file.sha256 is not None]
            outcomes = read_outcomes(connection, hashes)
            closed = [
                self._closed(known[os.fsencode(file.path)], file, firsts, outcomes)
                for file in files
                if os.fsencode(file.path) in known
            ]
            save_arrivals(connection, self.inbox.key, closed)

    def _closed(self, one: Arrival, file: Input, firsts: Mapping[int, Input], outcomes: Mapping[str, str]) -> Arrival:
        if one.state is not ArrivalState.PENDING:
            return replace(one, bundle=file.bundle)
        original = file if file.duplicate_of is None else firsts[file.duplicate_of]
        named = replace(one, bundle=file.bundle, night=self.night, file_id=file_id(original), sha256=file.sha256)
        if file.duplicate_of is not None:
            return replace(named, state=ArrivalState.SAME)
        reasons = ",".join(sorted({str(problem.kind) for problem in file.problems}))[:200]
        if _may_pass(file, outcomes):
            tries = one.tries + 1
            state = ArrivalState.PENDING if tries < self.tries else ArrivalState.QUARANTINED
            return replace(named, state=state, tries=tries, reasons=reasons)
        quarantined = file.status == "unreadable"
        return replace(named, state=ArrivalState.QUARANTINED if quarantined else ArrivalState.DONE, reasons=reasons)


def _may_pass(file: Input, outcomes: Mapping[str, str]) -> bool:
    """Whether reading failed for a reason of the moment, so that the next night may do better."""
    if file.sha256 is None:
        return any(problem.kind in PASSING for problem in file.problems)
    return outcomes.get(file.sha256) == "passing"


def _known(connection: Connection, inbox: Inbox, paths: Iterable[os.PathLike[str]]) -> dict[bytes, Arrival]:
    """What is known of files, by path."""
    root = os.fsencode(inbox.folder).rstrip(b"/") + b"/"
    places = {os.fsencode(path): place_of(os.fsencode(path).removeprefix(root)) for path in paths}
    found = arrivals_at(connection, inbox.key, list(places.values()))
    return {path: found[place] for path, place in places.items() if place in found}


def _chunked(items: Iterator[T]) -> Iterator[Sequence[T]]:
    while chunk := list(islice(items, _CHUNK)):
        yield chunk
