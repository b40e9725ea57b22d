"""The runs of a night: new scans screened, the register audited.

What is imported here is most of the memory of a process (polars, templates, checks), so a night with nothing to do
never loads it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from flows.arrival import Inbox
from flows.launch import Request, Result, screen_folder
from flows.new_scans import Closing, selection
from flows.turns import Turn
from pipeline.errors import NothingToRead
from pipeline.settings import Settings
from pipeline.store.database import Store
from pipeline.store.nights import COUNTS, note_counts
from pipeline.types.runs import RunSummary

if TYPE_CHECKING:
    from pipeline.report.audit_report import AuditReport


def screen_inbox(
    store: Store,
    mine: Turn,
    inbox: Inbox,
    settings: Settings,
    out: Path,
    today: dt.date,
    register: Path | None,
    *,
    everything: bool,
) -> Result | None:
    """Screen what waits in an inbox; None where nothing of it is there any more.

    Args:
        store: with the record of the inbox.
        mine: the night's turn.
        inbox: that was looked into.
        settings: of the night.
        out: the night's folder; its name is noted with each file.
        today: the day to judge for.
        register: folder of the ministry's register.
        everything: screen what was screened before as well.
    """
    select = selection(store, inbox, settings.intake, everything=everything)
    if select is None:
        return None
    closing = Closing(inbox, out.name, settings.nightly.tries, mine.hold)

    def close(connection: Connection, run: RunSummary) -> None:
        closing(connection, run.run_id)
        note_counts(connection, mine.night.night_id, {name: getattr(run, name) for name in COUNTS})

    request = Request(
        [inbox.folder],
        out,
        settings,
        today,
        own_server=False,
        progress=lambda stage, done, of: mine.beat(),
        passed_over=tuple(inbox.passed_over),
        register=register,
        select=select,
        closing=close,
    )
    try:
        return screen_folder(request)
    except NothingToRead:  # what was there a moment ago is gone
        return None


def audit_night(mine: Turn, settings: Settings, out: Path, today: dt.date, register: Path) -> AuditReport:
    """Audit the register into the night's folder."""
    from flows.audit_launch import AuditRequest, audit_register

    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    return audit_register(
        AuditRequest(
            register,
            out / "audit",
            settings,
            today,
            own_server=False,
            progress=lambda stage, done, of: mine.beat(),
        )
    )
