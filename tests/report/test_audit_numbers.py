"""Numbers as an audit prints them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.audit_numbers import chance, number, sure


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0.00"), (0.00002, "< 0.0001"), (0.00724, "0.0072"), (0.033, "0.033"), (0.5, "0.50"), (0.999, "1.00"),
        (8.0, "8.00"), (12.345, "12.35"), (101.4, "101"), (1853.92, "1,854"), (math.inf, "–"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_that_say_something(value: float, told: str) -> None:
    assert number(value) == told


@given(st.floats(1e-4, 1e6))
def test_what_is_printed_is_within_a_twentieth_of_the_number(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.05)


def test_no_probability_is_printed_as_certain() -> None:
    assert (chance(0.0), chance(0.0131), sure(1.0), sure(0.94), sure(0.5)) == (
        *("< 0.001", "0.013"),
        *("> 0.99", "0.94", "0.50"),
    )
