from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reference.register_tables import TABLES, Kind
from pipeline.register.kinds import EMPTY
from pipeline.register.typed import FAULTS, Typed, typed
from pipeline.settings import RegisterSettings

#: For each kind a column of its own, in a table whose other columns may be empty.
PLACES = {
    Kind.TEXT: ("permits", "surname"),
    Kind.DATE: ("permits", "birth_date"),
    Kind.INSTANT: ("permits", "issued_at"),
    Kind.TIME: ("hours", "opens"),
    Kind.WHOLE: ("employers", "staff"),
    Kind.NUMBER: ("fees", "amount"),
    Kind.FLAG: ("clinics", "mobile"),
    Kind.JSON: ("medicals", "values"),
    Kind.ZONE: ("offices", "timezone"),
}
FILLED = {"office_id": "01", "weekday": "1", "opens": "08:00", "closes": "16:00"}
LOCAL = "clocks in Europe/Berlin (register.timezone) never showed this time, or twice; write the offset"
NO_INSTANT = "not an instant of the form YYYY-MM-DDTHH:MM:SS+HH:MM"
NO_OFFSET = "no offset from UTC; write it, or set register.timezone to the zone to assume"
OTHER_YEAR = "the year is not between 1900 and 2200; another calendar? set register.calendar"
NO_ZONE = "no zone of the IANA time zone database, such as Europe/Berlin"
NO_FLAG = "not one of true, false, yes, no, 1, 0"
MARKED = "a mark other than the decimal point between the digits"


def rows(table: str, columns: Mapping[str, Sequence[str | None]], **told: object) -> Typed:
    height = len(next(iter(columns.values())))
    text = pl.DataFrame(
        {"row": range(1, height + 1), **columns}, schema={"row": pl.Int64, **dict.fromkeys(columns, pl.String)}
    )
    return typed(text, TABLES[table], RegisterSettings.model_validate(told))


def cell(kind: Kind, text: str | None, **told: object) -> tuple[Any, str | None]:
    """Value and reason of one cell in a row that is otherwise in order."""
    table, column = PLACES[kind]
    required = {one.name: [FILLED.get(one.name, "x")] for one in TABLES[table].columns if one.required}
    done = rows(table, {**required, column: [text]}, **told)
    if done.rows.height:
        assert done.faults.is_empty()
        return done.rows[column][0], None
    assert done.faults.select("row", "column").row(0) == (1, column)
    return None, done.faults["reason"][0]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "  ERIKSSON \t", "ERIKSSON"),
        (Kind.TEXT, "=HYPERLINK(1)", "=HYPERLINK(1)"),
        (Kind.TEXT, "<b>\x1b[31m\x07</b>", "<b>\x1b[31m\x07</b>"),
        (Kind.TEXT, "   ", None),
        (Kind.DATE, "2024-02-29", dt.date(2024, 2, 29)),
        (Kind.DATE, "1900-01-01", dt.date(1900, 1, 1)),
        (Kind.DATE, "2200-12-31", dt.date(2200, 12, 31)),
        (Kind.DATE, "", None),
        (Kind.TIME, "23:59", dt.time(23, 59)),
        (Kind.TIME, "08:00:30", dt.time(8, 0, 30)),
        (Kind.WHOLE, "0", 0),
        (Kind.WHOLE, "007", 7),
        (Kind.NUMBER, "12.50", 12.5),
        (Kind.NUMBER, "12", 12.0),
        (Kind.FLAG, "TRUE", True),
        (Kind.FLAG, "no", False),
        (Kind.FLAG, "1", True),
        (Kind.JSON, '{"pulse_bpm": 70}', '{"pulse_bpm": 70}'),
        (Kind.ZONE, "Asia/Dhaka", "Asia/Dhaka"),
    ],
)
def test_what_is_written_as_it_must_be_is_taken(kind: Kind, text: str, value: object) -> None:
    assert cell(kind, text) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (Kind.TEXT, "x" * 100_001, "longer than 100,000 bytes"),
        (Kind.DATE, "2023-02-30", "no such day in the calendar"),
        (Kind.DATE, "2023-02-29", "no such day in the calendar"),
        (Kind.DATE, "2024-13-01", "no such day in the calendar"),
        (Kind.DATE, "1899-12-31", OTHER_YEAR),
        (Kind.DATE, "2201-01-01", OTHER_YEAR),
        (Kind.DATE, "1445-09-01", OTHER_YEAR),
        (Kind.DATE, "2567-01-01", OTHER_YEAR),
        (Kind.DATE, "05/03/2024", "not a date of the form YYYY-MM-DD"),
        (Kind.DATE, "20240305", "not a date of the form YYYY-MM-DD"),
        (Kind.DATE, "2024-3-5", "not a date of the form YYYY-MM-DD"),
        (Kind.DATE, "+2024-03-05", "not a date of the form YYYY-MM-DD"),
        (Kind.DATE, "2024-03-05T00:00:00", "a time of day where a date alone is needed"),
        (Kind.INSTANT, "2024-03-05", "a date without time of day where an instant is needed"),
        (Kind.INSTANT, "2024-03-05T10:12:00", NO_OFFSET),
        (Kind.INSTANT, "2024-03-05 10:12", NO_OFFSET),
        (Kind.INSTANT, "2023-02-30T10:12:00Z", "no such day in the calendar"),
        (Kind.INSTANT, "1445-09-01T10:12:00Z", OTHER_YEAR),
        (Kind.INSTANT, "2024-03-05T24:00:00Z", "no such time of day"),
        (Kind.INSTANT, "2024-03-05T10:60:00Z", "no such time of day"),
        (Kind.INSTANT, "2024-03-05T10:12:00+14:01", "no such offset from UTC"),
        (Kind.INSTANT, "2024-03-05T10:12:00+01:60", "no such offset from UTC"),
        (Kind.INSTANT, "2024-03-05T10Z", NO_INSTANT),
        (Kind.INSTANT, "05.03.2024 10:12", NO_INSTANT),
        (Kind.INSTANT, "1709629920", NO_INSTANT),
        (Kind.TIME, "24:00", "no such time of day; midnight is 00:00"),
        (Kind.TIME, "8:00", "not a time of the form HH:MM"),
        (Kind.TIME, "8 am", "not a time of the form HH:MM"),
        (Kind.WHOLE, "-3", "a negative number"),
        (Kind.WHOLE, "12a", "not a number"),
        (Kind.WHOLE, "1,200", MARKED),
        (Kind.WHOLE, "1 200", MARKED),
        (Kind.WHOLE, "12.5", "not a whole number"),
        (Kind.WHOLE, "1" * 19, "more digits than a number can have"),
        (Kind.NUMBER, "-0.5", "a negative number"),
        (Kind.NUMBER, "12,50", MARKED),
        (Kind.NUMBER, "1.200.000", MARKED),
        (Kind.NUMBER, "1e3", "not a number"),
        (Kind.NUMBER, "NaN", "not a number"),
        (Kind.NUMBER, "12 UTO", "not a number"),
        (Kind.FLAG, "ja", NO_FLAG),
        (Kind.JSON, "[1, 2]", "not a JSON object"),
        (Kind.JSON, '{"a": ', "not a JSON object"),
        (Kind.JSON, '"{x}"', "not a JSON object"),
        (Kind.ZONE, "Berlin", NO_ZONE),
        (Kind.ZONE, "+01:00", NO_ZONE),
        (Kind.ZONE, "localtime", NO_ZONE),
    ],
)
def test_what_is_not_is_refused_with_its_reason(kind: Kind, text: str, reason: str) -> None:
    assert cell(kind, text) == (None, reason)


@pytest.mark.parametrize(
    ("text", "utc", "offset"),
    [
        ("2024-03-05T10:12:30+01:00", "2024-03-05T09:12:30", 60),
        ("2024-03-05T10:12:30Z", "2024-03-05T10:12:30", 0),
        ("2024-03-05T10:12:30z", "2024-03-05T10:12:30", 0),
        ("2024-03-05T10:12:30-03:30", "2024-03-05T13:42:30", -210),
        ("2024-03-05T10:12:30+0530", "2024-03-05T04:42:30", 330),
        ("2024-03-05T10:12:30+02", "2024-03-05T08:12:30", 120),
        ("2024-03-05 10:12+01:00", "2024-03-05T09:12:00", 60),
        ("2024-03-05 10:12 +01:00", "2024-03-05T09:12:00", 60),
        ("2024-03-05t10:12:30.5+01:00", "2024-03-05T09:12:30.500000", 60),
        ("2024-03-05T10:12:30,25Z", "2024-03-05T10:12:30.250000", 0),
        ("2024-03-05T10:12:30.123456789Z", "2024-03-05T10:12:30.123456", 0),
        ("2024-01-01T00:30:00+14:00", "2023-12-31T10:30:00", 840),
    ],
)
def test_an_instant_is_in_utc_with_its_offset_beside_it(text: str, utc: str, offset: int) -> None:
    # Alone, and among others that are written otherwise.
    for others in ([], ["2024-03-05T10:12:30+01:00"], ["2024-03-05 10:12"], ["2024-03-05T10:12:30.5Z", None]):
        done = rows("permits", {"permit_number": ["A", *"BC"[: len(others)]], "issued_at": [text, *others]}).rows
        assert done["issued_at"][0] == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
        assert done["issued_at_offset"][0] == offset


@given(
    moment=st.datetimes(
        dt.datetime.fromisoformat("1900-01-02"),
        dt.datetime.fromisoformat("2200-12-30"),
        timezones=st.builds(dt.timezone, st.integers(-840, 840).map(lambda minutes: dt.timedelta(minutes=minutes))),
    )
)
@settings(deadline=None, max_examples=100)
def test_every_instant_comes_back(moment: dt.datetime) -> None:
    done = rows("permits", {"permit_number": ["A"], "issued_at": [moment.isoformat()]}).rows
    assert done["issued_at"][0] == moment
    offset = moment.utcoffset()
    assert offset is not None and dt.timedelta(minutes=done["issued_at_offset"][0]) == offset


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)))
@settings(deadline=None, max_examples=50)
def test_every_date_comes_back(day: dt.date) -> None:
    assert cell(Kind.DATE, day.isoformat()) == (day, None)


_ODD = (
    st.text(max_size=25)
    | st.text("0123456789-:+TZ ./,", max_size=30)
    | st.sampled_from(["", " ", "\0", "{}", "1", "true"])
)


@given(
    kind=st.sampled_from(list(Kind)),
    texts=st.lists(_ODD, min_size=1, max_size=5),
    timezone=st.sampled_from([None, "Asia/Dhaka"]),
)
@settings(deadline=None, max_examples=300)
def test_whatever_is_written_is_taken_or_refused_and_never_changed_silently(
    kind: Kind, texts: list[str], timezone: str | None
) -> None:
    table, column = PLACES[kind]
    required = {one.name: [FILLED.get(one.name, "x")] * len(texts) for one in TABLES[table].columns if one.required}
    done = rows(table, {**required, column: texts}, timezone=timezone)
    assert dict(done.rows.schema) == TABLES[table].schema
    assert done.faults.schema == FAULTS
    assert sorted([*done.rows["row"], *done.faults["row"].unique()]) == list(range(1, len(texts) + 1))
    assert done.faults["reason"].null_count() == 0
    # A cell is only empty where nothing was written.
    for row, value in done.rows.select("row", column).iter_rows():
        assert (value is None) == (not pl.Series([texts[row - 1]]).str.strip_chars()[0])


@given(number=st.text("0123456789.,-+ e", min_size=1, max_size=12))
@settings(deadline=None, max_examples=200)
def test_a_number_is_taken_only_as_it_is_written(number: str) -> None:
    for kind, shape in ((Kind.WHOLE, r"\d+"), (Kind.NUMBER, r"\d+(\.\d+)?")):
        value, reason = cell(kind, number)
        if number.strip():
            assert (reason is None) == bool(re.fullmatch(shape, number.strip()))
            assert value is None or value == float(number)


def test_the_zone_to_assume_is_used_where_no_offset_is_written() -> None:
    texts = [
        "2024-07-01T10:00:00",
        "2024-01-01 10:00",
        "2024-07-01T10:00:00+05:00",
        "2024-03-31T02:30:00",
        "2024-10-27T02:30:00",
    ]
    done = rows("access_log", {"at": texts}, timezone="Europe/Berlin")
    assert done.rows["at"].dt.hour().to_list() == [8, 9, 5]
    assert done.rows["at_offset"].to_list() == [120, 60, 300]
    assert done.faults["reason"].to_list() == [LOCAL, LOCAL]


@pytest.mark.parametrize("zone", ["Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"])
def test_every_zone_is_as_the_system_has_it(zone: str) -> None:
    moments = [dt.datetime.fromisoformat(f"{year}-{month:02}-15T12:00") for year in (1995, 2024) for month in (1, 7)]
    done = rows("access_log", {"at": [moment.isoformat() for moment in moments]}, timezone=zone).rows
    offsets = [moment.replace(tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset() for moment in moments]
    assert [dt.timedelta(minutes=one) for one in done["at_offset"]] == offsets


@pytest.mark.parametrize("zone", sorted(zoneinfo.available_timezones())[::20])
def test_polars_knows_every_zone_that_is_taken(zone: str) -> None:
    value, _ = cell(Kind.ZONE, zone)
    if value is not None:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)


@pytest.mark.parametrize("weekday", ["7", "-1", "Mon", "1.0"])
def test_a_weekday_goes_from_0_to_6(weekday: str) -> None:
    done = rows("hours", {name: [text, text] for name, text in FILLED.items()} | {"weekday": ["6", weekday]})
    assert done.rows["weekday"].to_list() == [6]
    assert done.faults["reason"].to_list() == ["not a day of the week from 0 (Monday) to 6 (Sunday)"]


@pytest.mark.parametrize(
    ("table", "first", "last"),
    [
        ("postings", "from", "to"),
        ("leave", "from", "to"),
        ("hours", "valid_from", "valid_to"),
        ("approvals", "valid_from", "valid_to"),
        ("quotas", "valid_from", "valid_to"),
        ("agencies", "licence_from", "licence_to"),
    ],
)
def test_what_ends_before_it_begins_is_refused(table: str, first: str, last: str) -> None:
    filled = {"quantity": "3", **FILLED}
    required = {
        one.name: [filled.get(one.name, f"{n}") for n in range(3)] for one in TABLES[table].columns if one.required
    }
    dates = {first: ["2024-01-02"] * 3, last: ["2024-01-01", "2024-01-02", "2024-01-03"]}
    done = rows(table, {**required, **dates})
    assert done.rows["row"].to_list() == [2, 3]
    assert done.faults.select("row", "column", "reason").rows() == [(1, last, f"before {first}")]


def test_a_permit_that_ends_before_it_begins_is_evidence_and_taken() -> None:
    done = rows("permits", {"permit_number": ["A"], "valid_from": ["2024-01-02"], "valid_until": ["2024-01-01"]})
    assert done.faults.is_empty()


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("WP-01-100", "WP-01-199", None),
        ("WP 01/100", "wp-01-199", None),
        ("WP-01-100", "WP-01-100", None),
        ("WP-01-200", "WP-01-199", "before first_number"),
        ("WP-01-100", "WP-02-199", "another kind of number than first_number"),
        ("WP-01-100", "WP-01-199A", "a number of a block that does not end in a digit"),
    ],
)
def test_a_block_goes_up_and_is_of_one_kind_of_number(first: str, last: str, reason: str | None) -> None:
    done = rows("blocks", {"office_id": ["01"], "first_number": [first], "last_number": [last]})
    assert done.faults.select("column", "reason").rows() == ([("last_number", reason)] if reason else [])


def test_what_every_row_needs_is_missed_and_all_faults_of_a_row_are_told() -> None:
    done = rows(
        "quotas",
        {
            "employer_id": ["E1", " ", "E3"],
            "quantity": ["1", "-2", "3"],
            "valid_from": ["2024-01-01", "x", "2024-01-01"],
        },
    )
    assert done.rows["employer_id"].to_list() == ["E1", "E3"]
    assert done.faults.rows() == [
        (2, None, "employer_id", EMPTY),
        (2, None, "quantity", "a negative number"),
        (2, None, "valid_from", "not a date of the form YYYY-MM-DD"),
    ]


def test_a_refused_row_is_known_by_its_key() -> None:
    assert rows("permits", {"permit_number": [" WP-1 "], "issued_at": ["x"]}).faults["key"].to_list() == ["WP-1"]
    # A table without a key: by the first column that must not be empty.
    assert rows("voids", {"permit_number": ["WP-2"], "recorded_at": ["x"]}).faults["key"].to_list() == ["WP-2"]


@given(depth=st.integers(1, 2_000))
@settings(deadline=None, max_examples=10)
def test_json_however_deep_is_no_crash(depth: int) -> None:
    text = '{"a":' * depth + "1" + "}" * depth
    value, reason = cell(Kind.JSON, text)
    assert value == text or reason == "not a JSON object"
    json.loads(text) if value and depth < 500 else None


@pytest.mark.parametrize(
    ("calendar", "text", "day"),
    [
        # 1 Muharram and 30 Safar 1445 of the Umm al-Qura calendar; Nowruz 1403; 1 January 2567 B.E.
        ("umm-al-qura", "1445-01-01", dt.date(2023, 7, 19)),
        ("umm-al-qura", "1445-02-30", dt.date(2023, 9, 15)),
        ("persian", "1403-01-01", dt.date(2024, 3, 20)),
        ("persian", "1403-12-30", dt.date(2025, 3, 20)),
        ("buddhist", "2567-02-29", dt.date(2024, 2, 29)),
        ("buddhist", "2484-01-01", dt.date(1941, 1, 1)),
        ("umm-al-qura", "2024-03-05", dt.date(2024, 3, 5)),
    ],
)
def test_dates_of_other_calendars_are_converted(calendar: str, text: str, day: dt.date) -> None:
    assert cell(Kind.DATE, text, calendar=calendar) == (day, None)
    value, _ = cell(Kind.INSTANT, f"{text}T12:00:00+03:00", calendar=calendar)
    assert value == dt.datetime.combine(day, dt.time(9), dt.UTC)


@pytest.mark.parametrize(
    ("calendar", "text", "reason"),
    [
        ("umm-al-qura", "1445-01-30", "no date of the umm-al-qura calendar: day must be in 1-29 for month"),
        ("umm-al-qura", "1445-13-01", "no date of the umm-al-qura calendar: month must be in 1-12"),
        ("umm-al-qura", "1300-01-01", "no date of the umm-al-qura calendar: year must be in 1343-1500"),
        ("persian", "1402-12-30", "no date of the persian calendar: day must be in 1..29"),
        ("persian", "1200-01-01", OTHER_YEAR),
        ("buddhist", "2483-12-31", "no date of the buddhist calendar: years before 2484 did not begin in January"),
        ("buddhist", "2566-02-29", "no date of the buddhist calendar: day is out of range for month"),
        ("buddhist", "05/03/2567", "not a date of the form YYYY-MM-DD"),
    ],
)
def test_what_the_library_cannot_convert_is_refused_with_its_reason(calendar: str, text: str, reason: str) -> None:
    assert cell(Kind.DATE, text, calendar=calendar) == (None, reason)
