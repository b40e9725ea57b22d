"""`overseal serve --inbox DIR --cron "0 2 * * *"`: an inbox screened every night, until interrupted."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from flows.cli import settings_file
from pipeline.errors import ExitCode, UsageError
from pipeline.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--inbox", type=Path, required=True, metavar="DIR", help="folder that scans are put into")
    parser.add_argument(
        "--cron", default="0 2 * * *", metavar="WHEN", help="minute hour day month weekday (%(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="a folder a day goes here (%(default)s)"
    )
    parser.add_argument("--store", metavar="URL", help="store (else OVERSEAL_STORE_URL, else a file in OVERSEAL_HOME)")
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Serve until interrupted."""
    from flows.orchestrator import LocalServer

    settings = load(given.settings)
    if not given.inbox.is_dir():
        raise UsageError("--inbox must name a folder")
    _check_cron(given.cron)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with LocalServer(settings.home, schedules=True) as server:
        places = {
            "inbox": str(given.inbox.resolve()),
            "out": str(given.out.resolve()),
            "settings": str(given.settings.resolve()) if given.settings else None,
            "store": given.store,
        }
        server.wait()
        from flows.nightly import PLACES, serve_inbox

        os.environ[PLACES] = json.dumps(places)
        print(f"serving the inbox at {given.cron!r}; end with Ctrl-C", flush=True)
        serve_inbox(given.cron)
    return ExitCode.NOTHING_FLAGGED


def _check_cron(text: str) -> None:
    if len(text.split()) != 5:
        raise UsageError("--cron takes five fields: minute hour day month weekday, such as '0 2 * * *'")
