"""Audits that ended, and whom their leads were about, so that the next one can tell new leads from persisting ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.store.schema import audit_leads, audits, name_requests
from pipeline.types.leads import Lead

#: Bytes of a key's part; Postgres indexes no more than 2,700 in all, and a register's ids may be of any length.
_LONGEST = 400


def lead_key(lead: Lead) -> tuple[str, str]:
    """Office and parties of a lead as text; the same parties in another order are the same subject."""
    return _bounded(lead.office), _bounded(json.dumps(sorted(lead.subject), ensure_ascii=False))


def _bounded(text: str) -> str:
    """The text itself, or its beginning and its hash where it is too long for a key or holds what Postgres refuses."""
    data = text.encode(errors="replace")
    if len(data) <= _LONGEST and "\0" not in text:
        return text
    return f"{text[:60]} {hashlib.sha256(data).hexdigest()}".replace("\0", " ")


def last_audit(connection: Connection) -> tuple[str, frozenset[tuple[str, str]]] | None:
    """When the last audit ended (ISO 8601 with offset), and (office, subject) of its leads; None: there was none."""
    query = sa.select(audits.c.run_id, audits.c.finished).order_by(audits.c.finished.desc(), audits.c.run_id).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    known = sa.select(audit_leads.c.office, audit_leads.c.subject).where(audit_leads.c.run_id == row.run_id)
    return row.finished, frozenset((office, subject) for office, subject in connection.execute(known))


def save_audit(connection: Connection, run_id: str, finished: str, register_hash: str, leads: Iterable[Lead]) -> None:
    """Keep that an audit ended at that time (UTC, ISO 8601), and whom its leads were about."""
    connection.execute(sa.insert(audits).values(run_id=run_id, finished=finished, register_hash=register_hash))
    rows = {lead_key(lead): lead.code for lead in reversed(list(leads))}
    if rows:
        listed = [
            {"run_id": run_id, "office": office, "subject": subject, "code": code}
            for (office, subject), code in rows.items()
        ]
        connection.execute(sa.insert(audit_leads), listed)


def save_name_request(connection: Connection, run_id: str, asked_by: str, asked_at: str) -> None:
    """Keep who asked a run for printed names (an id), and when (UTC, ISO 8601)."""
    connection.execute(sa.insert(name_requests).values(run_id=run_id, asked_by=asked_by, asked_at=asked_at))
