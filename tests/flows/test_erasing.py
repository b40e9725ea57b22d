from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from flows.erasing import erase
from pipeline.settings import Settings
from pipeline.store.database import Store
from pipeline.store.holds import place_hold
from tests.report.test_expired import night
from tests.store.filled import READ_ON, put, reading


def test_store_images_and_reports_go_together_once_the_clock_is_believed(store: Store, tmp_path: Path) -> None:
    home, reports = tmp_path / "data", tmp_path / "out"
    put(store, home, "gone", "clear")
    held = put(store, home, "held", "clear")
    with store.write() as connection:
        place_hold(connection, held, "a.1", "b.2", "AZ 1/26", READ_ON)
    for at, name in enumerate(("gone", "held")):
        night(reports, f"2026-01-0{at + 1}T020000+0000", "run.json", reading(name).records[0].document_id)
    copy = home / "registers" / "hash"
    copy.mkdir(parents=True)
    os.utime(copy, (READ_ON.timestamp(), READ_ON.timestamp()))
    day, settings = READ_ON.date() + dt.timedelta(days=200), Settings(home=home)
    first = erase(store, settings, reports, "", day)
    assert not first.scans.clock_believed
    assert (first.registers, copy.exists()) == (1, False)
    assert len(list(reports.iterdir())) == 2
    second = erase(store, settings, reports, "", day + dt.timedelta(days=1))
    assert (second.scans.facts, second.scans.held) == ({"clear": 1}, 1)
    assert (second.reports.removed, second.reports.held) == (1, 1)
    assert [folder.name[:10] for folder in reports.iterdir()] == ["2026-01-02"]
