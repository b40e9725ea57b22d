from __future__ import annotations

from collections.abc import Iterator

import pytest

from checks.registry import ROW_CHECKS, by_code
from checks.rows import RowCheck, RowContext, run_rows
from pipeline.reference.register_tables import FILES
from pipeline.types.findings import OutcomeKind
from tests.checks.cases import KINDS
from tests.checks.row_cases import RowCase, lists, load

CASES = [case for path in lists() for case in load(path)]


def checked(code: str) -> RowCheck:
    check = by_code(code)
    assert isinstance(check, RowCheck)
    return check


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}/{case.name}")
def test_the_case_ends_as_expected(case: RowCase) -> None:
    kind = next(kind for kind in KINDS if case.name.startswith(f"{kind}-"))
    assert case.expect["outcome"] == {"flag-benign": "flag"}.get(kind, kind)
    check = checked(case.code)
    outcome = run_rows(check, case.tables, case.context)
    if outcome.kind is OutcomeKind.ERROR:
        check.rule(case.tables, case.context).collect()  # to see where it breaks
    assert not case.difference(outcome)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}/{case.name}")
def test_every_finding_points_at_cells_that_are_there(case: RowCase) -> None:
    for flag in run_rows(checked(case.code), case.tables, case.context).flags.iter_rows(named=True):
        for cell in (flag, *flag["also"]):
            name = cell["table"].removeprefix("earlier.")
            key = FILES[name].key or "row"
            rows = case.tables[cell["table"]].collect()
            assert cell["key"] in [str(one) for one in rows[key]]
            assert cell["column"] in rows.columns


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}/{case.name}")
def test_flags_are_complete(case: RowCase) -> None:
    flags = run_rows(checked(case.code), case.tables, case.context).flags
    for column in ("table", "key", "column", "value", "expected", "cause", "message", "strength", "hypothesis"):
        assert flags[column].null_count() == 0, column


@pytest.mark.parametrize("check", ROW_CHECKS, ids=lambda check: check.code)
def test_what_a_check_needs_is_in_the_register(check: RowCheck) -> None:
    known = {f"{name}.{column.name}" for name, table in FILES.items() for column in table.columns}
    known |= {f"earlier.{name}" for name in known} | {"calendar.office_id", "calendar.open"}
    assert set(check.needs) <= known
    assert check.subject in FILES


@pytest.mark.parametrize("check", ROW_CHECKS, ids=lambda check: check.code)
def test_a_check_declares_every_threshold_it_asks_for(check: RowCheck) -> None:
    asked: set[tuple[str, str, float]] = set()

    class Asked(RowContext):
        def threshold(self, code: str, name: str, default: float) -> float:
            asked.add((code, name, default))
            return super().threshold(code, name, default)

    for case in CASES:
        if case.code == check.code:
            told = case.context
            run_rows(check, case.tables, Asked(told.today, told.law, told.delivered, told.thresholds))
    assert asked == {(check.code, name, default) for name, default in check.thresholds}


def test_every_case_belongs_to_a_check() -> None:
    def codes() -> Iterator[str]:
        yield from (path.parent.name for path in lists())

    assert set(codes()) <= {check.code for check in ROW_CHECKS}
