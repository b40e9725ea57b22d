"""Legal holds: scans of which nothing is erased, whatever their age. Two persons place one and two lift it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.errors import UsageError
from pipeline.store.schema import legal_holds, records

_PERSON = re.compile(r"[A-Za-z0-9._-]{1,40}")
_REFERENCE = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_HASH = re.compile(r"[0-9a-f]{64}")


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
        UsageError: as for placing it, or if the scan is not held.
    """
    if sha256 not in held(connection, [sha256]):
        raise UsageError("there is no legal hold on that scan")
    _append(connection, sha256, "lifted", asked_by, agreed_by, reference, at)


def held(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those scans that are held."""
    last = sa.select(sa.func.max(legal_holds.c.number)).where(legal_holds.c.sha256.in_(hashes))
    latest = last.group_by(legal_holds.c.sha256)
    query = sa.select(legal_holds.c.sha256).where(legal_holds.c.number.in_(latest), legal_holds.c.act == "placed")
    return set(connection.execute(query).scalars())


def held_documents(connection: Connection) -> set[str]:
    """Ids of the documents in all scans that are held."""
    latest = sa.select(sa.func.max(legal_holds.c.number)).group_by(legal_holds.c.sha256)
    query = (
        sa.select(records.c.document_id)
        .join(legal_holds, legal_holds.c.sha256 == records.c.sha256)
        .where(legal_holds.c.number.in_(latest), legal_holds.c.act == "placed")
    )
    return set(connection.execute(query).scalars())


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
