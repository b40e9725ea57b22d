"""What each check said of each document, kept by everything the answer depends on; nothing stale is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.store.codec import dumps, loads
from pipeline.store.schema import outcomes
from pipeline.types.findings import Outcome, OutcomeKind


@dataclass(frozen=True, slots=True)
class Basis:
    """What outcomes of one document rest on beside its readings.

    Attributes:
        register_hash: "" without a register.
        as_of: the day they hold for, ISO 8601.
        context: hash over thresholds, linked documents, reading version and specimen run.
    """

    policy_hash: str
    register_hash: str
    as_of: str
    context: str


def known_outcomes(
    connection: Connection, document_id: str, basis: Basis, versions: Mapping[str, int]
) -> dict[str, Outcome]:
    """Outcomes by code that still hold: same basis, same version of the check.

    An error is ours and is not kept for an answer; a row that cannot be read back is none either: both are asked anew.
    """
    query = sa.select(outcomes.c.code, outcomes.c.check_version, outcomes.c.outcome).where(
        outcomes.c.document_id == document_id,
        outcomes.c.policy_hash == basis.policy_hash,
        outcomes.c.register_hash == basis.register_hash,
        outcomes.c.as_of == basis.as_of,
        outcomes.c.context == basis.context,
    )
    found = connection.execute(query)
    same = {code: _read_back(text) for code, version, text in found if versions.get(code) == version}
    return {code: outcome for code, outcome in same.items() if outcome and outcome.kind is not OutcomeKind.ERROR}


def day_of(connection: Connection, document_id: str) -> dt.date | None:
    """The day that a document's kept outcomes hold for; None where none are kept."""
    query = sa.select(sa.func.max(outcomes.c.as_of)).where(outcomes.c.document_id == document_id)
    return _day(connection.execute(query).scalar())


def latest_day(connection: Connection) -> dt.date | None:
    """The latest day that any kept outcome holds for."""
    return _day(connection.execute(sa.select(sa.func.max(outcomes.c.as_of))).scalar())


def rests_on_register(connection: Connection) -> bool:
    """Whether any kept outcome was given with a register at hand."""
    query = sa.select(outcomes.c.document_id).where(outcomes.c.register_hash != "").limit(1)
    return connection.execute(query).first() is not None


def forget_outcomes(connection: Connection, document_id: str) -> None:
    """Drop what is kept of a document."""
    connection.execute(sa.delete(outcomes).where(outcomes.c.document_id == document_id))


def save_outcomes(connection: Connection, document_id: str, basis: Basis, answers: Iterable[Outcome]) -> None:
    """Keep a document's outcomes, in place of all it had."""
    forget_outcomes(connection, document_id)
    rows = [
        {
            "document_id": document_id,
            "code": answer.code,
            "check_version": answer.version,
            "policy_hash": basis.policy_hash,
            "register_hash": basis.register_hash,
            "as_of": basis.as_of,
            "context": basis.context,
            "outcome": dumps(answer),
        }
        for answer in answers
    ]
    if rows:
        connection.execute(sa.insert(outcomes), rows)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _read_back(text: str) -> Outcome | None:
    try:
        return loads(Outcome, text)
    except ValueError:
        return None
