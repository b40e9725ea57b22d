"""Documents that were screened, each with the findings on how it was issued.

What speaks of a forged or altered document is left out: it does not concern the office. So are signs that a holder may
be a victim: they never add to what is held against anybody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline import READING_VERSION
from pipeline.store.codec import loads
from pipeline.store.schema import outcomes, records
from pipeline.types.facts import AnyFact, AnyKey, Facts
from pipeline.types.findings import Finding, Hypothesis, Outcome, OutcomeKind, RowEvidence

#: Families whose findings are about a permit's issue, its holder and its row, whatever explains them.
_OF_ISSUE = ("LNK", "REG")
#: Questions of the document, not of the office.
_OF_DOCUMENT = (Hypothesis.ALTERED, Hypothesis.COUNTERFEIT)
#: Documents asked for at a time.
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Screened:
    """A document; `facts` are those that were asked for, `findings` those on its issue."""

    document_id: str
    facts: Facts
    findings: tuple[Finding, ...]


def screened(connection: Connection, keys: Collection[AnyKey], register_hash: str) -> Iterator[Screened]:
    """Every document of the store, by id, few at a time; one that cannot be read back is passed over.

    Args:
        connection: to the store.
        keys: of the facts that are asked for; the others stay where they are, since a page has hundreds.
        register_hash: of the delivery that is audited: a finding on rows of another one is left out.
    """
    after, names = "", frozenset(key.name for key in keys)
    while True:
        query = (
            sa.select(records.c.document_id, sa.func.min(records.c.record))
            .where(records.c.reading_version == READING_VERSION, records.c.document_id > after)
            .group_by(records.c.document_id)
            .order_by(records.c.document_id)
            .limit(_CHUNK)
        )
        rows = connection.execute(query).all()
        if not rows:
            return
        found = _findings(connection, [document_id for document_id, _ in rows], register_hash)
        for document_id, text in rows:
            try:
                facts = _facts(text, names)
            except (ValueError, KeyError, TypeError):
                continue
            yield Screened(document_id, facts, tuple(found.get(document_id, ())))
        after = rows[-1][0]


def _facts(record: str, names: Collection[str]) -> Facts:
    asked = [fact for fact in json.loads(record)["facts"] if fact["key"] in names]
    return Facts(loads(tuple[AnyFact, ...], json.dumps(asked)))


def _findings(connection: Connection, ids: list[str], register_hash: str) -> dict[str, list[Finding]]:
    query = (
        sa.select(outcomes.c.document_id, outcomes.c.register_hash, outcomes.c.outcome)
        # Only flags have findings, and most outcomes are none.
        .where(outcomes.c.document_id.in_(ids), outcomes.c.outcome.like(f'%"kind":"{OutcomeKind.FLAG}"%'))
        .order_by(outcomes.c.document_id, outcomes.c.code)
    )
    found: dict[str, list[Finding]] = {}
    for document_id, delivery, text in connection.execute(query):
        try:
            findings = loads(Outcome, text).findings
        except ValueError:
            continue
        # Screened with an earlier delivery beside it, the hash names both, the register itself first.
        same = delivery.partition(" ")[0] == register_hash
        found.setdefault(document_id, []).extend(
            one for one in findings if on_issue(one) and (same or not _on_rows(one))
        )
    return found


def on_issue(finding: Finding) -> bool:
    """Whether a finding is about how the document was issued, and no sign that its holder may be a victim."""
    if finding.protection or finding.hypothesis in _OF_DOCUMENT:
        return False
    return finding.hypothesis is Hypothesis.IRREGULAR_ISSUE or finding.code.startswith(_OF_ISSUE)


def _on_rows(finding: Finding) -> bool:
    return any(isinstance(item, RowEvidence) for item in finding.evidence)
