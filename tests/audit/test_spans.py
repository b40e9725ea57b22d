from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.audit.exposure import permits
from pipeline.audit.pairs import table
from pipeline.audit.spans import Runs, inside, spans
from pipeline.audit.strata import cells, counted, totals
from tests.audit.registers import exposure, flags

_OF = exposure(4000, seed=8, offices=2, officers=4, days=500)
_CODED = permits(_OF, flags(_OF, seed=8))
_NOTHING = np.empty(0, dtype=np.int64)
_NUMBER = _CODED.months


def _month(day: str) -> pl.Expr:
    return pl.col(day).dt.year() * 12 + pl.col(day).dt.month()


@pytest.mark.parametrize("months", [3, 6])
def test_spans_hold_the_events_of_their_months(months: int) -> None:
    made = table(_CODED, ("officer", "agency"), 1)
    assert made is not None
    split = cells(_CODED, made)
    cut = spans(_CODED, split, months, smallest=3)
    assert cut is not None
    whole = totals(_CODED, _CODED.flags["OFF101"], _NOTHING)
    found = counted(split, whole)
    seen, due = cut.sums(found.entry_observed), cut.sums(found.entry_expected)
    hit = np.zeros(len(_CODED), dtype=bool)
    hit[whole.flagged] = True
    due_of = np.where(split.row >= 0, found.rate[split.row], 0.0)
    for span in range(0, len(cut), 17):
        mine = (made.unit == cut.unit[span]) & (split.row >= 0) & inside(cut, span, _NUMBER)
        assert cut.size[span] == mine.sum() >= 3
        assert seen[span] == (hit & mine).sum()
        assert due[span] == pytest.approx(due_of[mine].sum())
        assert mine[cut.example[span]]


def test_every_permit_lies_in_one_run_of_each_tiling_and_short_patterns_whole_in_one() -> None:
    made = table(_CODED, ("officer",), 1)
    assert made is not None
    cut = spans(_CODED, cells(_CODED, made), 6, smallest=1)
    assert cut is not None
    for tiling in (0, 1):
        assert cut.size[cut.tiling == tiling].sum() == len(_CODED)
    for first in range(int(_NUMBER.max()) - 3):
        months = np.arange(first, first + 4, dtype=np.int32)
        assert any(inside(cut, span, months).all() for span in range(len(cut)))


def test_others_are_the_rest_of_the_office_in_the_run() -> None:
    made = table(_CODED, ("officer", "agency"), 1)
    assert made is not None
    split = cells(_CODED, made)
    cut = spans(_CODED, split, 6, smallest=3)
    assert cut is not None
    found = counted(split, totals(_CODED, _CODED.flags["OFF101"], _NOTHING))
    others = cut.offices(found.entry_observed)[cut.office] - cut.sums(found.entry_observed)
    hit = np.zeros(len(_CODED), dtype=bool)
    hit[_CODED.flags["OFF101"]] = True
    office = _CODED.parties["office"].codes
    for span in range(0, len(cut), 23):
        there = (office == office[cut.example[span]]) & inside(cut, span, _NUMBER) & (split.row >= 0)
        assert others[span] == (hit & there & (made.unit != cut.unit[span])).sum()


def test_runs_are_found_by_unit_and_run() -> None:
    officers = table(_CODED, ("officer",), 1)
    pairs = table(_CODED, ("officer", "agency"), 1)
    assert officers is not None and pairs is not None
    of_officers = spans(_CODED, cells(_CODED, officers), 6, smallest=1)
    of_pairs = spans(_CODED, cells(_CODED, pairs), 6, smallest=3)
    assert of_officers is not None and of_pairs is not None
    nothing = np.zeros((1, len(of_officers)))
    runs = Runs.of(of_officers, len(officers), nothing.astype(np.int64), nothing, np.zeros(1))
    at = runs.at(of_pairs, officers.unit[of_pairs.example])
    assert (at >= 0).all()
    assert (of_officers.first[at] == of_pairs.first).all()
    assert (of_officers.unit[at] == officers.unit[of_pairs.example]).all()


def test_a_register_no_longer_than_a_run_is_not_cut() -> None:
    made = table(_CODED, ("officer",), 1)
    assert made is not None
    assert spans(_CODED, cells(_CODED, made), 60, smallest=1) is None
