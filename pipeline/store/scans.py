"""What was read, kept by (sha256, reading version), so that the same bytes are never read twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline import READING_VERSION
from pipeline.store.codec import dumps, loads
from pipeline.store.database import upsert
from pipeline.store.schema import records, scans
from pipeline.store.tombstones import ERASED, statuses_before_erasure
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading, ReadingStatus

#: These say something about the moment, not about the bytes: the file is read again next time.
PASSING = frozenset(
    {ProblemKind.TIMEOUT, ProblemKind.ENGINE, ProblemKind.OURS, ProblemKind.PERMISSION, ProblemKind.VANISHED}
)


@dataclass(frozen=True, slots=True)
class KnownScan:
    """A scan of which a reading is kept.

    Attributes:
        reading_version: latest that read it.
        status: how that ended.
        problems: of the file as a whole.
        bundle: opaque id of the application it last came in with; None where no document was found in it.
        erased: whether what was read of it was erased when its time was over.
    """

    sha256: str
    reading_version: int
    status: ReadingStatus
    problems: tuple[Problem, ...]
    bundle: str | None
    erased: bool = False


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


def known_scans(connection: Connection, chunk: int = 200) -> Iterator[list[KnownScan]]:
    """Every scan of the store by its hash, some at a time, as its latest reading left it."""
    after = ""
    while True:
        hashes = sa.select(scans.c.sha256).where(scans.c.sha256 > after).distinct().order_by(scans.c.sha256)
        some = list(connection.execute(hashes.limit(chunk)).scalars())
        if not some:
            return
        query = sa.select(scans).where(scans.c.sha256.in_(some)).order_by(scans.c.sha256, scans.c.reading_version)
        latest = [list(rows)[-1] for _, rows in groupby(connection.execute(query), key=lambda row: row.sha256)]
        found = _bundles(connection, some)
        gone = statuses_before_erasure(connection, some)
        yield [_known(row, found.get((row.sha256, row.reading_version)), gone.get(row.sha256)) for row in latest]
        after = some[-1]


def keep_bundle(connection: Connection, record: DocumentRecord) -> None:
    """Note the application that a document stands in now, where it came in with another one before."""
    mine = (records.c.document_id == record.document_id) & (records.c.reading_version == READING_VERSION)
    query = sa.select(records.c.sha256, records.c.ordinal, records.c.record).where(mine)
    for sha256, ordinal, text in connection.execute(query).all():
        try:
            kept = loads(DocumentRecord, text)
        except ValueError:
            continue
        row = mine & (records.c.sha256 == sha256) & (records.c.ordinal == ordinal)
        moved = dumps(dataclasses.replace(kept, bundle=record.bundle))
        connection.execute(sa.update(records).where(row).values(record=moved))


def document_ids(connection: Connection, hashes: Sequence[str]) -> dict[str, list[str]]:
    """Document ids by the file they are in."""
    found: dict[str, list[str]] = {}
    wanted = records.c.sha256.in_(hashes) & (records.c.reading_version == READING_VERSION)
    query = sa.select(records.c.sha256, records.c.document_id).where(wanted).order_by(records.c.ordinal)
    for sha256, document_id in connection.execute(query):
        found.setdefault(sha256, []).append(document_id)
    return found


def documents_there(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those documents of which a reading is kept, by whatever version."""
    query = sa.select(records.c.document_id).where(records.c.document_id.in_(ids))
    return set(connection.execute(query).scalars())


def problems_from(text: str) -> tuple[Problem, ...]:
    """Problems as they are stored."""
    return loads(tuple[Problem, ...], text)


def _bundles(connection: Connection, hashes: Sequence[str]) -> dict[tuple[str, int], str]:
    """Bundle of each scan's documents, by hash and reading version."""
    query = (
        sa.select(records.c.sha256, records.c.reading_version, records.c.record)
        .where(records.c.sha256.in_(hashes))
        .order_by(records.c.ordinal.desc())
    )
    found: dict[tuple[str, int], str] = {}
    for sha256, version, text in connection.execute(query):
        try:
            found[sha256, version] = str(json.loads(text)["bundle"])
        except (ValueError, KeyError, TypeError):  # told when the document is judged
            found[sha256, version] = sha256[:20]
    return found


def _known(row: sa.Row[tuple[object, ...]], bundle: str | None, before_erasure: ReadingStatus | None) -> KnownScan:
    if before_erasure is not None and bundle is None:
        return KnownScan(row.sha256, row.reading_version, before_erasure, (ERASED,), None, erased=True)
    status: ReadingStatus = "unreadable"
    if bundle is not None:
        # One that failed for a passing reason was read as far as it was.
        status = "read" if row.status == "read" else "partial"
    return KnownScan(row.sha256, row.reading_version, status, problems_from(row.problems), bundle)


def _lost(document_id: str, part: int) -> DocumentRecord:
    problem = Problem(ProblemKind.OURS, "store", "the stored reading cannot be read back")
    return DocumentRecord(document_id, "", part, DocumentKind.UNKNOWN, None, None, (), (), (), (problem,))
