"""An inbox served on a schedule: a Prefect deployment, and what makes up for the time when nobody served it.

Import it only after the orchestrator's address is in the environment.

When serving begins, nobody else uses this orchestrator: whatever its database holds as running was killed, and is noted
as crashed. Registering the deployment anew drops the runs that were due and not begun, so our own record of nights
tells whether the last one that was due came to its end; if it did not, it is run now, once, however many were missed.

Times are those of the zone's clock, by Prefect's cron. A time that the clock skips in spring is worked an hour early or
late; one that it shows twice in autumn is worked once, so that an hourly schedule leaves one hour out. Whatever is left
out is made up for by the next night: each takes in all that is there.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
from typing import TYPE_CHECKING
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.server.schemas.schedules import CronSchedule
from prefect.states import Crashed, Scheduled
from prefect.types.entrypoint import EntrypointType

from flows.nightly import nightly
from flows.orchestrator import LocalServer
from flows.serving_watch import Watch
from flows.turns import inbox_key, utc
from pipeline.errors import UsageError
from pipeline.store.database import open_store
from pipeline.store.nights import last_finished, recent

if TYPE_CHECKING:
    from flows.night import Plan

log = logging.getLogger(__name__)

DEPLOYMENT = "inbox"

_PAGE = 200
#: Runs that begin while one is at work end at once; this many may find that out at a time.
_PROCESSES = 3
#: How far back the last time that was due is looked for.
_BACK = tuple(dt.timedelta(days=days) for days in (1 / 24, 1, 8, 32, 400))


def serve_inbox(plan: Plan, cron: str, server: LocalServer) -> None:
    """Serve the schedule until interrupted.

    Raises:
        UsageError: for a cron expression that is none.
        StoreError: if the store cannot be used.
    """
    due = last_due(cron, plan.zone, dt.datetime.now(dt.UTC))
    # A schedule that is paused on shutdown would stay paused and skip nights.
    runner = _Runner(name=DEPLOYMENT, pause_on_shutdown=False, limit=_PROCESSES)
    deployment = nightly.to_deployment(
        name=DEPLOYMENT, schedule=Cron(cron, timezone=plan.zone), entrypoint_type=EntrypointType.MODULE_PATH
    )
    if not isinstance(deployment, RunnerDeployment):
        raise TypeError("a deployment was promised only")
    registered = runner.add_deployment(deployment)
    if not isinstance(registered, UUID):
        raise TypeError("the orchestrator gave the deployment no id")
    with get_client(sync_client=True) as client:
        bury_dead_runs(client)
        if due is not None and is_missed(plan, due):
            client.create_flow_run_from_deployment(registered, state=Scheduled(scheduled_time=due))
            log.info("a night was missed and is run now", extra={"event": "night missed"})
    print(f"serving the inbox at {cron!r}, {plan.zone}; end with Ctrl-C", flush=True)
    watch = Watch(plan.settings, plan.inbox, lambda: server.alive)
    threading.Thread(target=watch.run, daemon=True).start()
    try:
        asyncio.run(runner.serve())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        # What ends from now on ends with us.
        watch.ended.set()


class _Runner(Runner):
    """A runner that ends on SIGTERM as it does on Ctrl-C; its own handler awaits nothing of what it stops."""

    async def serve(self) -> None:
        """Serve until it is ended."""
        self._ours, self._task = asyncio.get_running_loop(), asyncio.current_task()
        await self.start()

    def handle_sigterm(self, *_args: object, **_kwargs: object) -> None:
        """End; the loop is waiting for something else, so that it has to be woken."""
        if self._task is not None:
            self._ours.call_soon_threadsafe(self._task.cancel)


def last_due(cron: str, zone: str, now: dt.datetime) -> dt.datetime | None:
    """When a night was due last, up to now; None where none was within a year.

    Raises:
        UsageError: for a cron expression that is none, or of a day that never comes.
    """
    try:
        schedule = CronSchedule(cron=cron, timezone=zone)
        for back in _BACK:
            dates = asyncio.run(schedule.get_dates(start=now - back, end=now))
            if dates:
                return max(dates)
    except ValueError as error:
        raise UsageError(
            f"--cron {cron!r} names no time: minute hour day month weekday, such as '0 2 * * *'"
        ) from error
    return None


def is_missed(plan: Plan, due: dt.datetime) -> bool:
    """Whether the night that was due has not come to its end, though this inbox was served before."""
    store = open_store(plan.settings.store)
    try:
        with store.read() as connection:
            key = inbox_key(plan.inbox)
            last = last_finished(connection, key, dt.datetime.now(dt.UTC))
            served = bool(recent(connection, 1, key))
    finally:
        store.close()
    return served and (last is None or last.scheduled < utc(due))


def bury_dead_runs(client: SyncPrefectClient) -> int:
    """Note as crashed what this orchestrator still holds as running, and drop what was due; returns how many."""
    dead = 0
    alive = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    running = FlowRunFilter.model_validate({"state": {"type": {"any_": alive}}})
    while runs := client.read_flow_runs(flow_run_filter=running, limit=_PAGE):
        for run in runs:
            client.set_flow_run_state(run.id, Crashed(message="its process was gone"), force=True)
        dead += len(runs)
    now = dt.datetime.now(dt.UTC).isoformat()
    late = {"state": {"type": {"any_": [StateType.SCHEDULED]}}, "expected_start_time": {"before_": now}}
    while runs := client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(late), limit=_PAGE):
        for run in runs:
            client.delete_flow_run(run.id)
        dead += len(runs)
    return dead
