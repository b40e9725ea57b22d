"""The Prefect flow of a screening run: bounded batches, a bounded window of tasks, ids in and counts out.

Import it only after the orchestrator's address is in the environment (`flows.orchestrator`). What a batch needs is
found in this process by the run's id; nothing but that id and ordinals passes through Prefect.
"""

from __future__ import annotations

import logging
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from flows.opaque import opaque
from flows.rows import judge_rows
from flows.runners import Runner
from flows.screening import Screening, judge_batch
from flows.tally import Tally
from pipeline.store.inputs import bundle_heads
from pipeline.types.runs import CheckTally

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Bundles a task judges; checks cost a hundredth of reading.
_BUNDLES = 128


@dataclass(slots=True)
class FlowRun:
    """What the caller hands to the flow, and gets back from it.

    Attributes:
        to_read: ordinals of the files to read.
        progress: told after each batch: stage, done, of how many.
        runner: reads the files.
        tasks: how many tasks each run of the flow started, by Prefect's id of it.
        failure: the exception that ended a batch, as it was raised.
        done: whether everything was read and judged.
    """

    work: Screening
    runner: Runner
    to_read: Sequence[int]
    progress: Callable[[str, int, int], None]
    tally: Tally
    tasks: Counter[str] = field(default_factory=Counter)
    failure: BaseException | None = None
    done: bool = False


_RUNS: dict[str, FlowRun] = {}


def run_flow(run: FlowRun) -> None:
    """Run the flow on this process's orchestrator.

    Raises:
        OversealError: when a batch failed by a fault of ours or of the store.
        KeyboardInterrupt: when interrupted; the reading processes are ended first.
    """
    _RUNS[run.work.run_id] = run
    # Polars installs its SIGINT handler with SA_RESTART, under which the wait for a reading outlives Ctrl-C.
    signal.siginterrupt(signal.SIGINT, True)
    # The threads of the local runner each hold a reading process; those of a cluster only wait.
    local = run.work.settings.run.runner == "local"
    threads = run.work.settings.run.workers if local else run.runner.width
    shards = max(1, -(-len(run.to_read) // run.work.settings.run.shard))
    try:
        for shard in range(shards):
            runner: Any = ThreadPoolTaskRunner(max_workers=threads)
            screen.with_options(task_runner=runner)(run.work.run_id, shard, last=shard + 1 == shards)
    except Exception:
        if run.failure is not None:
            raise run.failure from None
        if not run.done:
            raise
        # Its history is operational: a server that went away costs no report.
        log.warning("the local orchestrator ended before the run did; its history has no end of it")
    finally:
        del _RUNS[run.work.run_id]


@flow(name="screen", persist_result=False, validate_parameters=False, log_prints=False)
def screen(run_id: str, shard: int, last: bool) -> None:
    """Judge the rows of the register, read what is new, then judge every bundle.

    A run of the flow reads one shard of the files; the first judges the register, the last the bundles, which may have
    files of any shard.
    """
    run = _RUNS[run_id]
    try:
        if shard == 0 and run.work.rows is not None:
            _judge_register(run, len(run.work.rows.checks))
        _read(run, shard)
        if last:
            _judge(run)
            run.done = True
    except BaseException:
        # Threads that wait for a file must end before Prefect waits for them.
        run.runner.stop()
        run.work.pool.stop()
        raise


def _read(run: FlowRun, shard: int) -> None:
    settings = run.work.settings.run
    done = shard * settings.shard
    mine = run.to_read[done : done + settings.shard]
    for _, size in _window(run, read_files, _ranges(mine, settings.batch), run.runner.width):
        done += size
        run.progress("read", done, len(run.to_read))


def _judge(run: FlowRun) -> None:
    with run.work.store.read() as connection:
        heads = bundle_heads(connection, run.work.run_id)
    done = 0
    for tally, size in _window(run, judge_bundles, _ranges(heads, _BUNDLES), 2):
        run.tally.merge(tally)
        done += size
        run.progress("judged", done, len(heads))


def _judge_register(run: FlowRun, checks: int) -> None:
    """One check after the other: each uses every core, and the memory of one is enough."""
    for index in range(checks):
        code, tally = check_rows(run.work.run_id, index)
        run.tally.checks[code] = tally
        run.tally.faults += tally.error
        run.tasks[str(flow_run.id)] += 1
        run.progress("rows", index + 1, checks)


@task(name="check-rows", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def check_rows(run_id: str, index: int) -> tuple[str, CheckTally]:
    """Run one check over the register; returns its code and counts."""
    run = _RUNS[run_id]
    with opaque(run):
        if run.work.rows is None:
            raise ValueError("the run has no register")
        return run.work.rows.checks[index].code, judge_rows(run.work.rows, index)


@task(name="read-files", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def read_files(run_id: str, first: int, last: int) -> int:
    """Read a batch of files; returns how many."""
    run = _RUNS[run_id]
    with opaque(run):
        return run.runner.read(run.work, first, last)


@task(name="judge-bundles", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def judge_bundles(run_id: str, first: int, last: int) -> Tally:
    """Judge a batch of bundles; returns its counts."""
    run = _RUNS[run_id]
    with opaque(run):
        return judge_batch(run.work, first, last)


def _ranges(ordinals: Sequence[int], size: int) -> Iterator[tuple[int, int, int]]:
    """(first, last, how many) of each batch."""
    rest = iter(ordinals)
    while batch := list(islice(rest, size)):
        yield batch[0], batch[-1], len(batch)


def _window(
    run: FlowRun, job: Task[[str, int, int], T], batches: Iterator[tuple[int, int, int]], width: int
) -> Iterator[tuple[T, int]]:
    """Each batch's result and size, in order, with at most `width` tasks in flight."""
    flying: deque[tuple[PrefectFuture[T], int]] = deque()
    for first, last, size in batches:
        if len(flying) >= width:
            future, landed = flying.popleft()
            yield future.result(), landed
        flying.append((job.submit(run.work.run_id, first, last), size))
        run.tasks[str(flow_run.id)] += 1
    for future, landed in flying:
        yield future.result(), landed
