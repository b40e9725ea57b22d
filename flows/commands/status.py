"""`overseal status`: the last nights, what waits, what was quarantined, and what needs a person."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.cli import settings_file
from pipeline.errors import ExitCode
from pipeline.settings import Settings, load

if TYPE_CHECKING:
    from flows.standing import Standing

_NEVER = "no night has been worked yet: is `overseal serve` running?"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--check",
        action="store_true",
        help="for schedulers: alert and end with 1 when no night came to its end for too long, or the last one failed",
    )
    parser.add_argument("--nights", type=int, default=7, metavar="N", help="how many nights to show (%(default)s)")
    parser.add_argument("--store", metavar="URL", help="store (else OVERSEAL_STORE_URL, else a file in OVERSEAL_HOME)")
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Print how the nights stand."""
    from flows.standing import standings
    from pipeline.store.database import open_store

    settings = load(given.settings)
    if given.store:
        settings = settings.model_copy(update={"store_url": given.store})
    store = open_store(settings.store)
    try:
        with store.read() as connection:
            here = standings(connection, settings.nightly, dt.datetime.now(dt.UTC), max(1, given.nights))
    finally:
        store.close()
    if given.json:
        print(json.dumps([one.as_json() for one in here], indent=2))
    else:
        print("\n\n".join("\n".join(_told(one)) for one in here) or _NEVER)
    return _checked(here, settings) if given.check else ExitCode.NOTHING_FLAGGED


def _checked(here: list[Standing], settings: Settings) -> ExitCode:
    from flows.alerts import Alert, send

    if any(one.silent for one in here) or not here:
        hours = settings.nightly.silence_hours
        send(settings.nightly, Alert("silence", f"no night came to its end in the last {hours:g} hours"))
        return ExitCode.OUR_FAULT
    for failed in filter(None, (one.failed for one in here)):
        send(settings.nightly, Alert("failure", f"the last night {failed.state}: {failed.failure}"))
        return ExitCode.OUR_FAULT
    return ExitCode.NOTHING_FLAGGED


def _told(one: Standing) -> Iterator[str]:
    yield f"inbox {one.inbox[:8]}"
    yield f"  {'due (UTC)':<20} {'state':<22} {'files':>7} {'read':>7} {'in part':>7} {'unread':>7} {'seconds':>9}"
    for night in one.nights:
        state = f"{night.state}: {night.failure}" if night.failure not in ("", night.state) else night.state
        counts = (night.found, night.read, night.partial, night.unreadable)
        yield (
            f"  {night.scheduled[:19]:<20} {state:<22} "
            + " ".join(f"{count:>7}" for count in counts)
            + (f" {night.seconds:>9.1f}")
        )
    waits = f", the first for {one.waiting_seconds / 3600:.1f} hours" if one.waiting else ""
    yield f"  waiting at the last look: {one.waiting}{waits}"
    yield "  files: " + (", ".join(f"{count} {state}" for state, count in one.files.items()) or "none")
    if one.quarantined:
        yield "  quarantined: " + ", ".join(f"{count} {kind}" for kind, count in one.quarantined.items())
    yield "  needs a person: " + ("" if one.needs else "nothing")
    yield from (f"    {need}" for need in one.needs)
