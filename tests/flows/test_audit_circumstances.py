"""What the register says of closed days, nights and edits, from files as a ministry delivers them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.audit_circumstances import circumstances
from pipeline.audit.innocent import Circumstances
from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.settings import RegisterSettings

SUNDAY = dt.date(2025, 3, 2)
FILES = {
    "permits": "permit_number,office_id,application_id,applied_at,decided_at,issued_at,"
    + """entered_by,approved_by,printed_by
WP-1,01,AP-1,2025-03-01T10:00:00+00:00,2025-03-02T09:00:00+00:00,2025-03-02T11:00:00+00:00,OF-1,OF-2,OF-3
WP-2,01,AP-2,2025-02-27T10:00:00+00:00,2025-02-28T09:00:00+00:00,2025-03-03T11:00:00+00:00,OF-1,OF-2,OF-3
WP-3,02,AP-3,2025-02-27T10:00:00+00:00,2025-02-28T09:00:00+00:00,2025-03-02T21:30:00+00:00,OF-8,OF-8,OF-9
""",
    "offices": "office_id,timezone,country,opened_on\n01,Europe/Lisbon,UTO,2001-02-03\n02,Asia/Tokyo,UTO,\n",
    "hours": "office_id,weekday,opens,closes\n"
    + "".join(f"01,{day},08:30,16:30\n02,{day},14:00,23:00\n" for day in range(5)),
    "access_log": """at,user_id,action,object_type,object_id,field,old,new
2025-03-05T12:00:00+00:00,OF-2,edit,permit,WP-1,surname,X,Y
2025-03-05T23:30:00+00:00,OF-8,edit,application,AP-3,employer_id,E-1,E-2
2025-03-05T12:01:00+00:00,OF-2,edit,permit,WP-2,phone,1,2
2025-03-05T12:02:00+00:00,OF-2,approve,permit,WP-2,,,
""",
}


def known(tmp: Path, *names: str) -> Circumstances:
    register = tmp / "register"
    register.mkdir()
    for name in names:
        (register / f"{name}.csv").write_text(FILES[name])
    loaded = load_register(register, tmp / "cache", RegisterSettings(state="UTO"), load_policies())
    assert not any(loaded.refused.values())
    return circumstances(loaded.tables, frozenset(loaded.delivered))


def test_work_on_closed_days_is_by_the_offices_clock_and_calendar(tmp_path: Path) -> None:
    closed = known(tmp_path, *FILES).closed
    assert closed is not None
    # Saturday's application and Sunday's steps at 01; 21:30 UTC on Sunday is Monday morning in Tokyo.
    assert closed.rows() == [
        ("WP-1", "01", dt.date(2025, 3, 1), "OF-1"),
        ("WP-1", "01", SUNDAY, "OF-2"),
        ("WP-1", "01", SUNDAY, "OF-3"),
    ]


def test_edits_are_of_key_fields_by_the_offices_day_and_those_of_an_application_are_its_permits(tmp_path: Path) -> None:
    edits = known(tmp_path, *FILES).edits
    assert edits is not None
    assert edits.rows() == [
        ("WP-1", dt.date(2025, 3, 5), "OF-2", "surname"),
        ("WP-3", dt.date(2025, 3, 6), "OF-8", "employer_id"),
    ]


def test_an_office_is_open_at_night_where_its_hours_say_so(tmp_path: Path) -> None:
    offices = known(tmp_path, *FILES).offices.sort("office_id")
    assert offices.rows() == [("01", dt.date(2001, 2, 3), False), ("02", None, True)]


@pytest.mark.parametrize(("missing", "name"), [("access_log", "edits"), ("offices", "offices")])
def test_what_the_register_lacks_is_not_known(tmp_path: Path, missing: str, name: str) -> None:
    found = getattr(known(tmp_path, *(one for one in FILES if one != missing)), name)
    assert found is None or (isinstance(found, pl.DataFrame) and found.is_empty())


def test_permits_alone_know_no_calendar(tmp_path: Path) -> None:
    assert known(tmp_path, "permits").closed is None
