"""The Prefect flow of a night; what it does is in `flows.night`.

Import it only after the orchestrator's address is in the environment. Prefect is told counts and states: no name, no
path, no message of an error.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from pathlib import Path
from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run
from prefect.states import Cancelled

from flows.failures import alerted, failure_of
from flows.logs import set_up
from flows.night import plan_of, run_night
from flows.processes import die_with_parent, keep_to_ourselves
from flows.turns import NotMyTurn
from flows.zone import machine_zone
from pipeline.errors import UsageError, place_of
from pipeline.intake.remote import is_address
from pipeline.settings import Nightly, load

log = logging.getLogger(__name__)

#: Where a served run finds inbox, output folder and settings file: paths may name people, so they are no parameters.
#: The name has not the prefix of settings, which are refused when unknown.
PLACES = "NIGHTLY_PLACES_OF_OVERSEAL"

_WHY = {
    "overlap": "another night is at work",
    "done": "a night that was due at this time is done",
    "superseded": "a night that was due later is done",
}


@flow(name="nightly", persist_result=False, log_prints=False)
def nightly() -> State[Any] | None:
    """Work one night; one that has nothing to do is cancelled.

    Raises:
        RuntimeError: with the failure in a word: a message could hold a path, and the orchestrator keeps what is
            raised.
    """
    die_with_parent()
    # A worker of a work pool has not done it for us.
    keep_to_ourselves()
    try:
        summary = _night(flow_run.scheduled_start_time)
    except NotMyTurn as other:
        return Cancelled(message=_WHY[other.why])
    except Exception as error:  # of whatever kind, since the orchestrator would keep its words
        log.error("the night failed: %s", place_of(error))
        ended = f"the night failed: {failure_of(error)}"
    else:
        _show(summary)
        return None
    # Outside the handlers, so that the error is not its context either.
    raise RuntimeError(ended)


def _night(scheduled: dt.datetime) -> dict[str, Any]:
    served = os.environ.get(PLACES)
    places: dict[str, str | None] = json.loads(served or "{}")
    named = places.get("settings")
    settings = load(Path(named) if named else None)
    # Settings that cannot be loaded name no hook: such a failure is in the log alone.
    with alerted(settings.nightly, "the night could not begin"):
        set_up(settings.log, logging.INFO)
        if served is None:
            _refuse_relative(settings.nightly)
        plan = plan_of(settings, places, scheduled, settings.nightly.timezone or machine_zone())
    return run_night(plan)


def _refuse_relative(nightly: Nightly) -> None:
    """A worker of a work pool starts in a folder that goes with the run, and with it what was written or moved there.

    Raises:
        UsageError: for a path that would lie in it.
    """
    for name in ("inbox", "out", "register_folder", "move_to", "metrics"):
        place: Path | str | None = getattr(nightly, name)
        if place is not None and not is_address(str(place)) and not Path(place).is_absolute():
            log.error("[nightly] %s must be a full path where a worker starts the night", name)
            raise UsageError(f"[nightly] {name} must be a full path where a worker starts the night")


def _show(summary: dict[str, Any]) -> None:
    """Counts of the night in the orchestrator's pages; without them the night is no worse."""
    rows = [{"count": name, "of files": count} for name, count in summary["arrivals"].items()]
    screened = summary["screening"] or {}
    rows += [{"count": name, "of files": count} for name, count in screened.items() if isinstance(count, int)]
    try:
        create_table_artifact(table=rows, key="night", description="Counts of one night")
    except Exception as error:  # of the orchestrator, whatever it is
        log.error("the counts could not be shown: %s", place_of(error))
