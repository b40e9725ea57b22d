"""The files of one run: names in, opaque ordinals out. The names are dropped when the run ends."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import Connection, Row
from sqlalchemy.orm import aliased

from pipeline import READING_VERSION
from pipeline.store.codec import dumps
from pipeline.store.scans import problems_from
from pipeline.store.schema import inputs, scans, tombstones
from pipeline.store.tombstones import ERASED
from pipeline.types.problems import Problem
from pipeline.types.readings import ReadingStatus


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a run.

    Attributes:
        ordinal: 0-based, in the order of discovery.
        label: its name as people know it, for names.csv and `read` only.
        bundle: opaque id of the application it belongs to.
        sha256: None when its bytes could not be had.
        duplicate_of: ordinal of the first file of the run with the same bytes.
        status: None while it is to be read.
        problems: of the file as a whole.
    """

    ordinal: int
    path: Path
    label: str
    bundle: str
    sha256: str | None = None
    duplicate_of: int | None = None
    status: ReadingStatus | None = None
    problems: tuple[Problem, ...] = ()


def file_id(file: Input) -> str:
    """Opaque id of a file in which no document was found; the same bytes, or the same place, give the same id."""
    if file.sha256 is None and file.path == Path():
        return f"file-{file.ordinal:08d}"
    return id_of_bytes(file.sha256 or hashlib.sha256(os.fsencode(file.path)).hexdigest())


def id_of_bytes(sha256: str) -> str:
    """As `file_id`, for a file of which the bytes were had."""
    return f"file-{sha256[:20]}"


def add_inputs(connection: Connection, run_id: str, files: Iterable[Input]) -> None:
    """Note files of a run."""
    rows = [
        {
            "run_id": run_id,
            "ordinal": file.ordinal,
            "path": os.fsencode(file.path),
            "label": os.fsencode(file.label),
            "bundle": file.bundle,
            "sha256": file.sha256,
            "duplicate_of": file.duplicate_of,
            "status": file.status,
            "problems": dumps(file.problems),
        }
        for file in files
    ]
    if rows:
        connection.execute(sa.insert(inputs), rows)


def mark_known(connection: Connection, run_id: str) -> None:
    """Mark duplicates within the run, and files whose bytes this reading version has read before.

    What was erased when its time was over is known whatever the version: it is not read again because of that.
    """
    # Grouped once: a look-up for each row takes a time that grows with the square of the files.
    others = aliased(inputs)
    first = (
        sa.select(others.c.sha256, sa.func.min(others.c.ordinal).label("ordinal"))
        .where(others.c.run_id == run_id, others.c.sha256.is_not(None))
        .group_by(others.c.sha256)
        .having(sa.func.count() > 1)
        .subquery()
    )
    mine = inputs.c.run_id == run_id
    later = (inputs.c.sha256 == first.c.sha256) & (inputs.c.ordinal > first.c.ordinal)
    connection.execute(sa.update(inputs).where(mine, later).values(duplicate_of=first.c.ordinal))
    unknown = (mine, inputs.c.duplicate_of.is_(None), inputs.c.status.is_(None))
    gone = (tombstones.c.sha256 == inputs.c.sha256) & (tombstones.c.what == "facts")
    ended = sa.select(tombstones.c.status).where(gone).scalar_subquery()
    connection.execute(
        sa.update(inputs).where(*unknown, sa.exists().where(gone)).values(status=ended, problems=dumps((ERASED,)))
    )
    known = (scans.c.sha256 == inputs.c.sha256) & (scans.c.reading_version == READING_VERSION)
    lasts = known & (scans.c.status != "passing")
    connection.execute(
        sa.update(inputs)
        .where(*unknown, sa.exists().where(lasts))
        .values(
            status=sa.select(scans.c.status).where(known).scalar_subquery(),
            problems=sa.select(scans.c.problems).where(known).scalar_subquery(),
        )
    )


def unread_ordinals(connection: Connection, run_id: str) -> list[int]:
    """Ordinals still to be read, ascending."""
    query = (
        sa.select(inputs.c.ordinal)
        .where(inputs.c.run_id == run_id, inputs.c.status.is_(None), inputs.c.duplicate_of.is_(None))
        .order_by(inputs.c.ordinal)
    )
    return list(connection.execute(query).scalars())


def unread(connection: Connection, run_id: str, first: int, last: int) -> list[Input]:
    """Files still to be read between two ordinals, both included."""
    query = (
        sa.select(inputs)
        .where(inputs.c.run_id == run_id, inputs.c.ordinal.between(first, last))
        .where(inputs.c.status.is_(None), inputs.c.duplicate_of.is_(None))
        .order_by(inputs.c.ordinal)
    )
    return [_input(row) for row in connection.execute(query)]


def close_input(
    connection: Connection,
    run_id: str,
    ordinal: int,
    sha256: str | None,
    status: ReadingStatus,
    problems: tuple[Problem, ...],
) -> None:
    """Note how reading a file ended."""
    connection.execute(
        sa.update(inputs)
        .where(inputs.c.run_id == run_id, inputs.c.ordinal == ordinal)
        .values(sha256=sha256, status=status, problems=dumps(problems))
    )


def bundle_heads(connection: Connection, run_id: str) -> list[int]:
    """The lowest ordinal of each bundle, ascending: a bundle's opaque number within the run."""
    head = sa.func.min(inputs.c.ordinal)
    query = sa.select(head).where(inputs.c.run_id == run_id).group_by(inputs.c.bundle).order_by(head)
    return list(connection.execute(query).scalars())


def bundles(connection: Connection, run_id: str, first: int, last: int) -> Iterator[list[Input]]:
    """The files of each bundle whose head lies between two ordinals, both included."""
    head = sa.func.min(inputs.c.ordinal)
    heads = (
        sa.select(inputs.c.bundle)
        .where(inputs.c.run_id == run_id)
        .group_by(inputs.c.bundle)
        .having(head.between(first, last))
        .order_by(head)
    )
    for name in connection.execute(heads).scalars().all():
        query = sa.select(inputs).where(inputs.c.run_id == run_id, inputs.c.bundle == name).order_by(inputs.c.ordinal)
        yield [_input(row) for row in connection.execute(query)]


def all_inputs(connection: Connection, run_id: str, chunk: int = 500) -> Iterator[list[Input]]:
    """Every file of a run, in order, some at a time."""
    after = -1
    while True:
        query = (
            sa.select(inputs)
            .where(inputs.c.run_id == run_id, inputs.c.ordinal > after)
            .order_by(inputs.c.ordinal)
            .limit(chunk)
        )
        found = [_input(row) for row in connection.execute(query)]
        if not found:
            return
        yield found
        after = found[-1].ordinal


def originals(connection: Connection, run_id: str, ordinals: Iterable[int]) -> dict[int, Input]:
    """Files of a run by their ordinals."""
    query = sa.select(inputs).where(inputs.c.run_id == run_id, inputs.c.ordinal.in_(list(ordinals)))
    return {file.ordinal: file for file in map(_input, connection.execute(query))}


def forget_inputs(connection: Connection, run_id: str) -> None:
    """Drop the names of a run's files."""
    connection.execute(sa.delete(inputs).where(inputs.c.run_id == run_id))


def _input(row: Row[tuple[object, ...]]) -> Input:
    return Input(
        ordinal=row.ordinal,
        path=Path(os.fsdecode(row.path)),
        label=os.fsdecode(row.label),
        bundle=row.bundle,
        sha256=row.sha256,
        duplicate_of=row.duplicate_of,
        status=cast("ReadingStatus | None", row.status),
        problems=problems_from(row.problems),
    )
