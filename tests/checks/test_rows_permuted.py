"""Nationality, sex and birthplace are never evidence in the register either: permuting them changes no row check."""

from __future__ import annotations

import polars as pl
import pytest

from checks.rows import RowOutcome, Tables, run_rows
from tests.checks.row_cases import RowCase, lists, load
from tests.checks.test_permuted import BANS as DOCUMENT_BANS
from tests.checks.test_permuted import nationality, place, sex
from tests.checks.test_row_cases import checked

#: Compares a category with a law that bars it to holders of a nationality, and so asks which one it is.
BANS = DOCUMENT_BANS | {"PRC117"}
CASES = [case for path in lists() for case in load(path) if case.code not in BANS]
PERMUTED = {"nationality": nationality(57), "sex": sex, "birth_place": place}
#: The text of a finding, which may quote what a row says of its holder.
SPOKEN = ("value", "expected", "message", "also")


def permuted(tables: Tables) -> Tables:
    def column(name: str) -> pl.Expr:
        permute = PERMUTED[name]
        return pl.col(name).map_elements(permute, return_dtype=pl.String)

    def table(frame: pl.LazyFrame) -> pl.LazyFrame:
        names = frame.collect_schema().names()
        return frame.with_columns(column(name) for name in PERMUTED if name in names)

    return {name: table(frame) for name, frame in tables.items()}


def shape(outcome: RowOutcome) -> object:
    told = outcome.flags.drop(SPOKEN)
    return (outcome.kind, outcome.reason, told.sort(pl.all()).rows())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}/{case.name}")
def test_permuting_who_the_holders_are_changes_no_finding(case: RowCase) -> None:
    check = checked(case.code)
    before = run_rows(check, case.tables, case.context)
    after = run_rows(check, permuted(case.tables), case.context)
    assert shape(after) == shape(before)


def test_the_permutation_reaches_the_tables() -> None:
    tables = {"permits": pl.LazyFrame({"nationality": ["UTO", None], "sex": ["F", "M"]})}
    changed = permuted(tables)["permits"].collect()
    assert changed["sex"].to_list() == ["M", "F"]
    assert changed["nationality"].to_list() != ["UTO", None]
    assert changed["nationality"][1] is None
