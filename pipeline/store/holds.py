"""Legal holds: scans of which nothing is erased, whatever their age. Two persons place one and two lift it.

A hold is one of a scan for one reference: what two proceedings need stays until both have lifted theirs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.errors import UsageError
from pipeline.store.schema import legal_holds, records

_PERSON = re.compile(r"[A-Za-z0-9._-]{1,40}")
_REFERENCE = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force, as it was placed last.

    Attributes:
        documents: ids of the documents in the scan, as far as it was read.
        asked_by: id of a person; `agreed_by`, of another one.
        at: UTC, ISO 8601.
    """

    sha256: str
    reference: str
    asked_by: str
    agreed_by: str
    at: str
    documents: tuple[str, ...]


def place_hold(
    connection: Connection, sha256: str, asked_by: str, agreed_by: str, reference: str, at: dt.datetime
) -> None:
    """Keep a scan until the hold is lifted; a hold on a scan that has not come in yet holds from the start.

    Args:
        connection: to the store, writing.
        sha256: of the scan.
        asked_by: opaque id of a person.
        agreed_by: that of another one.
        reference: file number of the proceedings, no name.
        at: when.

    Raises:
        UsageError: if it is one person, or an id, a hash or the reference has not its form.
    """
    _append(connection, sha256, "placed", asked_by, agreed_by, reference, at)


def lift_hold(
    connection: Connection, sha256: str, asked_by: str, agreed_by: str, reference: str, at: dt.datetime
) -> None:
    """End a hold, with the arguments of `place_hold`.

    Raises:
        UsageError: as for placing it, or if the scan is not held for that reference.
    """
    placed = _in_force().where(legal_holds.c.sha256 == sha256, legal_holds.c.reference == reference)
    if connection.execute(placed).first() is None:
        raise UsageError("there is no legal hold on that scan for that reference: overseal hold list")
    _append(connection, sha256, "lifted", asked_by, agreed_by, reference, at)


def held(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those scans that are held."""
    query = _in_force().where(legal_holds.c.sha256.in_(hashes))
    return {row.sha256 for row in connection.execute(query)}


def held_documents(connection: Connection) -> set[str]:
    """Ids of the documents in all scans that are held."""
    scans = sa.select(_in_force().subquery().c.sha256)
    return set(connection.execute(sa.select(records.c.document_id).where(records.c.sha256.in_(scans))).scalars())


def holds(connection: Connection) -> list[Hold]:
    """Every hold in force, the oldest first."""
    found = []
    for row in connection.execute(_in_force().order_by(legal_holds.c.number)):
        documents = sa.select(records.c.document_id).where(records.c.sha256 == row.sha256).distinct()
        ids = tuple(sorted(connection.execute(documents).scalars()))
        found.append(Hold(row.sha256, row.reference, row.asked_by, row.agreed_by, row.at, ids))
    return found


def scans_with(connection: Connection, document_id: str) -> list[str]:
    """Hashes of the scans that a document is in; none where it is not known, or its facts were erased."""
    query = sa.select(records.c.sha256).where(records.c.document_id == document_id).distinct()
    return sorted(connection.execute(query).scalars())


def _in_force() -> sa.Select[tuple[object, ...]]:
    """Rows of holds that were placed and not lifted since."""
    last = sa.select(sa.func.max(legal_holds.c.number)).group_by(legal_holds.c.sha256, legal_holds.c.reference)
    return sa.select(legal_holds).where(legal_holds.c.number.in_(last), legal_holds.c.act == "placed")


def _append(
    connection: Connection,
    sha256: str,
    act: Literal["placed", "lifted"],
    asked_by: str,
    agreed_by: str,
    reference: str,
    at: dt.datetime,
) -> None:
    if not (_PERSON.fullmatch(asked_by) and _PERSON.fullmatch(agreed_by)):
        raise UsageError("a legal hold names two persons by their ids: letters, digits, dot, hyphen and underscore")
    if asked_by.casefold() == agreed_by.casefold():
        raise UsageError("a legal hold is placed and lifted by two persons; one was named twice")
    if not _REFERENCE.fullmatch(reference) or not _HASH.fullmatch(sha256):
        raise UsageError("a legal hold needs the SHA-256 of a scan, and a reference of at most 80 characters")
    connection.execute(
        sa.insert(legal_holds).values(
            sha256=sha256,
            act=act,
            asked_by=asked_by,
            agreed_by=agreed_by,
            reference=reference,
            at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        )
    )
