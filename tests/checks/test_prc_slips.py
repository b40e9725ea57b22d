from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from checks.prc.slips import EXCHANGED, MISTYPED, OLD_YEAR, with_slip
from checks.prc.spelling import one_character_apart

Row = tuple[dt.date | None, dt.date | None, dt.date | None]


def slips(*rows: Row) -> list[str | None]:
    frame = pl.LazyFrame(rows, schema=dict.fromkeys(("day", "first", "last"), pl.Date), orient="row")
    found = with_slip(frame, "slip", pl.col("day"), pl.col("first"), pl.col("last")).collect()
    assert found.columns == ["day", "first", "last", "slip"]
    return found["slip"].to_list()


def by_trial(day: dt.date, first: dt.date, last: dt.date) -> str | None:
    """The same by trying every date."""

    def between(year: int, month: int, of_month: int) -> bool:
        try:
            return first <= dt.date(year, month, of_month) <= last
        except ValueError:
            return False

    if first <= day <= last:
        return None
    if day.day <= 12 and day.day != day.month and between(day.year, day.day, day.month):
        return EXCHANGED
    if day.month == 1 and between(day.year + 1, day.month, day.day):
        return OLD_YEAR
    text = f"{day:%Y%m%d}"
    others = (text[:place] + digit + text[place + 1 :] for place in range(2, 8) for digit in "0123456789")
    return MISTYPED if any(between(int(one[:4]), int(one[4:6]), int(one[6:])) for one in others) else None


def test_a_slip_is_found_where_trying_every_date_finds_it() -> None:
    rng = random.Random(20261123)

    def somewhen() -> dt.date:
        # No 29th to 31st: that 31 June is taken for a date is said in the module.
        return dt.date(rng.randint(2009, 2031), rng.randint(1, 12), rng.randint(1, 28))

    rows: list[tuple[dt.date, dt.date, dt.date]] = []
    for _ in range(5000):
        day = somewhen()
        first = somewhen() if rng.random() < 0.5 else day + dt.timedelta(days=rng.randint(-60, 60))
        rows.append((day, first, first + dt.timedelta(days=rng.choice([0, 1, 5, 40, 400]))))
    expected = [by_trial(*row) for row in rows]
    differing = [
        (row, one, other) for row, one, other in zip(rows, expected, slips(*rows), strict=True) if one != other
    ]
    assert {EXCHANGED, OLD_YEAR, MISTYPED, None} == set(expected)
    assert len(differing) <= 5


def test_without_a_day_between_which_there_is_no_slip() -> None:
    day, later = dt.date(2024, 5, 3), dt.date(2024, 6, 3)
    assert slips((None, day, day), (day, None, later), (day, later, None), (day, None, None)) == [None] * 4
    assert slips((day, later, later), (day, later, day)) == [MISTYPED, None]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("MOREAU", "MOREAUX", True),
        ("MOREAU", "OREAU", True),
        ("MOREAU", "MORAEU", True),
        ("MOREAU", "MOREAN", True),
        ("moreau", "MOREAUX", True),
        ("1990-03-05", "1990-05-03", True),
        ("MOREAU", "MOREAU", False),
        ("MOREAU", "moreau", False),
        ("MOREAU", "MORAN", False),
        ("MOREAU", "SANTOS", False),
        (None, "SANTOS", False),
        ("", "SANTOS", False),
        ("A" * 60, "A" * 59, False),
    ],
)
def test_one_slip_of_the_keyboard(one: str | None, other: str, expected: bool) -> None:
    frame = pl.LazyFrame({"one": [one], "other": [other]}, schema={"one": pl.String, "other": pl.String})
    assert frame.select(one_character_apart("one", "other")).collect().item() is expected
