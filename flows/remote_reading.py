"""A batch of files read on a worker of a Dask cluster: what runs there; knows no Dask.

The worker is a machine of ours with the same version, the same store and the same view of the files; everything it
needs beside ids it finds there. Its reading processes last as long as the run.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import threading
from dataclasses import dataclass

from flows.runners import mark, reading_hash
from flows.screening import Screening, read_batch
from flows.workers import Fatal, MakeReader, Stopped, WorkerPool
from pipeline import READING_VERSION, __version__
from pipeline.errors import OversealError, UsageError, place_of
from pipeline.reference.policy import Policies
from pipeline.settings import load
from pipeline.store.database import Store, open_store
from pipeline.store.inputs import unread
from pipeline.store.pages import PageFolder
from pipeline.store.runs import running

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Files to read, by ordinals of a run (both included), and what the worker must agree with."""

    run_id: str
    first: int
    last: int
    reading_version: int
    version: str
    reading_hash: str
    reader: MakeReader


@dataclass(frozen=True, slots=True)
class Landed:
    """How many files were read, or what ended the batch."""

    files: int
    fault: Fatal | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    run_id: str
    work: Screening
    pool: WorkerPool
    store: Store

    def close(self) -> None:
        self.pool.stop()
        self.store.close()


_LOCK = threading.Lock()
_HELD: list[_Held] = []


def read_on_worker(job: Job) -> Landed:
    """Read a batch; never raises, since what an exception says would pass through the scheduler."""
    try:
        held = _held(job)
        with held.store.read() as connection:
            ordinals = [file.ordinal for file in unread(connection, job.run_id, job.first, job.last)]
        files = 0
        for ordinal in ordinals:
            if not _goes_on(held.store, job.run_id):
                break
            files += read_batch(held.work, ordinal, ordinal)
    except Stopped:
        return Landed(0)
    except OversealError as error:
        return Landed(0, Fatal.of(error))
    except Exception as error:
        log.error("a worker failed: %s", place_of(error))
        return Landed(0, Fatal(OversealError, f"a Dask worker failed: {place_of(error)}"))
    return Landed(files)


def end_reading(run_id: str) -> None:
    """End the reading processes of a run on this worker."""
    with _LOCK:
        for held in [held for held in _HELD if held.run_id == run_id]:
            held.close()
            _HELD.remove(held)


def _held(job: Job) -> _Held:
    """What this worker has of the run; that of an earlier run is ended."""
    with _LOCK:
        for held in _HELD:
            if held.run_id == job.run_id:
                return held
        while _HELD:
            _HELD.pop().close()
        held = _opened(job)
        _HELD.append(held)
        return held


def _opened(job: Job) -> _Held:
    if (job.reading_version, job.version) != (READING_VERSION, __version__):
        raise UsageError(f"a Dask worker has version {__version__}: install {job.version} there")
    if multiprocessing.current_process().daemon:
        raise UsageError(
            "a Dask worker may not start processes: start it with --no-nanny, or with "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
        )
    settings = load()
    if reading_hash(settings) != job.reading_hash:
        raise UsageError("a Dask worker has other settings of [intake] or [reading], other templates or labels")
    if not mark(settings.home, job.run_id).exists():
        raise UsageError("a Dask worker does not see the page images: share the folder pages of OVERSEAL_HOME")
    store = open_store(settings.store)
    if not _goes_on(store, job.run_id):
        store.close()
        raise UsageError("a Dask worker uses another store: name the same one there (OVERSEAL_STORE_URL)")
    pool = WorkerPool(_threads(), job.reader, settings)
    law = Policies(())
    work = Screening(
        job.run_id, settings, store, PageFolder(settings.home), pool, dt.datetime.now(dt.UTC).date(), law, ()
    )
    return _Held(job.run_id, work, pool, store)


def _threads() -> int:
    """How many batches this worker is given at a time."""
    from distributed import get_worker

    return int(get_worker().state.nthreads)


def _goes_on(store: Store, run_id: str) -> bool:
    with store.read() as connection:
        return run_id in running(connection)
