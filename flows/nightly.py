"""An inbox screened on a schedule: a Prefect deployment served by this process.

The inbox is screened as a whole each time; what was read before is not read again. Import it only after the
orchestrator's address is in the environment.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from prefect import flow, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.types.entrypoint import EntrypointType

from flows.launch import Request, screen_folder
from flows.processes import die_with_parent
from pipeline.errors import NothingToRead, OversealError
from pipeline.settings import load

#: Where a served run finds inbox, output folder and settings file: paths may name people, so they are no parameters.
PLACES = "OVERSEAL_NIGHTLY"
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
    out = Path(places["out"]) / today.isoformat()
    try:
        screen_folder(Request([Path(places["inbox"])], out, settings, today, own_server=False))
    except NothingToRead:
        return
    except OversealError as error:
        # Its message could hold a path; the orchestrator keeps what is raised here.
        raise RuntimeError(f"screening ended with exit code {int(error.exit_code)}") from None


def serve_inbox(cron: str) -> None:
    """Serve the schedule until interrupted; a run that is still going when the next is due makes that one fall out.

    A schedule that is paused on shutdown would stay paused and skip nights, so it is not.
    """
    limit = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    deployment = nightly.to_deployment(
        name=DEPLOYMENT, cron=cron, concurrency_limit=limit, entrypoint_type=EntrypointType.MODULE_PATH
    )
    serve(deployment, pause_on_shutdown=False, print_starting_message=False)  # type: ignore[arg-type]
