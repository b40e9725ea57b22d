"""When nights are due, by the scheduling library that decides it: daylight-saving nights among them."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from flows.zone import machine_zone

# The orchestrator's settings are taken when it is imported, so that every question is a process.
_PROGRAM = """
import asyncio, datetime as dt, json, sys
from flows.serving import last_due
from prefect.server.schemas.schedules import CronSchedule
from pipeline.errors import UsageError
cron, zone, start, days = sys.argv[1:5]
start = dt.datetime.fromisoformat(start)
end = start + dt.timedelta(days=float(days))
try:
    due = last_due(cron, zone, end)
    dates = asyncio.run(CronSchedule(cron=cron, timezone=zone).get_dates(start=start, end=end))
    print(json.dumps([[date.isoformat() for date in dates], due and due.isoformat()]))
except UsageError as error:
    print(json.dumps([str(error)]))
"""


def _asked(home: Path, cron: str, zone: str, start: str, days: float) -> list[object]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    command = [sys.executable, "-c", _PROGRAM, cron, zone, start, str(days)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept | {"PREFECT_HOME": str(home)})
    told: list[object] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("start", ["2027-03-27T12:00:00+01:00", "2027-03-28T01:45:00+01:00"])
def test_the_night_that_has_no_half_past_two_is_worked(tmp_path: Path, start: str) -> None:
    dates, _ = _asked(tmp_path, "30 2 * * *", "Europe/Berlin", start, 2)
    assert isinstance(dates, list)
    # An hour off, this way or that, by when the library was asked.
    assert dates[0].startswith(("2027-03-28T01", "2027-03-28T03"))
    assert dates[1] == "2027-03-29T02:30:00+02:00"


def test_the_night_that_has_half_past_two_twice_is_worked_once(tmp_path: Path) -> None:
    dates, due = _asked(tmp_path, "30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00+02:00", 2)
    assert isinstance(dates, list)
    assert [date[:10] for date in dates] == ["2027-10-31", "2027-11-01"]
    assert due == dates[-1]


@pytest.mark.parametrize(("start", "hours"), [("2027-03-28T00:00:00+01:00", 5), ("2027-10-31T00:00:00+02:00", 6)])
def test_an_hourly_schedule_leaves_out_at_most_the_hour_that_comes_twice(
    tmp_path: Path, start: str, hours: int
) -> None:
    dates, _ = _asked(tmp_path, "0 * * * *", "Europe/Berlin", start, hours / 24)
    assert isinstance(dates, list)
    times = [dt.datetime.fromisoformat(date) for date in dates]
    assert len(times) >= hours
    assert max(later - earlier for earlier, later in pairwise(times)) <= dt.timedelta(hours=2)


def test_what_was_due_last_is_found_however_rare(tmp_path: Path) -> None:
    _, due = _asked(tmp_path, "0 2 1 1 *", "UTC", "2027-06-01T00:00:00+00:00", 1)
    assert due == "2027-01-01T02:00:00+00:00"


@pytest.mark.parametrize("cron", ["61 2 * * *", "a b c d e", "0 2 31 2 *"])
def test_what_is_no_schedule_is_told(tmp_path: Path, cron: str) -> None:
    (told,) = _asked(tmp_path, cron, "UTC", "2027-06-01T00:00:00+00:00", 1)
    assert "--cron" in str(told)


def test_the_machine_has_a_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert machine_zone() == "Europe/Berlin"
    monkeypatch.setenv("TZ", "Mars/Olympus")
    assert machine_zone() != "Mars/Olympus"
