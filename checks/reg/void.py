"""A number recorded void: what is shown of the record, and the day of issue that it is held against."""

from __future__ import annotations

import datetime as dt

from checks.reg.matched import cells, day, printed_issue
from pipeline.types.facts import Facts
from pipeline.types.findings import RowEvidence
from pipeline.types.register import RegisterMatch, RegisterRow

#: Reasons of a void record by which the blank was out of the office's hands.
MISSING = ("lost", "stolen")


def void_evidence(match: RegisterMatch, void: RegisterRow) -> tuple[RowEvidence, ...]:
    """The void record, and what the permit's own row says beside it."""
    return (
        *cells(void, "reason", "recorded_at", "witness_1", "witness_2"),
        *cells(match.row, "status", "issued_at"),
    )


def recorded_after_issue(facts: Facts, match: RegisterMatch, void: RegisterRow) -> bool:
    """Whether the number was recorded void after the day of issue: the register's, else the printed one."""
    recorded, issued = day(void.cell("recorded_at")), _issue(facts, match)
    return recorded is not None and issued is not None and recorded > issued


def _issue(facts: Facts, match: RegisterMatch) -> dt.date | None:
    printed = printed_issue(facts)
    registered = day(match.row.cell("issued_at")) if match.row is not None else None
    return registered or (printed.latest if printed is not None else None)
