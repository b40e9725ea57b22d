"""A small register with a pattern on request: permits of one officer and agency whose fee was paid after issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

_START = dt.datetime(2025, 1, 6, 9, 0, tzinfo=dt.UTC)


def permits(count: int, ring: int = 0) -> pl.DataFrame:
    """Permits of three offices with four officers each and six agencies; `ring` of OF-1 and AG-1 are out of order."""
    return pl.DataFrame(list(_permits(count, ring)))


def _permits(count: int, ring: int) -> Iterator[dict[str, str]]:
    for at in range(count):
        office, officer, agency = at % 3, at // 3 % 4, at // 12 % 6
        # The ring's permits lie in the middle of the year, next to others in order.
        in_ring = count // 3 <= at < count // 3 + ring
        if in_ring:
            office, officer, agency = 0, 0, 0
        issued = _START + dt.timedelta(days=at * 330 // count, minutes=at % 300)
        paid = issued + dt.timedelta(days=9) if in_ring or at % 97 == 0 else issued - dt.timedelta(days=2)
        applied = issued - dt.timedelta(days=20)
        yield {
            "permit_number": f"WP-{office:02}-2025-{at:06}",
            "kind": "work-permit",
            "category": "CARE WORK",
            "channel": "counter",
            "holder_id": f"H-{at}",
            "surname": "XCANARYX",
            "application_id": f"AP-{at}",
            "applied_at": applied.isoformat(),
            "decided_at": (issued - dt.timedelta(days=1)).isoformat(),
            "issued_at": issued.isoformat(),
            "office_id": f"{office:02}",
            "approved_by": f"OF-{office * 4 + officer}",
            "entered_by": f"OF-{office * 4 + (officer + 1) % 4}",
            "agency_id": f"AG-{agency}",
            "employer_id": f"EM-{at % 40}",
            "receipt_number": f"RC-{at}",
            "paid_at": paid.isoformat(),
        }


def write(folder: Path, table: pl.DataFrame, fees: bool = True) -> Path:
    """Write `permits.csv` and `fees.csv`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paid = table.select("receipt_number", "application_id", "paid_at").with_columns(amount=pl.lit("10"))
    if fees:
        paid.drop_nulls("receipt_number").write_csv(folder / "fees.csv")
    table.drop("paid_at").write_csv(folder / "permits.csv")
    offices = table.select("office_id").unique().sort("office_id").with_columns(timezone=pl.lit("Europe/Lisbon"))
    offices.write_csv(folder / "offices.csv")
    return folder


Change = Callable[[pl.DataFrame], pl.DataFrame]
