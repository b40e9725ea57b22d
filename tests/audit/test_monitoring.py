from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipeline.audit.exposure import permits
from pipeline.audit.monitoring import STANDING, _by_week, monitored
from pipeline.audit.pairs import table
from pipeline.audit.strata import cells, counted, totals
from tests.audit.registers import RATES, exposure, flags

_OF = exposure(8000, seed=11, offices=3, officers=6)
_FLAGS = flags(_OF, seed=11)
_ALPHAS = dict.fromkeys(RATES, 0.1)


def test_weeks_add_up_to_what_the_strata_give() -> None:
    masks = _FLAGS.filter(pl.col("code") == "OFF102").with_columns(code=pl.lit("OFF101"))
    coded = permits(_OF, _FLAGS, masks)
    made = table(coded, ("officer",), 20)
    assert made is not None
    split = cells(coded, made)
    masked = coded.masks["OFF101"]
    whole = totals(coded, np.setdiff1d(coded.flags["OFF101"], masked), masked)
    week = (coded.days.astype(np.int64) - int(coded.days.min())) // 7
    observed, expected = _by_week(coded, split, whole, week, int(week.max()) + 1)
    found = counted(split, whole)
    assert observed.sum(axis=1) == pytest.approx(found.observed)
    assert expected.sum(axis=1) == pytest.approx(found.expected)


def test_innocent_officers_stand_above_as_often_as_is_said() -> None:
    above, said = 0, 0.0
    for seed in range(6):
        of = exposure(6000, seed=100 + seed, offices=3, officers=6)
        found = monitored(of, flags(of, seed=seed, spread=0.1), None, _ALPHAS, minimum_events=0)
        above, said = above + found.standing.height, said + found.by_chance
    assert 0 < said < 15
    assert above <= said + 3 * np.sqrt(said) + 1


def test_an_officer_whose_flags_rose_at_the_end_stands_above_in_order_of_ids() -> None:
    late = _OF.filter(pl.col("officer_id").is_in(["OF-3", "OF-13"]), pl.col("issued_on") >= dt.date(2025, 10, 1))
    more = late.filter(pl.col("permit_number").str.slice(-1).is_in(list("02468"))).select(
        pl.lit("OFF101").alias("code"), "permit_number"
    )
    found = monitored(_OF, pl.concat([_FLAGS, more]).unique(), None, _ALPHAS)
    raised = found.standing.filter(pl.col("code") == "OFF101")
    assert raised["officer"].to_list() == ["OF-3", "OF-13"]
    assert raised["office"].to_list() == ["O-0", "O-2"]
    assert (raised["since"] >= dt.date(2025, 9, 29)).all() and (raised["last"] >= dt.date(2025, 12, 1)).all()
    assert (raised["observed"] > 5 * raised["expected"]).all() and (raised["chart"] > raised["limit"]).all()
    assert found.charts > 18 and found.standing.schema == STANDING


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (_OF.head(0), "no officer has 20 permits"),
        (_OF.drop("officer_id"), "no permit names an officer"),
        (_OF.with_columns(officer_id=pl.lit(None, pl.String)), "no permit names an officer"),
        (_OF.with_columns(issued_on=pl.lit(dt.date(2025, 5, 5))), "1 weeks of permits are fewer than 26"),
        (_OF.head(600), "no officer is to expect|fewer than 26"),
        (_OF.with_columns(officer_id=pl.lit("OF-1"), office_id=pl.lit("O-1")), "no officer is to expect 1 event"),
    ],
    ids=["empty", "no officer column", "officers unknown", "one day", "few permits", "one officer"],
)
def test_poor_registers_have_no_charts_and_say_why(of: pl.DataFrame, reason: str) -> None:
    known = _FLAGS.filter(pl.col("permit_number").is_in(of["permit_number"].implode()))
    found = monitored(of, known, None, _ALPHAS)
    assert not found.standing.height
    assert found.not_assessed
    assert all(any(part in why for part in reason.split("|")) for _, why in found.not_assessed), found.not_assessed


def test_no_flags_are_no_signal() -> None:
    assert not monitored(_OF, _FLAGS.head(0), None, _ALPHAS).standing.height
    assert not monitored(_OF, _FLAGS, None, {}).charts


def test_without_an_indicator_the_reason_is_stated() -> None:
    assert monitored(_OF, _FLAGS, None, {}).not_assessed == (("week by week", "no indicator can be judged"),)
