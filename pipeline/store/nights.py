"""Nights: whose turn it is on an inbox, and what became of each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from pipeline.store.schema_nights import nights

NightState = Literal["running", "finished", "failed", "crashed"]


@dataclass(frozen=True, slots=True)
class Night:
    """One night.

    Attributes:
        home: opaque id of the data folder whose lock shows whether it is still at work.
        scheduled: when it was due; UTC, ISO 8601, as `started` and `finished`.
        beat: when it last went on, in seconds by the database's clock.
        rehashed: 1 where everything that was known was hashed again.
        failure: in a word, why it did not come to its end; "" otherwise.
        summary: what night.json says.
    """

    night_id: str
    inbox: str
    home: str
    scheduled: str
    started: str
    beat: float
    state: NightState
    finished: str | None = None
    failure: str = ""
    found: int = 0
    read: int = 0
    partial: int = 0
    unreadable: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    rehashed: int = 0
    summary: dict[str, Any] = field(default_factory=dict)


#: Counts that stand in columns of their own, so that they can be added up.
COUNTS = ("found", "read", "partial", "unreadable", "duplicates")


#: A night that is further in the future was noted while a clock was wrong; smaller differences are nothing.
CLOCK_SLACK = dt.timedelta(hours=1)


def clock(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock, the only one that machines at one store have in common."""
    postgres = connection.dialect.name == "postgresql"
    now = "SELECT extract(epoch FROM clock_timestamp())" if postgres else "SELECT strftime('%s', 'now')"
    return float(connection.execute(sa.text(now)).scalar_one())


def at_work(connection: Connection, inbox: str) -> list[Night]:
    """Nights of an inbox that have not ended, or could not say so."""
    query = sa.select(nights).where(nights.c.inbox == inbox, nights.c.state == "running")
    return [_night(row) for row in connection.execute(query)]


def begin_night(connection: Connection, night: Night) -> None:
    """Note that a night began."""
    values = {name: getattr(night, name) for name in Night.__dataclass_fields__}
    connection.execute(sa.insert(nights).values(values | {"summary": json.dumps(night.summary)}))


def beat(connection: Connection, night_id: str) -> bool:
    """Note that a night goes on; False where another one took it for dead and took its place."""
    mine = (nights.c.night_id == night_id) & (nights.c.state == "running")
    return connection.execute(sa.update(nights).where(mine).values(beat=clock(connection))).rowcount == 1


def end_night(
    connection: Connection,
    night_id: str,
    state: NightState,
    finished: str,
    *,
    failure: str = "",
    seconds: float = 0.0,
    rehashed: bool = False,
    summary: Mapping[str, object] | None = None,
) -> None:
    """Note how a night ended."""
    values: dict[str, object] = {"state": state, "finished": finished, "failure": failure, "seconds": seconds}
    values |= {"rehashed": int(rehashed)}
    told = {"summary": json.dumps(summary)} if summary is not None else {}
    connection.execute(sa.update(nights).where(nights.c.night_id == night_id).values(values | told))


def note_counts(connection: Connection, night_id: str, counts: Mapping[str, int]) -> None:
    """Note what a night screened, by the names of `COUNTS`; it counts however the night ends."""
    connection.execute(sa.update(nights).where(nights.c.night_id == night_id).values(dict(counts)))


def last_finished(connection: Connection, inbox: str, now: dt.datetime) -> Night | None:
    """The night that was due latest of those that came to their end.

    One that was due in the future says that the clock was wrong then, and must not stand in the way of those to come.
    """
    return _last(connection, inbox, nights.c.scheduled, now)


def last_ended(connection: Connection, inbox: str, now: dt.datetime) -> Night | None:
    """The night that came to its end latest; one that did so in the future counts for none."""
    return _last(connection, inbox, nights.c.finished, now)


def _last(connection: Connection, inbox: str, moment: sa.Column[Any], now: dt.datetime) -> Night | None:
    query = sa.select(nights).where(nights.c.inbox == inbox, nights.c.state == "finished", moment <= _latest(now))
    row = connection.execute(query.order_by(moment.desc()).limit(1)).first()
    return _night(row) if row is not None else None


def _latest(now: dt.datetime) -> str:
    return (now + CLOCK_SLACK).astimezone(dt.UTC).isoformat(timespec="seconds")


def last_rehash(connection: Connection, inbox: str, now: dt.datetime) -> str | None:
    """When everything in an inbox was last hashed (UTC, ISO 8601): the first night that came to its end did, too."""
    ended = (nights.c.inbox == inbox) & (nights.c.state == "finished") & (nights.c.started <= _latest(now))
    latest = sa.select(sa.func.max(nights.c.started)).where(ended, nights.c.rehashed == 1)
    first = sa.select(sa.func.min(nights.c.started)).where(ended)
    return connection.execute(latest).scalar() or connection.execute(first).scalar()


def recent(connection: Connection, count: int, inbox: str | None = None) -> list[Night]:
    """The latest nights, the last one first; of every inbox where none is named."""
    query = sa.select(nights).order_by(nights.c.started.desc(), nights.c.night_id).limit(count)
    if inbox is not None:
        query = query.where(nights.c.inbox == inbox)
    return [_night(row) for row in connection.execute(query)]


def inboxes(connection: Connection) -> list[str]:
    """Every inbox that has had a night."""
    return list(connection.execute(sa.select(nights.c.inbox).distinct().order_by(nights.c.inbox)).scalars())


def totals(connection: Connection, inbox: str) -> dict[str, float]:
    """Counts and seconds over all nights of an inbox."""
    columns = [sa.func.coalesce(sa.func.sum(nights.c[name]), 0) for name in (*COUNTS, "seconds")]
    row = connection.execute(sa.select(*columns).where(nights.c.inbox == inbox)).one()
    return {name: float(value) for name, value in zip((*COUNTS, "seconds"), row, strict=True)}


def count_ends(connection: Connection, inbox: str) -> dict[tuple[str, str], int]:
    """How many nights of an inbox ended in each state, by (state, failure)."""
    query = sa.select(nights.c.state, nights.c.failure, sa.func.count()).where(nights.c.inbox == inbox)
    rows = connection.execute(query.group_by(nights.c.state, nights.c.failure)).tuples()
    return {(state, failure): count for state, failure, count in rows}


def _night(row: Row[Any]) -> Night:
    values = {name: getattr(row, name) for name in Night.__dataclass_fields__}
    return Night(**values | {"summary": json.loads(row.summary)})
