"""`overseal quarantine list|retry|drop`: scans that could not be read, by their opaque ids."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode, UsageError
from pipeline.settings import load

if TYPE_CHECKING:
    from pipeline.store.arrivals import Arrival


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser("list", help="what is quarantined, why, and which night's names.csv names it")
    listing.add_argument("--json", action="store_true", help="as JSON")
    retry = actions.add_parser("retry", help="read it again in the next night")
    drop = actions.add_parser("drop", help="want no more of it, unless the file changes")
    for action in (retry, drop):
        action.add_argument("ids", nargs="*", metavar="ID", help="as `list` shows it")
        action.add_argument("--all", action="store_true", help="everything that is quarantined")
    for action in (listing, retry, drop):
        store_option(action)
        settings_file(action)


def run(given: argparse.Namespace) -> ExitCode:
    """List, or put back, or drop."""
    from pipeline.store import arrivals
    from pipeline.store.database import open_store

    settings = load(given.settings)
    store = open_store(given.store or settings.store)
    try:
        with store.read() as connection:
            quarantined = arrivals.in_state(connection, arrivals.ArrivalState.QUARANTINED)
        if given.action == "list":
            return _listed(quarantined, as_json=given.json)
        known = {one.file_id for one in quarantined}
        ids = sorted(known) if given.all else given.ids
        if not ids and not given.all:
            raise UsageError("name the ids that `overseal quarantine list` shows, or --all")
        if unknown := [one for one in ids if one not in known]:
            raise UsageError(f"not quarantined: {', '.join(unknown)}")
        change: Callable[..., int] = arrivals.retry if given.action == "retry" else arrivals.drop
        with store.write() as connection:
            count = change(connection, ids)
    finally:
        store.close()
    print(f"{count} files {'are read again in the next night' if given.action == 'retry' else 'were dropped'}")
    return ExitCode.NOTHING_FLAGGED


def _listed(quarantined: list[Arrival], *, as_json: bool) -> ExitCode:
    if as_json:
        shown = ("file_id", "reasons", "tries", "night", "first_seen", "size")
        print(json.dumps([{name: getattr(one, name) for name in shown} for one in quarantined], indent=2))
        return ExitCode.NOTHING_FLAGGED
    if not quarantined:
        print("nothing is quarantined")
        return ExitCode.NOTHING_FLAGGED
    print(f"{'id':<26} {'why':<24} {'night (its names.csv names the file)'}")
    for one in quarantined:
        print(f"{one.file_id:<26} {one.reasons or 'unknown':<24} {one.night}")
    return ExitCode.NOTHING_FLAGGED
