"""The record of an inbox: what arrived, what became of it, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from pipeline import READING_VERSION
from pipeline.store.database import upsert
from pipeline.store.schema import scans
from pipeline.store.schema_nights import arrivals

_CHUNK = 1000


class ArrivalState(StrEnum):
    """What became of a file of the inbox.

    settling: it may still be being written. pending: to be screened. done: screened. same: a second name of bytes that
    are known. quarantined: it could not be read, a person has to look. dropped: a person wants no more of it. moving,
    moved: it was moved out of the inbox when it was done. removed: somebody took it away.
    """

    SETTLING = "settling"
    PENDING = "pending"
    DONE = "done"
    SAME = "same"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"
    MOVING = "moving"
    MOVED = "moved"
    REMOVED = "removed"


#: No longer in the inbox.
GONE = (ArrivalState.REMOVED, ArrivalState.MOVED)
#: Not yet screened.
WAITING = (ArrivalState.SETTLING, ArrivalState.PENDING)
#: Nobody has read these bytes under this name, or there is nothing to show for it: met again, they are new.
UNREAD = (*WAITING, ArrivalState.SAME, ArrivalState.QUARANTINED, ArrivalState.DROPPED)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of an inbox.

    Attributes:
        place: opaque, `pipeline.intake.inbox.place_of`.
        size: bytes; `mtime_ns`, time of its last change: both as they were when it was last looked at.
        sha256: of its bytes; None where they were never had, or are not taken in.
        bundle: opaque id of the application that it was last screened with.
        first_seen: UTC, ISO 8601: when these bytes were first met.
        tries: how often reading it failed for a reason that may pass.
        reasons: kinds of problems, joined by commas.
        night: folder of the report that names it; `file_id`, its opaque id there.
    """

    place: str
    size: int
    mtime_ns: int
    state: ArrivalState
    first_seen: str
    sha256: str | None = None
    bundle: str | None = None
    tries: int = 0
    reasons: str = ""
    night: str = ""
    file_id: str = ""


def arrivals_at(connection: Connection, inbox: str, places: Sequence[str]) -> dict[str, Arrival]:
    """What is known of some places, at most a thousand."""
    query = sa.select(arrivals).where(arrivals.c.inbox == inbox, arrivals.c.place.in_(places))
    return {row.place: _arrival(row) for row in connection.execute(query)}


def save_arrivals(connection: Connection, inbox: str, files: Iterable[Arrival]) -> None:
    """Keep what is now known of some places."""
    names = Arrival.__dataclass_fields__
    upsert(connection, arrivals, [{"inbox": inbox, **{name: getattr(one, name) for name in names}} for one in files])


def known_places(connection: Connection, inbox: str) -> Iterator[str]:
    """Every place whose file should be there."""
    query = sa.select(arrivals.c.place).where(arrivals.c.inbox == inbox, arrivals.c.state.not_in(GONE))
    return iter(connection.execution_options(yield_per=_CHUNK).execute(query).scalars())


def places_by_hash(connection: Connection, inbox: str, hashes: Sequence[str]) -> dict[str, set[str]]:
    """Places whose files have these bytes and are complete: the first and the last of each, at most a thousand."""
    mine = (arrivals.c.inbox == inbox) & arrivals.c.sha256.in_(hashes) & (arrivals.c.state != ArrivalState.SETTLING)
    place = arrivals.c.place
    query = sa.select(arrivals.c.sha256, sa.func.min(place), sa.func.max(place)).where(mine).group_by(arrivals.c.sha256)
    return {sha256: {first, last} for sha256, first, last in connection.execute(query).tuples() if sha256 is not None}


def were_read(connection: Connection, inbox: str, hashes: Sequence[str]) -> set[str]:
    """Those bytes that were screened under some name, at most a thousand."""
    state = arrivals.c.state.not_in((*UNREAD, ArrivalState.MOVING))
    mine = (arrivals.c.inbox == inbox) & arrivals.c.sha256.in_(hashes) & state
    return {sha256 for sha256 in connection.execute(sa.select(arrivals.c.sha256).where(mine)).scalars() if sha256}


def has_unnamed(connection: Connection, inbox: str) -> bool:
    """Whether there are second names that no report names yet."""
    return connection.execute(sa.select(arrivals.c.place).where(_unnamed(inbox)).limit(1)).first() is not None


def note_named(connection: Connection, inbox: str, night: str) -> None:
    """Note the report that names those second names that none named before."""
    connection.execute(sa.update(arrivals).where(_unnamed(inbox)).values(night=night))


def _unnamed(inbox: str) -> sa.ColumnElement[bool]:
    return (arrivals.c.inbox == inbox) & (arrivals.c.state == ArrivalState.SAME) & (arrivals.c.night == "")


def note_missing(connection: Connection, inbox: str, places: Sequence[str]) -> tuple[int, int]:
    """Note files that are not there any more; returns how many were removed and how many moved by us.

    Of one that was never read its bytes are forgotten, so that it counts as new should it return.
    """
    removed = moved = 0
    for start in range(0, len(places), _CHUNK):
        chunk = (arrivals.c.inbox == inbox) & arrivals.c.place.in_(places[start : start + _CHUNK])
        ours = chunk & (arrivals.c.state == ArrivalState.MOVING)
        moved += connection.execute(sa.update(arrivals).where(ours).values(state=ArrivalState.MOVED)).rowcount
        unread = chunk & arrivals.c.state.in_(UNREAD)
        connection.execute(sa.update(arrivals).where(unread).values(sha256=None))
        rest = chunk & arrivals.c.state.not_in(GONE)
        removed += connection.execute(sa.update(arrivals).where(rest).values(state=ArrivalState.REMOVED)).rowcount
    return removed, moved


def adopt_orphans(connection: Connection, inbox: str) -> None:
    """Have second names screened whose first went away or changed before it was read."""
    first = arrivals.alias()
    no_first = (ArrivalState.SAME, ArrivalState.SETTLING)
    stands = sa.exists().where(
        first.c.inbox == arrivals.c.inbox, first.c.sha256 == arrivals.c.sha256, first.c.state.not_in(no_first)
    )
    orphans = (arrivals.c.inbox == inbox) & (arrivals.c.state == ArrivalState.SAME) & ~stands.correlate(arrivals)
    connection.execute(sa.update(arrivals).where(orphans).values(state=ArrivalState.PENDING))


def count_by_state(connection: Connection, inbox: str | None = None) -> dict[str, int]:
    """How many files are in each state; of every inbox where none is named."""
    query = sa.select(arrivals.c.state, sa.func.count()).group_by(arrivals.c.state)
    if inbox is not None:
        query = query.where(arrivals.c.inbox == inbox)
    return dict(connection.execute(query).tuples().all())


def oldest_waiting(connection: Connection, inbox: str | None = None) -> str | None:
    """When the file that waits longest was first met (UTC, ISO 8601); None where nothing waits."""
    query = sa.select(sa.func.min(arrivals.c.first_seen)).where(arrivals.c.state.in_(WAITING))
    if inbox is not None:
        query = query.where(arrivals.c.inbox == inbox)
    return connection.execute(query).scalar()


def in_state(connection: Connection, state: ArrivalState, inbox: str | None = None) -> list[Arrival]:
    """Files in a state, those that wait longest first."""
    query = sa.select(arrivals).where(arrivals.c.state == state).order_by(arrivals.c.first_seen, arrivals.c.file_id)
    if inbox is not None:
        query = query.where(arrivals.c.inbox == inbox)
    return [_arrival(row) for row in connection.execute(query)]


def read_outcomes(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Status of reading by sha256: read, partial, unreadable, or passing where another try may give more."""
    query = sa.select(scans.c.sha256, scans.c.status)
    query = query.where(scans.c.sha256.in_(hashes), scans.c.reading_version == READING_VERSION)
    return dict(connection.execute(query).tuples().all())


def retry(connection: Connection, file_ids: Sequence[str]) -> int:
    """Put quarantined files back into the next night, where they are read anew; returns how many."""
    mine = (arrivals.c.state == ArrivalState.QUARANTINED) & arrivals.c.file_id.in_(file_ids)
    hashes = sa.select(arrivals.c.sha256).where(mine, arrivals.c.sha256.is_not(None))
    connection.execute(sa.update(scans).where(scans.c.sha256.in_(hashes)).values(status="passing"))
    return connection.execute(sa.update(arrivals).where(mine).values(state=ArrivalState.PENDING, tries=0)).rowcount


def drop(connection: Connection, file_ids: Sequence[str]) -> int:
    """Want no more of quarantined files unless they change; returns how many."""
    mine = (arrivals.c.state == ArrivalState.QUARANTINED) & arrivals.c.file_id.in_(file_ids)
    return connection.execute(sa.update(arrivals).where(mine).values(state=ArrivalState.DROPPED)).rowcount


def _arrival(row: Row[Any]) -> Arrival:
    values = {name: getattr(row, name) for name in Arrival.__dataclass_fields__}
    return Arrival(**values | {"state": ArrivalState(row.state)})
