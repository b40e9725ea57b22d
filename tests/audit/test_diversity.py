"""Counterparts of one officer, against rarefaction."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.diversity import counterparts_of, rarefied
from tests.audit.made_up import office


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.data())
def test_rarefaction_is_the_mean_over_every_draw(counts: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, sum(counts)))
    permits = [party for party, count in enumerate(counts) for _ in range(count)]
    draws = [len({permits[at] for at in chosen}) for chosen in itertools.combinations(range(len(permits)), size)]
    assert rarefied(np.array(counts), size) == pytest.approx(sum(draws) / len(draws))


def test_an_officer_of_one_agency_has_few_and_one_who_takes_what_comes_has_not() -> None:
    groups = [{"officer_id": "OF-2", "agency_id": f"A-{at}", "permits": 20} for at in range(10)]
    groups += [{"officer_id": "OF-3", "agency_id": f"A-{at}", "permits": 2} for at in range(10)]
    exposure, _ = office([*groups, {"officer_id": "OF-1", "agency_id": "A-1", "permits": 20}])
    narrow = counterparts_of("OF-1", "01", exposure)
    assert narrow.observed == 1 and narrow.expected > 7 and narrow.chance < 0.01
    assert counterparts_of("OF-3", "01", exposure).chance > 0.5


def test_nobody_to_compare_with_is_no_sign() -> None:
    exposure, _ = office([{"officer_id": "OF-1", "agency_id": "A-1", "permits": 20}])
    assert counterparts_of("OF-1", "01", exposure).chance == 1.0
    assert counterparts_of("OF-2", "09", exposure).chance == 1.0


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="5 permits cannot be drawn of 3"):
        rarefied(np.array([1, 2]), 5)
