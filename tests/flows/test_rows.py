"""The row checks of a run: counts out, findings on disk, told with a scan where one was matched, else apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.rows import RowRun, judge_rows, row_outcomes, row_questions, row_run, row_totals, unscanned
from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.settings import RegisterSettings, Settings
from pipeline.types.findings import OutcomeKind, Strength
from pipeline.types.runs import CheckTally
from tests.flows.fake_checks import ROW_CHECKS

PERMITS = "permit_number,office_id,status\nWP-1,01,issued\nWP-2,01,void\nWP-3,02,void\n"


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> RowRun:
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "permits.csv").write_text(PERMITS)
    law = load_policies()
    register = load_register(tmp_path / "register", tmp_path / "cache", RegisterSettings(state="UTO"), law)
    (tmp_path / "flags").mkdir()
    today = dt.date(2026, 11, 1)
    settings = Settings(home=tmp_path, register=RegisterSettings(state="UTO"))
    return row_run(register, None, settings, today, law, ROW_CHECKS, tmp_path / "flags", {"TST201": 0.5})


def test_only_counts_leave_a_check(run: RowRun) -> None:
    tallies = [judge_rows(run, index) for index in range(len(ROW_CHECKS))]
    assert tallies[0] == CheckTally(clear=1, flag=2)
    assert tallies[1] == CheckTally(error=1)
    assert tallies[2] == CheckTally(not_applicable={"not in the register: fees.paid_at": 3})
    assert run.strongest == int(Strength.STRONG)


def test_a_document_is_told_what_was_found_on_its_row_and_what_was_not_asked(run: RowRun) -> None:
    for index in range(len(ROW_CHECKS)):
        judge_rows(run, index)
    said = row_outcomes(run, {"WP-1", "WP-2"})
    assert [outcome.kind for outcome in said["WP-1"]] == [
        OutcomeKind.CLEAR,
        OutcomeKind.ERROR,
        OutcomeKind.NOT_APPLICABLE,
        OutcomeKind.CLEAR,
    ]
    (finding,) = said["WP-2"][0].findings
    assert (finding.code, finding.strength, finding.precision) == ("TST201", Strength.STRONG, 0.5)
    assert finding.evidence[0].value == "void"


def test_rows_without_a_scan_stand_apart_and_protection_by_itself(run: RowRun) -> None:
    for index in range(len(ROW_CHECKS)):
        judge_rows(run, index)
    row_outcomes(run, {"WP-2"})
    integrity = unscanned(run, protection=False)
    assert [one.code for one in integrity] == ["TST201", "TST204"]
    assert [one.code for one in unscanned(run, protection=True)] == ["TST204"]
    assert integrity[0].flags.collect()["permit_number"].to_list() == ["WP-3"]
    totals = row_totals(run)
    assert (totals.rows, totals.refused, totals.above_weak) == (3, 0, 1)


def test_what_could_not_be_asked_is_told_by_reason(run: RowRun) -> None:
    for index in range(len(ROW_CHECKS)):
        judge_rows(run, index)
    assert [item.reason for item in row_questions(run)] == [
        "internal error (TST202)",
        "not in the register: fees.paid_at (TST203)",
    ]


def test_an_earlier_delivery_stands_beside_and_changes_what_answers_hold_for(run: RowRun, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    law = load_policies()
    both = row_run(run.register, run.register, settings, dt.date(2026, 11, 1), law, ROW_CHECKS, tmp_path / "flags", {})
    assert both.tables["earlier.permits"].collect().height == 3
    assert both.context.has("earlier.permits", "earlier.permits.status")
    assert both.hash != run.hash
    assert both.context.law is None
