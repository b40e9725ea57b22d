from __future__ import annotations

import pytest

from flows.exit_codes import PRECEDENCE, exit_code, first_of
from flows.tally import Tally
from pipeline.cases import cases_of
from pipeline.errors import (
    ExitCode,
    MissingDependency,
    NothingToRead,
    OversealError,
    StoreError,
    UsageError,
)
from pipeline.types.findings import Hypothesis, Outcome, OutcomeKind, Strength
from pipeline.types.runs import RunSummary
from tests.test_cases import ALTERED, CAPTURE, CLERICAL, CODES, COUNTERFEIT, ISSUE, RECORD, finding, flag


def _summary(**counts: int) -> RunSummary:
    summary = RunSummary("r", "", "", {}, None, "2026-11-01")
    for name, count in counts.items():
        setattr(summary, name, count)
    return summary


def _tally(*outcomes: Outcome) -> Tally:
    tally = Tally()
    tally.add(cases_of(RECORD, outcomes, CODES), outcomes, CODES)
    return tally


def test_a_document_that_calls_itself_a_specimen_is_not_flagged() -> None:
    tally = _tally(flag(finding("specimen", "mrz.issuing_state")))
    assert exit_code(_summary(read=1), tally) == ExitCode.NOTHING_FLAGGED


@pytest.mark.parametrize("kind", [OutcomeKind.CLEAR, OutcomeKind.FLAG])
def test_the_question_of_issue_is_asked_where_a_check_of_it_could_be_made(kind: OutcomeKind) -> None:
    found = (finding("issue_date", hypothesis=CAPTURE),) if kind is OutcomeKind.FLAG else ()
    assert _tally(Outcome("TST103", 1, kind, found)).irregular_issue == 1
    assert _tally(Outcome("TST103", 1, OutcomeKind.NOT_APPLICABLE, reason="x")).irregular_issue == 0
    assert _tally(Outcome("TST101", 1, kind)).irregular_issue == 0


@pytest.mark.parametrize(
    ("hypothesis", "strength", "code"),
    [
        (ALTERED, Strength.WEAK, 11),
        (ALTERED, Strength.MODERATE, 12),
        (COUNTERFEIT, Strength.STRONG, 13),
        (ISSUE, Strength.VERY_STRONG, 13),
        (ISSUE, Strength.WEAK, 11),
        (CAPTURE, Strength.VERY_STRONG, 0),
        (CLERICAL, Strength.STRONG, 0),
    ],
)
def test_findings_that_are_not_innocent_count_by_their_strength(
    hypothesis: Hypothesis, strength: Strength, code: int
) -> None:
    tally = _tally(flag(finding("a", hypothesis=hypothesis, strength=strength)))
    assert exit_code(_summary(read=1), tally) == code


@pytest.mark.parametrize(
    ("summary", "code"),
    [
        (_summary(read=1), 0),
        (_summary(partial=1, unreadable=3), 0),
        (_summary(), 3),
        (_summary(unreadable=2), 5),
        (_summary(unreadable=2, duplicates=1), 5),
    ],
)
def test_what_was_readable_decides(summary: RunSummary, code: int) -> None:
    assert exit_code(summary, Tally()) == code


def test_a_check_that_breaks_is_our_fault_even_where_something_was_found() -> None:
    broken = Outcome("TST102", 1, OutcomeKind.ERROR, reason="KeyError")
    assert exit_code(_summary(read=1), _tally(flag(finding("a")), broken)) == ExitCode.OUR_FAULT


def test_a_file_that_we_failed_on_is_our_fault() -> None:
    summary = _summary(unreadable=1)
    summary.problems = {"internal-error": 1}
    assert exit_code(summary, Tally()) == ExitCode.OUR_FAULT


def test_every_code_has_its_place_once() -> None:
    assert sorted(PRECEDENCE) == sorted(ExitCode)
    assert list(map(int, PRECEDENCE[:7])) == [130, 1, 7, 4, 2, 3, 5]
    assert first_of({ExitCode.STRONG, ExitCode.STORE, ExitCode.USAGE}) is ExitCode.STORE


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OversealError("x"), 1),
        (UsageError("x"), 2),
        (NothingToRead("x"), 3),
        (MissingDependency("tesseract", "apt-get install tesseract-ocr"), 4),
        (StoreError("x"), 7),
    ],
)
def test_errors_have_their_codes(error: OversealError, code: int) -> None:
    assert int(error.exit_code) == code


def test_a_register_by_itself_needs_no_file() -> None:
    alone = RunSummary("r", "", "", {}, "hash", "2026-11-01")
    assert exit_code(alone, Tally()) == ExitCode.NOTHING_FLAGGED
    assert exit_code(alone, Tally(strongest=int(Strength.STRONG))) == ExitCode.STRONG
    assert exit_code(_summary(), Tally()) == ExitCode.NOTHING_TO_READ
