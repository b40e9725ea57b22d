from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from checks.office_time import clock_range, office_time
from pipeline.reference.register_tables import TABLES

ZONES = {"01": "Europe/Berlin", "02": "Asia/Kathmandu", "03": "Africa/Casablanca", "04": "Africa/Lagos", "05": None}
OFFICES = pl.DataFrame({"office_id": list(ZONES), "timezone": list(ZONES.values())})
TABLE = {"offices": pl.concat([TABLES["offices"].empty().collect(), OFFICES], how="diagonal").lazy()}
HOURS = [dt.datetime(1984, 6, 1, tzinfo=dt.UTC) + dt.timedelta(hours=977 * step) for step in range(500)]


def local(office: str | None, offset: int | None) -> list[dt.datetime]:
    frame = pl.LazyFrame({"at": HOURS}, schema={"at": pl.Datetime("us", "UTC")}).with_columns(
        pl.lit(office, pl.String).alias("office_id"), pl.lit(offset, pl.Int16).alias("at_offset")
    )
    found = office_time(frame, TABLE, "at").sort("at").collect()  # a join promises no order
    assert found.columns == ["at", "office_id", "at_offset", "at_local"]
    return found["at_local"].to_list()


@pytest.mark.parametrize("office", [office for office, zone in ZONES.items() if zone])
def test_the_wall_clock_is_that_of_the_zone_whatever_was_written(office: str) -> None:
    zone = ZoneInfo(str(ZONES[office]))
    assert local(office, 540) == [at.astimezone(zone).replace(tzinfo=None) for at in HOURS]


@pytest.mark.parametrize("office", ["05", "99", None])
def test_without_a_zone_the_offset_written_counts(office: str | None) -> None:
    assert local(office, 90) == [(at + dt.timedelta(minutes=90)).replace(tzinfo=None) for at in HOURS]
    assert local(office, None) == [at.replace(tzinfo=None) for at in HOURS]


def test_no_clock_ever_leaves_its_range() -> None:
    ranges = {row[0]: row[1:] for row in clock_range(TABLE).collect().iter_rows()}
    assert set(ranges) == {"01", "02", "03", "04"}
    assert ranges["01"] == (60, 120)
    for office, (least, most) in ranges.items():
        shown = [(there - at.replace(tzinfo=None)) for there, at in zip(local(office, None), HOURS, strict=True)]
        assert dt.timedelta(minutes=least) <= min(shown)
        assert max(shown) <= dt.timedelta(minutes=most)
