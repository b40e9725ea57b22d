"""Checks for tests of the flow. Fake check (TST101).

The registry's own checks change; the flow must not care which there are.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from checks.base import Context, DocumentCheck, Found, Rule
from checks.rows import Cell, RowCheck, RowContext, RowRule, Tables, flags
from pipeline.types.facts import AnyKey, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_ISSUE_DATE, VIZ_SURNAME


def _named_altered(facts: Facts, context: Context) -> Iterator[Found]:
    surname = facts.get(VIZ_SURNAME)
    if surname.value == "BREAKS":
        raise RuntimeError("a rule with a fault")
    if surname.value.startswith("ALTERED"):
        yield Found("surname says so", (surname,))


def _named_issue(facts: Facts, context: Context) -> Iterator[Found]:
    issued = facts.get(VIZ_ISSUE_DATE)
    if issued.value.day == 13:
        yield Found("issued on a 13th", (issued,))


def _check(code: str, hypothesis: Hypothesis, need: AnyKey, rule: Rule, protection: bool = False) -> DocumentCheck:
    return DocumentCheck(
        code=code,
        name="fake",
        version=1,
        strength=Strength.STRONG,
        hypothesis=hypothesis,
        needs=(need,),
        innocent=("a test",),
        next_check="look",
        source="none",
        rule=rule,
        protection=protection,
    )


CHECKS = (
    _check("TST101", Hypothesis.ALTERED, VIZ_SURNAME, _named_altered),
    _check("TST102", Hypothesis.IRREGULAR_ISSUE, VIZ_ISSUE_DATE, _named_issue, protection=True),
)


def _void(tables: Tables, context: RowContext) -> pl.LazyFrame:
    void = tables["permits"].filter(pl.col("status") == "void")
    cell = Cell("permits", pl.col("permit_number"), "status", pl.col("status"))
    weak = pl.when(pl.col("office_id") == "02").then(int(Strength.WEAK))
    return flags(void, cell, "status {}", pl.col("status"), cause="status", strength=weak)


def _breaks(tables: Tables, context: RowContext) -> pl.LazyFrame:
    return tables["permits"].select("no such column")


def _row_check(code: str, rule: RowRule, *needs: str, protection: bool = False) -> RowCheck:
    return RowCheck(
        code=code,
        name="fake",
        version=1,
        strength=Strength.STRONG,
        hypothesis=Hypothesis.IRREGULAR_ISSUE,
        innocent=("a test",),
        next_check="look",
        source="none",
        rule=rule,
        protection=protection,
        subject="permits",
        needs=needs,
    )


ROW_CHECKS = (
    _row_check("TST201", _void, "permits.status"),
    _row_check("TST202", _breaks),
    _row_check("TST203", _void, "fees.paid_at"),
    _row_check("TST204", _void, protection=True),
)
