"""Runs and their cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.store.codec import dumps, loads
from pipeline.store.database import upsert
from pipeline.store.inputs import forget_inputs
from pipeline.store.schema import cases, runs
from pipeline.types.findings import Case
from pipeline.types.runs import RunSummary

RunState = Literal["running", "finished", "interrupted", "failed"]


def start_run(connection: Connection, run_id: str, started: str) -> None:
    """Note that a run began (ISO 8601 with offset).

    It is kept in UTC, so that runs stand in their order in the night in which the clock goes back as well.
    """
    moment = dt.datetime.fromisoformat(started).astimezone(dt.UTC).isoformat(timespec="seconds")
    connection.execute(sa.insert(runs).values(run_id=run_id, started=moment, state="running"))


def end_run(connection: Connection, run_id: str, state: RunState, summary: RunSummary | None = None) -> None:
    """Note how a run ended and drop the names of its files.

    A finished run's cases take the place of earlier ones of the same documents; a run that did not finish leaves none.
    """
    forget_inputs(connection, run_id)
    if state == "finished":
        mine = sa.select(cases.c.document_id).where(cases.c.run_id == run_id)
        others = sa.select(runs.c.run_id).where(runs.c.state != "running", runs.c.run_id != run_id)
        connection.execute(sa.delete(cases).where(cases.c.run_id.in_(others), cases.c.document_id.in_(mine)))
    else:
        connection.execute(sa.delete(cases).where(cases.c.run_id == run_id))
    text = None if summary is None else dumps(summary)
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(state=state, summary=text))


def running(connection: Connection) -> list[str]:
    """Ids of runs that have not ended, or could not say so."""
    return list(connection.execute(sa.select(runs.c.run_id).where(runs.c.state == "running")).scalars())


def has_finished(connection: Connection, run_id: str) -> bool:
    """Whether a run came to its end."""
    query = sa.select(runs.c.state).where(runs.c.run_id == run_id)
    return connection.execute(query).scalar() == "finished"


def save_cases(connection: Connection, run_id: str, position: int, document: Iterable[Case]) -> None:
    """Keep the cases of one document, which stands at `position` in the run."""
    rows = [
        {
            "run_id": run_id,
            "document_id": case.document_id,
            "folder": case.folder,
            "position": position,
            "case": dumps(case),
        }
        for case in document
    ]
    upsert(connection, cases, rows)


def cases_in_order(connection: Connection, run_id: str, folder: str, chunk: int = 100) -> Iterator[Case]:
    """A run's cases of one folder, in the order of the files, few at a time."""
    after = -1
    while True:
        query = (
            sa.select(cases.c.position, cases.c.case)
            .where(cases.c.run_id == run_id, cases.c.folder == folder, cases.c.position > after)
            .order_by(cases.c.position)
            .limit(chunk)
        )
        rows = connection.execute(query).all()
        if not rows:
            return
        for _, text in rows:
            yield loads(Case, text)
        after = rows[-1][0]


def cases_of_document(connection: Connection, document_id: str) -> list[Case]:
    """The latest cases of a document, of whichever run."""
    query = (
        sa.select(cases.c.case)
        .join(runs, runs.c.run_id == cases.c.run_id)
        .where(cases.c.document_id == document_id, runs.c.state == "finished")
        .order_by(runs.c.started.desc(), cases.c.folder)
    )
    return [loads(Case, text) for text in connection.execute(query).scalars()]
