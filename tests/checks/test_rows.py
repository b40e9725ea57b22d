from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal

import polars as pl
import pytest

from checks.declaration import NotApplicable
from checks.registry import ROW_CHECKS
from checks.rows import FLAGS, Cell, RowContext, RowOutcome, RowRule, Tables, flags, run_rows
from pipeline.types.findings import Hypothesis, OutcomeKind, Strength

PERMITS = pl.LazyFrame({"permit_number": ["WP-01-2024-100002", "WP-01-2024-100001"], "category": ["CARE WORK", None]})
DELIVERED = frozenset({"permits", "permits.permit_number"})


def ran(rule: RowRule, needs: tuple[str, ...] = (), declared: Strength = Strength.MODERATE) -> RowOutcome:
    check = replace(ROW_CHECKS[0], code="SEQ199", rule=rule, needs=needs, strength=declared)
    return run_rows(check, {"permits": PERMITS}, RowContext(dt.date(2026, 1, 1), None, DELIVERED))


def every_permit(strength: Strength | None = None, hypothesis: Hypothesis | None = None) -> RowRule:
    def rule(tables: Tables, context: RowContext) -> pl.LazyFrame:
        cell = Cell("permits", pl.col("permit_number"), "category", pl.col("category"))
        return flags(
            tables["permits"], cell, "category {}", pl.col("category"), cause="category", strength=strength,
            hypothesis=hypothesis, also=[Cell("employers", pl.lit(None, pl.String), "name", pl.lit("x"))],
        )  # fmt: skip

    return rule


def raising(error: BaseException) -> RowRule:
    def rule(tables: Tables, context: RowContext) -> pl.LazyFrame:
        raise error

    return rule


@pytest.mark.parametrize("error", [ValueError("MARTINEZ"), pl.exceptions.PanicException("MARTINEZ")])
def test_a_rule_that_breaks_ends_as_an_error_without_what_it_read(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = ran(raising(error))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.ERROR, type(error).__name__)
    assert outcome.flags.schema == FLAGS
    assert "MARTINEZ" not in caplog.text


def test_a_rule_that_breaks_while_its_plan_runs_ends_as_an_error() -> None:
    outcome = ran(lambda tables, _: tables["permits"].select(pl.col("category").str.to_date("%d").alias("nothing")))
    assert outcome.kind is OutcomeKind.ERROR


def test_a_plan_at_which_the_streaming_engine_panics_is_worked_out_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, asked = pl.LazyFrame.collect, []

    def collect(frame: pl.LazyFrame, *, engine: Literal["streaming", "in-memory"]) -> pl.DataFrame:
        asked.append(engine)
        if engine == "streaming":
            raise pl.exceptions.PanicException("assertion failed: i < self.len()")
        return honest(frame, engine=engine)

    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    outcome = ran(every_permit())
    assert outcome.kind is OutcomeKind.FLAG
    assert outcome.flags.height == 2
    assert asked[:2] == ["streaming", "in-memory"]


def test_the_user_can_still_stop_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        ran(raising(KeyboardInterrupt()))


def test_what_was_not_delivered_is_named() -> None:
    outcome = ran(every_permit(), needs=("permits.permit_number", "fees.paid_at", "blocks.last_number"))
    assert outcome.kind is OutcomeKind.NOT_APPLICABLE
    assert outcome.reason == "not in the register: blocks.last_number, fees.paid_at"


def test_a_rule_may_say_itself_why_it_does_not_apply() -> None:
    outcome = ran(raising(NotApplicable("no law of that state")))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.NOT_APPLICABLE, "no law of that state")


def test_flags_are_in_order_and_without_nulls_where_a_reader_needs_words() -> None:
    flagged = ran(every_permit()).flags
    assert flagged["key"].to_list() == ["WP-01-2024-100001", "WP-01-2024-100002"]
    assert flagged["permit_number"].to_list() == flagged["key"].to_list()
    assert flagged["message"].to_list() == ["category none", "category CARE WORK"]
    assert flagged["value"].to_list() == ["", "CARE WORK"]
    assert flagged["also"].to_list() == [[], []]


@pytest.mark.parametrize(
    ("given", "declared", "seen"),
    [
        (None, Strength.MODERATE, Strength.MODERATE),
        (Strength.WEAK, Strength.MODERATE, Strength.WEAK),
        (Strength.STRONG, Strength.MODERATE, Strength.MODERATE),
    ],
)
def test_no_finding_is_stronger_than_its_check_declares(
    given: Strength | None, declared: Strength, seen: Strength
) -> None:
    assert set(ran(every_permit(given), declared=declared).flags["strength"]) == {int(seen)}


def test_a_rule_may_name_another_hypothesis() -> None:
    assert set(ran(every_permit()).flags["hypothesis"]) == {str(ROW_CHECKS[0].hypothesis)}
    assert set(ran(every_permit(hypothesis=Hypothesis.CLERICAL)).flags["hypothesis"]) == {"clerical"}
