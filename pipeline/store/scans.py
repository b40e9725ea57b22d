"""What was read, kept by (sha256, reading version), so that the same bytes are never read twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline import READING_VERSION
from pipeline.store.codec import dumps, loads
from pipeline.store.database import upsert
from pipeline.store.schema import records, scans
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading

#: These say something about the moment, not about the bytes: the file is read again next time.
PASSING = frozenset(
    {ProblemKind.TIMEOUT, ProblemKind.ENGINE, ProblemKind.OURS, ProblemKind.PERMISSION, ProblemKind.VANISHED}
)


def lasting(reading: FileReading) -> bool:
    """Whether the same bytes would give the same reading next time."""
    problems = [*reading.problems, *(problem for record in reading.records for problem in record.problems)]
    return not any(problem.kind in PASSING for problem in problems)


def save_reading(connection: Connection, sha256: str, reading: FileReading, read_at: dt.datetime) -> None:
    """Keep a reading, in place of an earlier one of the same bytes by the same version; the first one's time stays."""
    mine = (records.c.sha256 == sha256) & (records.c.reading_version == READING_VERSION)
    connection.execute(sa.delete(records).where(mine))
    rows = [
        {
            "sha256": sha256,
            "reading_version": READING_VERSION,
            "ordinal": ordinal,
            "document_id": record.document_id,
            "record": dumps(record),
        }
        for ordinal, record in enumerate(reading.records)
    ]
    if rows:
        connection.execute(sa.insert(records), rows)
    scan = {
        "sha256": sha256,
        "reading_version": READING_VERSION,
        "status": reading.status if lasting(reading) else "passing",
        "problems": dumps(reading.problems),
        "read_at": read_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
    }
    upsert(connection, scans, [scan], keep=frozenset({"read_at"}))


def records_of(connection: Connection, sha256: str) -> Iterator[DocumentRecord]:
    """Documents of a file, in their order in it; none when it was not read by this version.

    A record that cannot be read back comes as one of which nothing is known but that the fault is ours.
    """
    mine = (records.c.sha256 == sha256) & (records.c.reading_version == READING_VERSION)
    query = sa.select(records.c.document_id, records.c.record).where(mine).order_by(records.c.ordinal)
    for part, (document_id, text) in enumerate(connection.execute(query)):
        try:
            yield loads(DocumentRecord, text)
        except ValueError:
            yield _lost(document_id, part)


def document_ids(connection: Connection, hashes: Sequence[str]) -> dict[str, list[str]]:
    """Document ids by the file they are in."""
    found: dict[str, list[str]] = {}
    wanted = records.c.sha256.in_(hashes) & (records.c.reading_version == READING_VERSION)
    query = sa.select(records.c.sha256, records.c.document_id).where(wanted).order_by(records.c.ordinal)
    for sha256, document_id in connection.execute(query):
        found.setdefault(sha256, []).append(document_id)
    return found


def problems_from(text: str) -> tuple[Problem, ...]:
    """Problems as they are stored."""
    return loads(tuple[Problem, ...], text)


def _lost(document_id: str, part: int) -> DocumentRecord:
    problem = Problem(ProblemKind.OURS, "store", "the stored reading cannot be read back")
    return DocumentRecord(document_id, "", part, DocumentKind.UNKNOWN, None, None, (), (), (), (problem,))
