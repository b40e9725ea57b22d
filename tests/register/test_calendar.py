from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.reference.register_tables import TABLES
from pipeline.register import calendar
from tests.register.folders import loaded, write

#: From Monday, 29 April to Tuesday, 14 May 2024, and a day more at both ends.
PERMITS = "permit_number,office_id,issued_at\nA,01,2024-04-29T10:00:00Z\nB,02,2024-05-14T10:00:00Z\n"
WEEK = "".join(f"01,{weekday},08:00,16:00,,\n" for weekday in range(5))
HOURS = "office_id,weekday,opens,closes,valid_from,valid_to\n"
LABOUR_DAY = "Public Service Calendar Act of Utopia 1990, art. 3"
WEEKEND = "Public Service Calendar Act of Utopia 1990, art. 2"
Day = tuple[bool | None, dt.time | None, dt.time | None, str | None, str | None]


def days(folder: Path, **files: str) -> dict[tuple[str, str], Day]:
    """By office and `MM-DD`: open, opens, closes, reason, source."""
    table = loaded(write(folder / "register", **{"permits": PERMITS, **files})).tables["calendar"].collect()
    assert dict(table.schema) == TABLES["calendar"].schema
    assert table["row"].to_list() == list(range(1, table.height + 1))
    return {(row[1], row[2].strftime("%m-%d")): row[3:] for row in table.iter_rows()}


def at(hour: int, minute: int = 0) -> dt.time:
    return dt.time(hour, minute)


def test_hours_decide_day_by_day(tmp_path: Path) -> None:
    found = days(tmp_path, hours=HOURS + WEEK)
    assert found["01", "05-03"] == (True, at(8), at(16), None, "hours")
    assert found["01", "05-04"] == (False, None, None, "no hours on this day of the week", "hours")
    # Of no country: nobody knows its holidays.
    assert found["01", "05-01"] == (True, at(8), at(16), None, "hours")
    assert {day for _, day in found} == {f"04-{day}" for day in (28, 29, 30)} | {f"05-{day:02}" for day in range(1, 16)}


def test_hours_hold_within_their_validity(tmp_path: Path) -> None:
    early = "".join(f"01,{weekday},07:00,15:00,2023-01-01,2024-05-05\n" for weekday in range(5))
    late = "".join(f"01,{weekday},09:00,17:00,2024-05-06,\n" for weekday in range(5))
    found = days(tmp_path, hours=HOURS + early + late)
    assert found["01", "05-03"][1:3] == (at(7), at(15))
    assert found["01", "05-06"][1:3] == (at(9), at(17))


def test_hours_that_ended_say_nothing_of_later_days(tmp_path: Path) -> None:
    found = days(tmp_path, hours=HOURS + "01,0,08:00,16:00,2023-01-01,2024-04-30\n")
    assert found["01", "04-29"][0] is True
    assert found["01", "04-30"][0] is False
    assert found["01", "05-06"] == (None, None, None, None, None)


def test_a_night_desk_goes_on_after_midnight(tmp_path: Path) -> None:
    found = days(tmp_path, hours=HOURS + WEEK + "01,3,22:00,06:00,,\n02,3,22:00,06:00,,\n03,3,00:00,00:00,,\n")
    assert found["02", "05-02"] == (True, at(22), at(6), None, "hours")
    # Day and night desk together: from the first opening to the last closing.
    assert found["01", "05-02"] == (True, at(8), at(6), None, "hours")
    assert found["03", "05-02"][:3] == (True, at(0), dt.time(23, 59, 59, 999999))


def test_a_break_at_noon_is_within_the_hours(tmp_path: Path) -> None:
    found = days(tmp_path, hours=HOURS + "01,3,08:00,12:00,,\n01,3,13:00,17:30,,\n")
    assert found["01", "05-02"][:3] == (True, at(8), at(17, 30))


def test_a_closure_goes_before_hours(tmp_path: Path) -> None:
    found = days(
        tmp_path,
        hours=HOURS + WEEK + "01,4,08:00,12:00,2024-05-03,2024-05-03\n",
        closures="office_id,date,reason\n01,2024-05-03,flood\n09,2024-05-03,\n",
    )
    assert found["01", "05-03"] == (False, None, None, "flood", "closures")
    assert found["09", "05-03"] == (False, None, None, None, "closures")
    assert found["09", "05-02"] == (None, None, None, None, None)


def test_the_law_of_the_state_has_weekend_and_holidays(tmp_path: Path) -> None:
    found = days(tmp_path, offices="office_id,country\n01,UTO\n02,uto\n", hours=HOURS + WEEK)
    assert found["01", "05-01"] == (False, None, None, LABOUR_DAY, "law")
    assert found["02", "05-01"] == (False, None, None, LABOUR_DAY, "law")
    assert found["02", "05-04"] == (False, None, None, WEEKEND, "law")
    assert found["02", "05-03"] == (True, None, None, None, "weekend")


def test_an_office_abroad_keeps_the_holidays_of_its_country(tmp_path: Path) -> None:
    offices = "office_id,country\n01,DEU\n02,SAU\n03,XXX\n04,\n05,FRA\n"
    found = days(tmp_path, offices=offices, hours=HOURS + WEEK)
    # Labour Day and Ascension Day (9 May 2024) in Germany, the day of the victory of 1945 in France.
    assert found["01", "05-01"] == (False, None, None, "Labor Day", "holidays")
    assert found["01", "05-09"] == (False, None, None, "Ascension Day", "holidays")
    assert found["01", "05-08"][0] is True
    assert found["05", "05-08"][::4] == (False, "holidays")
    # Friday and Saturday are the weekend in Saudi Arabia.
    assert [found["02", f"05-{day:02}"][0] for day in range(2, 7)] == [True, False, False, True, True]
    assert found["02", "05-03"][3:] == ("weekend", "weekend")
    assert found["03", "05-04"] == found["04", "05-04"] == (None, None, None, None, None)


def test_hours_set_for_an_occasion_go_before_holidays_and_weekend(tmp_path: Path) -> None:
    occasions = "01,2,09:00,12:00,2024-05-01,2024-05-01\n01,6,10:00,12:00,2024-05-05,2024-05-05\n"
    found = days(tmp_path, offices="office_id,country\n01,UTO\n", hours=HOURS + WEEK + occasions)
    assert found["01", "05-01"][::3] == (True, "hours set for these days")
    assert found["01", "05-05"][:3] == (True, at(10), at(12))
    assert found["01", "05-12"][0] is False


def test_weekly_hours_do_not_go_before_a_holiday(tmp_path: Path) -> None:
    weekly = "01,2,08:00,16:00,2024-01-01,2024-12-31\n"
    found = days(tmp_path, offices="office_id,country\n01,UTO\n", hours=HOURS + weekly)
    assert found["01", "05-01"] == (False, None, None, LABOUR_DAY, "law")


def test_an_office_with_weekend_service_works_weekends_but_not_holidays(tmp_path: Path) -> None:
    offices = "office_id,country,weekend_service\n01,UTO,true\n02,UTO,yes\n03,,true\n"
    found = days(tmp_path, offices=offices, hours=HOURS + WEEK)
    for office in ("01", "02"):
        assert found[office, "05-04"] == (True, None, None, "weekend service", "offices")
        assert found[office, "05-01"][0] is False
    # Nothing says when the weekend is there.
    assert found["03", "05-04"][0] is None


def test_an_office_is_closed_before_it_opened_and_after_it_closed(tmp_path: Path) -> None:
    found = days(tmp_path, offices="office_id,opened_on,closed_on\n01,2024-05-02,2024-05-08\n", hours=HOURS + WEEK)
    assert found["01", "05-01"] == (False, None, None, "the office opened on 2024-05-02", "offices")
    assert found["01", "05-02"][0] is found["01", "05-08"][0] is True
    assert found["01", "05-09"] == (False, None, None, "the office closed on 2024-05-08", "offices")


def test_without_offices_or_without_dates_there_is_no_calendar(tmp_path: Path) -> None:
    assert days(tmp_path) == {}
    register = loaded(write(tmp_path / "other", hours=HOURS + WEEK))
    assert register.tables["calendar"].collect().is_empty()
    assert not any(name.startswith("calendar") for name in register.delivered)


def test_what_the_calendar_knows_is_delivered(tmp_path: Path) -> None:
    known = loaded(write(tmp_path / "register", permits=PERMITS, hours=HOURS + WEEK)).delivered
    assert {"calendar", "calendar.office_id", "calendar.date", "calendar.open", "calendar.opens"} <= known
    offices = "office_id,country\n01,XXX\n"
    known = loaded(write(tmp_path / "other", permits=PERMITS, offices=offices)).delivered
    assert "calendar.office_id" in known and "calendar.open" not in known


def test_a_date_centuries_away_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "_MOST_ROWS", 10_000)
    offices = "office_id,country\n" + "".join(f"{number:02},UTO\n" for number in range(1, 21))
    permits = PERMITS + "C,03,1902-02-03T10:00:00Z\n"
    table = loaded(write(tmp_path / "register", permits=permits, offices=offices)).tables["calendar"].collect()
    months = table.select("office_id", pl.col("date").dt.strftime("%Y-%m")).unique().sort(pl.all()).rows()
    assert months == [("01", "2024-04"), ("02", "2024-05"), ("03", "1902-02")]
    assert table.filter(pl.col("office_id") == "02").height == 31


def test_forty_offices_and_five_years_take_less_than_a_second() -> None:
    tables: dict[str, Any] = {name: table.empty() for name, table in TABLES.items()}

    def fill(name: str, rows: list[dict[str, Any]]) -> None:
        tables[name] = pl.concat(
            [tables[name], pl.LazyFrame(rows).cast({one: TABLES[name].schema[one] for one in rows[0]})], how="diagonal"
        )

    moments = [dt.datetime(year, 1, 2, 10, tzinfo=dt.UTC) for year in (2019, 2024)]
    fill("permits", [{"permit_number": "A", "office_id": "01", "issued_at": moment} for moment in moments])
    countries = ["UTO", "DEU", "SAU", "FRA", "IND"]
    fill("offices", [{"office_id": f"{number:02}", "country": countries[number % 5]} for number in range(40)])
    fill(
        "hours",
        [
            {"office_id": f"{number:02}", "weekday": day, "opens": at(8), "closes": at(16)}
            for number in range(40)
            for day in range(5)
        ],
    )
    from pipeline.reference.policy import load_policies

    calendar.calendar_of(tables, load_policies())
    before = time.process_time()
    made = calendar.calendar_of(tables, load_policies())
    assert made.height == 40 * (5 * 365 + 1 + 2 + 1)
    assert time.process_time() - before < 2
