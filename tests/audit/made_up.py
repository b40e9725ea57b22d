"""A small office, group by group: so many permits of one officer and agency, of which so many flagged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from flows.audit_tables import CIRCUMSTANCES, EXPOSURE, FLAGS

_PLAIN: Mapping[str, object] = {
    "office_id": "01",
    "stratum": "work-permit/counter/CARE WORK",
    "officer_id": None,
    "agency_id": None,
    "employer_id": None,
    "clinic_id": None,
    "workstation_id": None,
    "desk": None,
    "hour": 10,
    "first": dt.date(2025, 1, 1),
    "last": dt.date(2025, 12, 31),
}


def office(groups: Iterable[Mapping[str, object]], code: str = "OFF101") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Exposure and flags of groups: `permits`, `events` and columns of the exposure; events are spread evenly."""
    rows: list[dict[str, object]] = []
    flagged: list[str] = []
    for group in groups:
        one = {**_PLAIN, **group}
        permits, events = int(str(one["permits"])), int(str(one.get("events", 0)))
        first, last = one["first"], one["last"]
        assert isinstance(first, dt.date) and isinstance(last, dt.date)
        for at in range(permits):
            number = f"WP-{len(rows):06}"
            day = first + dt.timedelta(days=(last - first).days * at // max(1, permits - 1))
            rows.append({**one, "permit_number": number, "issued_on": day, "weekday": day.weekday()})
            if (at + 1) * events // permits > at * events // permits:
                flagged.append(number)
    schema = dict([*EXPOSURE.items(), *CIRCUMSTANCES.items()])
    exposure = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    return exposure, pl.DataFrame({"code": [code] * len(flagged), "permit_number": flagged}, schema=FLAGS)
