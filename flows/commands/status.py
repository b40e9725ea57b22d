"""`overseal status`: the last nights, what waits, what was quarantined, and what needs a person."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode, OversealError
from pipeline.intake.remote import folder_of
from pipeline.settings import Settings, load

if TYPE_CHECKING:
    from flows.alerts import Alert
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
    parser.add_argument("--inbox", metavar="DIR|URL", help="only this inbox (else every one that has had a night)")
    parser.add_argument("--nights", type=int, default=7, metavar="N", help="how many nights to show (%(default)s)")
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Print how the nights stand."""
    from flows.alerts import Alert, send
    from flows.turns import inbox_key

    settings = load(given.settings)
    if given.store:
        settings = settings.model_copy(update={"store_url": given.store})
    try:
        here = _standings(settings, max(1, given.nights))
    except OversealError:
        if given.check:
            send(settings.nightly, Alert("failure", "how the nights stand cannot be told: the store cannot be used"))
        raise
    if given.inbox is not None:
        here = [one for one in here if one.inbox == inbox_key(folder_of(settings.home, given.inbox))]
    if given.json:
        print(json.dumps([one.as_json() for one in here], indent=2))
    else:
        print("\n\n".join("\n".join(_told(one)) for one in here) or _NEVER)
    if not given.check:
        return ExitCode.NOTHING_FLAGGED
    # One that is served no more would be silent for ever.
    served = given.inbox or settings.nightly.inbox
    alert = _alert(
        [one for one in here if served is None or one.inbox == inbox_key(folder_of(settings.home, served))], settings
    )
    if alert is None:
        return ExitCode.NOTHING_FLAGGED
    send(settings.nightly, alert)
    return ExitCode.OUR_FAULT


def _standings(settings: Settings, nights: int) -> list[Standing]:
    from flows.standing import standings
    from pipeline.store.database import open_store

    with closing(open_store(settings.store)) as store, store.read() as connection:
        return standings(connection, settings.nightly, dt.datetime.now(dt.UTC), nights)


def _alert(here: list[Standing], settings: Settings) -> Alert | None:
    from flows.alerts import Alert

    if not here or any(one.silent for one in here):
        return Alert("silence", f"no night came to its end in the last {settings.nightly.silence_hours:g} hours")
    failed = next((one.failed for one in here if one.failed is not None), None)
    return Alert("failure", f"the last night {failed.state}: {failed.failure}") if failed is not None else None


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
