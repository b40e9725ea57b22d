from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.base import NotApplicable
from checks.dates import (
    MISREAD,
    SWAPPED,
    anniversary,
    dates_read,
    misread,
    surely_before,
    swapped,
    trials,
    weighed,
)
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Alternative, Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ_BIRTH_DATE, VIZ_BIRTH_DATE

BOX = Box(0.1, 0.1, 0.2, 0.2)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def printed(
    iso: str, raw: str = "", legibility: float = 0.97, key: str = "viz.issue_date", *others: Alternative
) -> Fact[PartialDate]:
    return Fact(key, raw, PartialDate.from_iso(iso), 0, BOX, legibility, "recorded", others)


def isos(dates: object) -> set[str]:
    return {date.iso() for date in dates}  # type: ignore[attr-defined]


@given(days, days)
def test_full_dates_are_surely_before_exactly_when_they_are_earlier(one: dt.date, other: dt.date) -> None:
    assert surely_before(PartialDate.of(one), PartialDate.of(other)) == (one < other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2024-XX-XX", "2024-12-31", False),
        ("2024-05-XX", "2024-06-01", True),
        ("XXXX-05-01", "2024-06-01", False),
        ("2024-05-01", "XXXX-06-01", False),
    ],
)
def test_unknown_parts_are_never_held_against_anyone(one: str, other: str, expected: bool) -> None:
    assert surely_before(PartialDate.from_iso(one), PartialDate.from_iso(other)) == expected


@given(days, st.integers(0, 120))
def test_an_anniversary_keeps_day_and_month(day: dt.date, years: int) -> None:
    later = anniversary(day, years)
    assert later.year == day.year + years
    assert (later.month, later.day) == (day.month, day.day) or ((day.month, day.day), later.month) == ((2, 29), 3)


def test_the_last_year_of_the_calendar_is_no_fault() -> None:
    assert anniversary(dt.date(9998, 5, 1), 10) == dt.date(9999, 5, 1)


@given(days)
def test_exchanging_day_and_month_twice_gives_the_date(day: dt.date) -> None:
    fact = printed(day.isoformat())
    for once in swapped(fact):
        assert once != fact.value
        assert isos(swapped(printed(once.iso()))) == {day.isoformat()}


@pytest.mark.parametrize("iso", ["2024-05-13", "2024-05-05", "2024-XX-05", "2024-05-XX"])
def test_not_every_date_can_be_exchanged(iso: str) -> None:
    assert not list(swapped(printed(iso)))


def test_a_month_in_words_and_the_machine_readable_zone_have_one_order() -> None:
    assert not list(swapped(printed("2024-03-04", "04 MAR 2024")))
    assert not list(swapped(printed("2024-03-04", "240304", key="passport.mrz.birth_date")))
    assert isos(swapped(printed("2024-03-04", "04.03.2024"))) == {"2024-04-03"}


def test_the_engines_other_reading_counts_where_it_is_likely() -> None:
    raw = "12 AUG 1984"
    likely, unlikely = Alternative(10, "1", 0.3), Alternative(9, "3", 0.01)
    assert isos(misread(printed("1984-08-12", raw, 0.97, "viz.issue_date", likely, unlikely))) == {"1981-08-12"}
    assert isos(misread(printed("1984-08-12", raw, 0.97, "viz.issue_date", Alternative(1, "9")))) == {"1984-08-19"}


def test_impossible_and_wordy_readings_are_left_out() -> None:
    others = (Alternative(0, "7"), Alternative(4, "O"), Alternative(40, "1"))
    assert not list(misread(printed("1984-08-12", "12 AUG 1984", 0.97, "viz.issue_date", *others)))


def test_look_alikes_count_on_poor_print_only() -> None:
    assert not list(misread(printed("2023-08-10", "10.08.2023", 0.95)))
    assert "2028-08-10" in isos(misread(printed("2023-08-10", "10.08.2023", 0.5)))
    assert "2023-03-10" in isos(misread(printed("2023-08-10", "10.08.2023", 0.5)))


def test_two_digit_years_and_foreign_digits() -> None:
    assert isos(misread(printed("1984-08-12", "840812", 0.97, "mrz.birth_date", Alternative(1, "1")))) == set()
    assert isos(misread(printed("1984-08-12", "12.08.84", 0.97, "viz.x", Alternative(7, "1")))) == {"1981-08-12"}
    assert not list(misread(printed("1984-08-12", "١٢.٠٨.١٩٨٤", 0.3)))


@given(st.text(max_size=20), days, st.floats(0, 1), st.integers(-3, 25), st.text(min_size=1, max_size=2))
def test_hostile_text_gives_dates_or_nothing(raw: str, day: dt.date, legibility: float, at: int, other: str) -> None:
    fact = printed(day.isoformat(), raw, legibility, "viz.issue_date", Alternative(at, other))
    assert all(isinstance(date, PartialDate) for date in misread(fact))


def test_zones_that_print_one_field_alike_are_read_otherwise_together() -> None:
    both = (printed("2024-03-04", key="viz.birth_date"), printed("2024-03-04", "240304", key="mrz.birth_date"))
    assert [[date.iso() for date in trial] for trial in trials(both, swapped)] == [["2024-04-03"] * 2]
    apart = (printed("2024-03-04", key="viz.birth_date"), printed("2024-03-04", key="viz.issue_date"))
    assert [[date.iso() for date in trial] for trial in trials(apart, swapped)] == [
        ["2024-04-03", "2024-03-04"],
        ["2024-03-04", "2024-04-03"],
    ]


def test_dates_read_gives_what_there_is_or_says_what_is_not() -> None:
    fact = printed("2024-03-04", key="mrz.birth_date")
    assert dates_read(Facts([fact]), VIZ_BIRTH_DATE, MRZ_BIRTH_DATE) == (fact,)
    with pytest.raises(NotApplicable, match=r"not read: viz\.birth_date or mrz\.birth_date"):
        dates_read(Facts([]), VIZ_BIRTH_DATE, MRZ_BIRTH_DATE)


def test_weighing() -> None:
    def before_april(date: PartialDate) -> bool:
        return date.month is not None and date.month < 4

    plain = weighed("m", (printed("2024-09-20", "20.09.2024"),), before_april)
    assert (plain.likely_innocent, plain.hypothesis, plain.strength) == (None, None, None)
    poor = weighed("m", (printed("2024-09-20", "", 0.5),), before_april)
    assert (poor.likely_innocent, poor.strength) == (None, Strength.WEAK)
    order = weighed("m", (printed("2024-09-02", "02.09.2024"),), before_april)
    assert (order.likely_innocent, order.hypothesis, order.strength) == (SWAPPED, Hypothesis.CLERICAL, Strength.WEAK)
    worn = weighed("m", (printed("2024-08-20", "20.08.2024", 0.5),), before_april)
    assert (worn.likely_innocent, worn.hypothesis, worn.strength) == (MISREAD, Hypothesis.CAPTURE, Strength.WEAK)
