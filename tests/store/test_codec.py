from __future__ import annotations

import pytest
from hypothesis import given

from pipeline.store.codec import dumps, loads
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentRecord
from pipeline.types.facts import Fact
from pipeline.types.findings import Case, Outcome
from pipeline.types.problems import Problem
from pipeline.types.runs import CheckTally, RunSummary
from tests.store import values


@given(values.records)
def test_a_record_comes_back_as_it_was(record: DocumentRecord) -> None:
    text = dumps(record)
    assert loads(DocumentRecord, text) == record
    assert text.isascii()
    assert "\x00" not in text


@given(values.outcomes)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert loads(Outcome, dumps(outcome)) == outcome


@given(values.cases)
def test_a_case_comes_back_as_it_was(case: Case) -> None:
    assert loads(Case, dumps(case)) == case


@given(values.problems, values.problems)
def test_a_bare_tuple_comes_back_as_it_was(one: Problem, other: Problem) -> None:
    assert loads(tuple[Problem, ...], dumps((one, other))) == (one, other)


def test_a_summary_comes_back_with_its_dictionaries() -> None:
    summary = RunSummary("r", "s", "f", {"overseal": "1"}, None, "2026-11-01", read=3, problems={"blurred": 2})
    summary.checks["MRZ101"] = CheckTally(clear=2, not_applicable={"not read: mrz.reading": 1})
    assert loads(RunSummary, dumps(summary)) == summary


def test_a_value_of_a_type_that_no_fact_holds_is_refused() -> None:
    fact = Fact("viz.surname", "x", object(), 0, Box(0, 0, 1, 1), 1.0, "test")
    with pytest.raises(TypeError, match="no stored form"):
        dumps(fact)


@pytest.mark.parametrize("text", ["{}", '{"document_id": 1, "nothing": 2}', "[1]", "null x"])
def test_what_was_not_written_by_us_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        loads(DocumentRecord, text)
