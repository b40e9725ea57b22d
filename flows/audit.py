"""The Prefect flow of an audit: one row check after the other, then the leads; counts out, nothing else.

Import it only after the orchestrator's address is in the environment (`flows.orchestrator`). What a task needs is found
in this process by the run's id; nothing but that id, ordinals and codes passes through Prefect.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.auditing import AuditFound, Auditing, find_leads
from flows.opaque import opaque
from flows.rows import judge_rows
from pipeline.types.runs import CheckTally


@dataclass(slots=True)
class AuditRun:
    """What the caller hands to the flow, and gets back from it.

    Attributes:
        progress: told after each step: stage, done, of how many.
        checks: counts of each row check, by code.
        found: None until the leads were looked for.
        flow_run_id: Prefect's id of the run; `tasks`, how many tasks it started.
        failure: the exception that ended a task, as it was raised.
    """

    work: Auditing
    progress: Callable[[str, int, int], None]
    checks: dict[str, CheckTally] = field(default_factory=dict)
    found: AuditFound | None = None
    flow_run_id: str = ""
    tasks: int = 0
    failure: BaseException | None = None


_RUNS: dict[str, AuditRun] = {}


def run_audit(run: AuditRun) -> AuditFound:
    """Run the flow on this process's orchestrator; returns what it found.

    Raises:
        OversealError: when a step failed by a fault of ours or of the store.
        KeyboardInterrupt: when interrupted.
    """
    _RUNS[run.work.run_id] = run
    # Polars installs its SIGINT handler with SA_RESTART, under which a wait outlives Ctrl-C.
    signal.siginterrupt(signal.SIGINT, True)
    try:
        audit(run.work.run_id)
    except Exception:
        if run.failure is not None:
            raise run.failure from None
        raise
    finally:
        del _RUNS[run.work.run_id]
    if run.found is None:
        raise ValueError("the flow ended without a result")
    return run.found


@flow(name="audit", persist_result=False, validate_parameters=False, log_prints=False)
def audit(run_id: str) -> None:
    """Judge the rows of the register, then look for leads."""
    run = _RUNS[run_id]
    run.flow_run_id = str(flow_run.id)
    checks = run.work.rows.checks
    for index, check in enumerate(checks):
        # One after the other: each uses every core, and the memory of one is enough.
        run.checks[check.code] = count_flags(run_id, index)
        run.tasks += 1
        run.progress("rows", index + 1, len(checks))
    compare_offices(run_id)
    run.tasks += 1
    run.progress("compared", 1, 1)


@task(name="count-flags", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def count_flags(run_id: str, index: int) -> CheckTally:
    """Run one row check over the register; returns its counts."""
    run = _RUNS[run_id]
    with opaque(run):
        return judge_rows(run.work.rows, index)


@task(name="compare-offices", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def compare_offices(run_id: str) -> int:
    """Look for leads; returns how many there are."""
    run = _RUNS[run_id]
    with opaque(run):
        run.found = find_leads(run.work)
        return len(run.found.leads)
