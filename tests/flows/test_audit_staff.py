from __future__ import annotations

import datetime as dt

import polars as pl

from flows.audit_staff import assignment_log, postings_ended
from pipeline.audit.assignment_log import LOG

_POSTINGS = frozenset({"postings.officer_id", "postings.office_id", "postings.from", "postings.to"})
_OFFICERS = frozenset({"officers.officer_id", "officers.active_to"})


def _staff(postings: list[tuple[str, str, dt.date | None, dt.date | None]]) -> dict[str, pl.LazyFrame]:
    columns = {"officer_id": pl.String(), "office_id": pl.String(), "from": pl.Date(), "to": pl.Date()}
    officers = {"officer_id": ["OF-1", "OF-9"], "active_to": [None, dt.date(2025, 8, 1)]}
    return {
        "postings": pl.LazyFrame(postings, columns, orient="row"),
        "officers": pl.LazyFrame(officers, {"officer_id": pl.String(), "active_to": pl.Date()}),
    }


def _day(month: int, day: int = 1) -> dt.date:
    return dt.date(2025, month, day)


def test_a_posting_that_goes_on_at_the_same_office_has_not_ended() -> None:
    staff = _staff([
        ("OF-1", "01", _day(1), _day(3)), ("OF-1", "01", _day(3, 15), None),      # another role, two weeks later
        ("OF-2", "01", _day(1), _day(3)), ("OF-2", "02", _day(3, 2), None),       # another office
        ("OF-3", "01", _day(1), _day(3)), ("OF-3", "01", _day(7), _day(9)),       # back after four months
        ("OF-4", "01", _day(1), _day(5)), ("OF-4", "01", None, _day(4)),          # two at a time
    ])  # fmt: skip
    found = postings_ended(staff, _POSTINGS)
    assert found is not None
    assert sorted(found.rows()) == [
        ("OF-2", "01", _day(3)), ("OF-3", "01", _day(3)), ("OF-3", "01", _day(9)), ("OF-4", "01", _day(5)),
    ]  # fmt: skip


def test_who_left_the_service_left_every_office() -> None:
    found = postings_ended(_staff([]), _POSTINGS | _OFFICERS)
    assert found is not None
    assert found.rows() == [("OF-9", None, _day(8))]


def test_without_the_tables_nothing_is_told() -> None:
    assert postings_ended(_staff([]), frozenset({"postings.officer_id", "permits.office_id"})) is None


def _applications(**zone: str | None) -> dict[str, pl.LazyFrame]:
    at = [dt.datetime(2025, 3, 1, 23, 30, tzinfo=dt.UTC), dt.datetime(2025, 3, 9, 8, 0, tzinfo=dt.UTC), None]
    table = pl.LazyFrame(
        {
            "application_id": ["A-1", "A-2", "A-3"],
            "office_id": ["01"] * 3,
            "lodged_at": at,
            "lodged_at_offset": [0] * 3,
            "assigned_at": at,
            "assigned_at_offset": [0] * 3,
            "assigned_to": ["OF-1", "OF-2", None],
        }
    ).cast({"lodged_at_offset": pl.Int16, "assigned_at_offset": pl.Int16})
    offices = {"office_id": ["01"], "timezone": [zone.get("zone", "Europe/Paris")]}
    return {"applications": table, "offices": pl.LazyFrame(offices, {"office_id": pl.String, "timezone": pl.String})}


def test_the_log_has_the_days_of_the_offices_clock_and_the_columns_that_were_delivered() -> None:
    delivered = frozenset(
        f"applications.{name}" for name in ("application_id", "office_id", "assigned_to", "assigned_at")
    )
    found = assignment_log(_applications(), delivered, _day(3, 2), _day(3, 2))
    assert found.columns == [name for name in LOG if f"applications.{name}" in delivered]
    assert found.rows() == [("A-1", "01", "OF-1", dt.datetime.fromisoformat("2025-03-02T00:30:00"))]
    assert assignment_log(_applications(), delivered, None, None).height == 3


def test_no_applications_are_an_empty_log() -> None:
    assert assignment_log(_applications(), frozenset({"permits.office_id"}), None, None).schema == LOG
