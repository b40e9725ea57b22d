"""What was erased and by which rule; what is left where readings, cases and page images were."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.schema import tombstones
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import ReadingStatus

#: `facts` are readings, outcomes and cases.
What = Literal["images", "facts"]
#: What a run says of a file whose bytes come in again.
ERASED = Problem(ProblemKind.ERASED, "store", "screened before; what was read of it was erased when its time was over")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One thing erased of one scan.

    Attributes:
        kept_as: class that its time was counted by.
        erased_at: UTC.
        rule: version of the rules, class and days.
        status: how reading the scan had ended.
        pages: names of the image files that went.
    """

    sha256: str
    what: What
    kept_as: str
    erased_at: dt.datetime
    rule: str
    status: str
    pages: tuple[str, ...]


def add_tombstones(connection: Connection, found: Sequence[Tombstone]) -> None:
    """Append what was erased; of what had come back since, the first tombstone stays."""
    rows = [
        {
            "sha256": one.sha256,
            "what": one.what,
            "kept_as": one.kept_as,
            "erased_at": one.erased_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "rule": one.rule,
            "status": one.status,
            "pages": json.dumps(one.pages),
        }
        for one in found
    ]
    if rows:
        insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
        connection.execute(insert(tombstones).on_conflict_do_nothing(), rows)


def erased(connection: Connection, hashes: Collection[str], what: What) -> set[str]:
    """Those scans of which it was erased."""
    query = sa.select(tombstones.c.sha256).where(tombstones.c.sha256.in_(hashes), tombstones.c.what == what)
    return set(connection.execute(query).scalars())


def statuses_before_erasure(connection: Connection, hashes: Collection[str]) -> dict[str, ReadingStatus]:
    """How reading had ended, of those scans of which the facts were erased."""
    query = sa.select(tombstones.c.sha256, tombstones.c.status)
    rows = connection.execute(query.where(tombstones.c.sha256.in_(hashes), tombstones.c.what == "facts"))
    return {sha256: cast("ReadingStatus", status) for sha256, status in rows.tuples()}


def erased_pages(connection: Connection) -> Iterator[tuple[str, dt.datetime]]:
    """Every image file that went, with the moment until which one of that name had to go."""
    for names, at in connection.execute(sa.select(tombstones.c.pages, tombstones.c.erased_at)):
        moment = dt.datetime.fromisoformat(at)
        yield from ((name, moment) for name in json.loads(names))
