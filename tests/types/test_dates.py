from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types.dates import PartialDate


@given(st.dates(), st.sampled_from(["", "day", "month", "both"]))
def test_iso_form_reads_back(date: dt.date, unknown: str) -> None:
    month = None if unknown in {"month", "both"} else date.month
    day = None if unknown in {"day", "both"} else (min(date.day, 28) if month is None else date.day)
    partial = PartialDate(date.year, month, day)
    assert PartialDate.from_iso(partial.iso()) == partial


@given(st.dates())
def test_a_known_date_is_its_own_first_and_last_day(date: dt.date) -> None:
    partial = PartialDate.of(date)
    assert partial.full == partial.earliest == partial.latest == date


@given(st.dates())
def test_an_unknown_day_spans_the_month_and_agrees_with_every_day_of_it(date: dt.date) -> None:
    partial = PartialDate(date.year, date.month, None)
    assert partial.earliest is not None
    assert partial.latest is not None
    assert partial.earliest <= date <= partial.latest
    assert partial.agrees_with(PartialDate.of(date))
    assert partial.full is None


@pytest.mark.parametrize("parts", [(2023, 2, 29), (2024, 13, 1), (2024, 4, 31), (0, 1, 1), (2024, None, 32)])
def test_dates_no_calendar_has_are_refused(parts: tuple[int, int | None, int]) -> None:
    with pytest.raises(ValueError, match="no such"):
        PartialDate(*parts)


def test_29_february_of_an_unknown_year_can_be() -> None:
    assert PartialDate(None, 2, 29).iso() == "XXXX-02-29"


@pytest.mark.parametrize("text", ["2024-1-1", "24-01-01", "2024/01/01", "", "2024-01"])
def test_other_forms_are_not_iso(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO"):
        PartialDate.from_iso(text)
