from __future__ import annotations

import pytest

from checks.office import OfficeCheck
from checks.registry import OFFICE_CHECKS, ROW_CHECKS
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
