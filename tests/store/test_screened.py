"""Of what was found on a screened document, what concerns its issue, and nothing else."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from pipeline.store.database import Store
from pipeline.store.outcomes import Basis, save_outcomes
from pipeline.store.scans import save_reading
from pipeline.store.schema import records
from pipeline.store.screened import Screened, on_issue, screened
from pipeline.types.boxes import Box
from pipeline.types.findings import (
    Evidence,
    Finding,
    Hypothesis,
    Outcome,
    OutcomeKind,
    PageEvidence,
    RowEvidence,
    Strength,
)
from pipeline.types.keys import VIZ_PERMIT_NUMBER
from tests.flows import fake_reader

_PAGE = PageEvidence("viz.permit_number", "WP 1", "WP 1", 0, Box(0.1, 0.1, 0.2, 0.2))
_ROW = RowEvidence("permits", "WP-1", "status", "void", "")


def finding(code: str, hypothesis: Hypothesis, *evidence: Evidence, protection: bool = False) -> Finding:
    return Finding(
        code, 1, f"title of {code}", "seen", Strength.STRONG, hypothesis, 1.0, evidence or (_PAGE,), ("a slip",),
        "look", "number", protection,
    )  # fmt: skip


def put(store: Store, number: str, *findings: Finding, delivery: str = "") -> str:
    facts = {"doc.kind": "work-permit", "viz.permit_number": number}
    data = json.dumps({"kind": "work-permit", "facts": facts}).encode()
    reading = fake_reader.reading(data, "b", lambda: None)
    assert reading.file_sha256 is not None
    document = reading.records[0].document_id
    by_code: dict[str, list[Finding]] = {}
    for one in findings:
        by_code.setdefault(one.code, []).append(one)
    with store.write() as connection:
        save_reading(connection, reading.file_sha256, reading, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
        answers = [Outcome(code, 1, OutcomeKind.FLAG, tuple(held)) for code, held in by_code.items()]
        save_outcomes(connection, document, Basis("p", delivery, "2026-11-01", "c"), answers)
    return document


def read(store: Store, register_hash: str = "h") -> list[Screened]:
    with store.read() as connection:
        return list(screened(connection, (VIZ_PERMIT_NUMBER,), register_hash))


@pytest.mark.parametrize(
    ("code", "hypothesis", "protection", "expected"),
    [
        ("XZN101", Hypothesis.IRREGULAR_ISSUE, False, True),
        ("LNK101", Hypothesis.CLERICAL, False, True),
        ("REG104", Hypothesis.CAPTURE, False, True),
        ("LNK101", Hypothesis.ALTERED, False, False),
        ("REG101", Hypothesis.COUNTERFEIT, False, False),
        ("MRZ101", Hypothesis.CLERICAL, False, False),
        ("LNK107", Hypothesis.IRREGULAR_ISSUE, True, False),
    ],
)
def test_what_concerns_the_issue(code: str, hypothesis: Hypothesis, protection: bool, expected: bool) -> None:
    assert on_issue(finding(code, hypothesis, protection=protection)) is expected


def test_documents_come_with_their_findings_on_the_issue_alone(store: Store) -> None:
    issue, forged = finding("LNK101", Hypothesis.IRREGULAR_ISSUE), finding("MRZ101", Hypothesis.ALTERED)
    document, plain = put(store, "WP-1", issue, forged), put(store, "WP-2")
    found = {one.document_id: one.findings for one in read(store)}
    assert found == {document: (issue,), plain: ()}
    assert [[fact.key for fact in one.facts] for one in read(store)] == [["viz.permit_number"]] * 2


def test_a_finding_on_rows_holds_for_the_delivery_it_was_made_on(store: Store) -> None:
    on_row = finding("REG107", Hypothesis.IRREGULAR_ISSUE, _PAGE, _ROW)
    put(store, "WP-1", on_row, finding("LNK101", Hypothesis.IRREGULAR_ISSUE), delivery="h earlier")
    assert [one.code for one in read(store, "h")[0].findings] == ["LNK101", "REG107"]
    assert [one.code for one in read(store, "other")[0].findings] == ["LNK101"]


def test_all_of_many_come_once_and_what_cannot_be_read_back_is_passed_over(store: Store) -> None:
    documents = [put(store, f"WP-{at}") for at in range(450)]
    with store.write() as connection:
        connection.execute(sa.update(records).where(records.c.document_id == documents[0]).values(record="{}"))
    assert sorted(one.document_id for one in read(store)) == sorted(documents[1:])
