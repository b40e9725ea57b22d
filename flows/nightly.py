"""An inbox screened on a schedule: a Prefect deployment served by this process.

The inbox is screened as a whole each time; what was read before is not read again. Import it only after the
orchestrator's address is in the environment.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from pathlib import Path

from prefect import flow, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.types.entrypoint import EntrypointType

from flows.launch import Request, screen_folder
from flows.processes import die_with_parent
from pipeline.errors import NothingToRead, OversealError, place_of
from pipeline.settings import load

log = logging.getLogger(__name__)

#: Where a served run finds inbox, output folder and settings file: paths may name people, so they are no parameters.
#: The name has not the prefix of settings, which are refused when unknown.
PLACES = "NIGHTLY_PLACES_OF_OVERSEAL"
DEPLOYMENT = "inbox"


@flow(name="nightly", persist_result=False, log_prints=False)
def nightly() -> None:
    """Screen the inbox into a folder named after the day; an empty inbox is no fault."""
    die_with_parent()
    places = json.loads(os.environ[PLACES])
    settings = load(Path(places["settings"]) if places["settings"] else None)
    if places["store"]:
        settings = settings.model_copy(update={"store_url": places["store"]})
    today = dt.datetime.now().astimezone().date()
    reports = Path(places["out"])
    request = Request(
        [Path(places["inbox"])],
        reports / today.isoformat(),
        settings,
        today,
        own_server=False,
        # The reports of other days may lie below the inbox, page images among them.
        passed_over=(reports,),
    )
    _screen(request)


def _screen(request: Request) -> None:
    """Screen; what goes wrong is told without its message.

    Raises:
        RuntimeError: with the exit code or the type of the error: a message could hold a path, and the orchestrator
            keeps what is raised.
    """
    try:
        screen_folder(request)
    except NothingToRead:
        return
    except OversealError as error:
        ended = f"screening ended with exit code {int(error.exit_code)}"
    except Exception as error:  # of whatever kind, since the orchestrator would keep its words
        log.error("screening the inbox failed: %s", place_of(error))
        ended = f"screening failed: {type(error).__name__}"
    else:
        return
    # Outside the handlers, so that the error is not its context either.
    raise RuntimeError(ended)


def serve_inbox(cron: str) -> None:
    """Serve the schedule until interrupted; a run that is still going when the next is due makes that one fall out.

    A schedule that is paused on shutdown would stay paused and skip nights, so it is not.
    """
    limit = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    deployment = nightly.to_deployment(
        name=DEPLOYMENT, cron=cron, concurrency_limit=limit, entrypoint_type=EntrypointType.MODULE_PATH
    )
    serve(deployment, pause_on_shutdown=False, print_starting_message=False)  # type: ignore[arg-type]
