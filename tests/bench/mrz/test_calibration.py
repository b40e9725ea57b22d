from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.mrz.calibration import EDGES, reliability

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1)


def test_error_is_the_gap_between_stated_and_exact_weighed_by_lines() -> None:
    found = reliability([(0.75, True), (0.75, False), (0.95, True), (0.95, True)])
    assert found["expected_calibration_error"] == pytest.approx(0.5 * 0.25 + 0.5 * 0.05)
    assert [row["n"] for row in found["bins"]] == [2, 2]


def test_a_bin_takes_its_lower_edge_and_certainty_is_in_the_last() -> None:
    found = reliability([(0.9, True), (1.0, True), (0.0, False)])
    assert [(row["from"], row["to"]) for row in found["bins"]] == [(0.0, 0.2), (0.9, 0.95), (0.999, 1.0)]


@given(PAIRS)
def test_every_line_is_in_one_bin_and_the_error_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    found = reliability(pairs)
    assert sum(row["n"] for row in found["bins"]) == found["lines"] == len(pairs)
    assert 0 <= found["expected_calibration_error"] <= 1
    for row in found["bins"]:
        assert row["from"] <= row["stated"] + 1e-12
        assert row["stated"] <= row["to"] + 1e-12


@given(PAIRS)
def test_no_error_is_below_that_of_one_bin(pairs: list[tuple[float, bool]]) -> None:
    mean = sum(stated for stated, _ in pairs) / len(pairs)
    exact = sum(right for _, right in pairs) / len(pairs)
    assert reliability(pairs)["expected_calibration_error"] >= abs(mean - exact) - 1e-9


def test_nothing_stated_has_no_error() -> None:
    assert reliability([]) == {"lines": 0, "expected_calibration_error": None, "bins": []}


def test_edges_are_in_order_and_a_number_that_is_no_probability_is_refused() -> None:
    assert list(EDGES) == sorted(set(EDGES))
    with pytest.raises(ValueError, match="no probability"):
        reliability([(1.01, True)])
