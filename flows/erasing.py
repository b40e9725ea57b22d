"""What is due is erased, after a night: in the store, among page images, reports and loaded copies of registers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pipeline.register.cache import drop_unused
from pipeline.report.expired import Expired, remove_expired
from pipeline.settings import Settings
from pipeline.store.database import Store
from pipeline.store.holds import held_documents
from pipeline.store.pages import PageFolder
from pipeline.store.retention import Erased, erase_due


@dataclass(frozen=True, slots=True)
class Erasure:
    """Counts: of scans, of reports, and of loaded copies of registers."""

    scans: Erased
    reports: Expired
    registers: int


def erase(store: Store, settings: Settings, reports: Path, own: str, today: dt.date) -> Erasure:
    """Erase what is due; where the clock is not believed, copies only, which are made anew where they are wanted.

    Args:
        store: no run may be going on in it.
        settings: days by class.
        reports: folder of the nights' folders.
        own: name of the folder of the night at work, which may have been due long ago.
        today: the day that ages are counted to.

    Raises:
        StoreError: when the store refuses.
        OSError: when an image, a report or a copy cannot be removed; the next call takes it up.
    """
    copies = drop_unused(settings.home / "registers", settings.retention.registers, today)
    PageFolder(settings.home).clear_left()
    scans = erase_due(store, settings, today)
    if not scans.clock_believed:
        return Erasure(scans, Expired(), copies)
    with store.read() as connection:
        held = held_documents(connection)
    return Erasure(scans, remove_expired(reports, settings.retention.reports, today, held, own), copies)
