from __future__ import annotations

import json

import pytest

from checks.office import OfficeCheck
from checks.registry import OFFICE_CHECKS, ROW_CHECKS
from flows.cli import main
from tests.checks.cases import KINDS
from tests.checks.office_cases import OfficeCase, lists, load

CASES = [case for path in lists() for case in load(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}/{case.name}")
def test_the_case_ends_as_expected(case: OfficeCase) -> None:
    kind = next(kind for kind in KINDS if case.name.startswith(f"{kind}-"))
    assert case.expect["outcome"] == {"flag-benign": "flag"}.get(kind, kind)
    assert bool(case.expect["cause"]) == (kind == "flag-benign")
    assert not case.difference()


@pytest.mark.parametrize("check", OFFICE_CHECKS, ids=lambda check: check.code)
def test_an_indicator_counts_row_checks_that_there_are(check: OfficeCheck) -> None:
    assert set(check.counts) <= {row.code for row in ROW_CHECKS}
    assert check.exposure
    assert dict(check.thresholds)["minimum_events"] >= 3


def test_no_row_check_is_counted_twice() -> None:
    counted = [code for check in OFFICE_CHECKS for code in check.counts]
    assert len(counted) == len(set(counted))


def test_the_lists_and_pages_know_an_indicator(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--json"]) == 0
    listed = {one["code"]: one for one in json.loads(capsys.readouterr().out)}
    assert {listed[check.code]["kind"] for check in OFFICE_CHECKS} == {"office"}
    assert listed["OFF101"]["family"] == "OFF"
    assert main(["explain", "off114"]) == 0
    page = capsys.readouterr().out
    assert "| counts | DUP102, PRC104, REG123 |" in page
    assert "minimum_events = 3" in page
    assert "flag-benign-outage" in page
