"""Judgements: appended, never edited; the database refuses anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.store.schema import judgements
from pipeline.types.findings import Judgement


def append_judgements(connection: Connection, given: Iterable[Judgement]) -> int:
    """Append those that are not there yet, word for word; returns how many were new."""
    new = [judgement for judgement in dict.fromkeys(given) if not _there(connection, judgement)]
    if new:
        connection.execute(sa.insert(judgements), [asdict(judgement) for judgement in new])
    return len(new)


def _there(connection: Connection, judgement: Judgement) -> bool:
    same = [judgements.c[name] == value for name, value in asdict(judgement).items()]
    return connection.execute(sa.select(sa.exists().where(*same))).scalar_one()
