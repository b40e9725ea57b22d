"""`overseal serve --inbox DIR --cron "0 2 * * *"`: an inbox screened every night, until interrupted."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import os
from pathlib import Path

from flows.cli import settings_file, store_option
from flows.logs import set_up
from flows.zone import machine_zone
from pipeline.errors import ExitCode, UsageError
from pipeline.intake.remote import is_address
from pipeline.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command; what is not said stands in the settings, `[nightly]`."""
    parser.add_argument("--inbox", metavar="DIR|URL", help="folder that scans are put into, or address of one")
    parser.add_argument("--cron", metavar="WHEN", help="minute hour day month weekday (else 0 2 * * *)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a folder a night goes here (else out)")
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Serve until interrupted; one process an inbox."""
    from flows.night import plan_of
    from flows.orchestrator import LocalServer
    from flows.turns import check_reports, inbox_key, serve_lock

    settings = load(given.settings)
    set_up(settings.log, logging.INFO)
    places = {
        "inbox": str(Path(given.inbox).resolve()) if given.inbox and not is_address(given.inbox) else given.inbox,
        "out": str(given.out.resolve()) if given.out else None,
        "settings": str(given.settings.resolve()) if given.settings else None,
        "store": given.store,
    }
    zone = settings.nightly.timezone or machine_zone()
    cron = given.cron or settings.nightly.cron
    plan = plan_of(settings, places, dt.datetime.now(dt.UTC), zone)
    if plan.source is None and not plan.inbox.is_dir():
        raise UsageError("the inbox must be a folder")
    if len(cron.split()) != 5:
        raise UsageError("--cron takes five fields: minute hour day month weekday, such as '0 2 * * *'")
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = inbox_key(plan.inbox)
    check_reports(plan.out, key)
    lock = serve_lock(settings.home, key)
    if lock is None:
        raise UsageError("this inbox is served already, by another process with this data folder")
    from pipeline.store.database import open_store

    # One that cannot be used is told now, and not by the first night.
    open_store(plan.settings.store).close()
    with lock, LocalServer(settings.home, schedules=f"serve-{key[:8]}") as server:
        server.wait()
        from flows.nightly import PLACES
        from flows.serving import serve_inbox

        os.environ[PLACES] = json.dumps(places)
        serve_inbox(plan, cron, server)
    return ExitCode.NOTHING_FLAGGED
