"""A whole screening run: server, store, files, flow, output; used by `screen`, `demo` and the nightly schedule."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from sqlalchemy import Connection

from checks.declaration import Declaration
from checks.precisions import precisions, shares
from checks.registry import ALL_CHECKS, CHECKS, ROW_CHECKS
from flows.discovery import Discovery, Select, discover
from flows.orchestrator import LocalServer
from flows.output import now, write_output
from flows.processes import private_folder
from flows.reading import make_reader
from flows.rescreening import rediscover
from flows.rows import RowRun, RowTotals, row_run, row_totals
from flows.runners import check_dask, made_runner, mark
from flows.screening import Screening
from flows.tally import Tally
from flows.workers import MakeReader, WorkerPool
from pipeline.errors import NothingToRead, OversealError, StoreError, UsageError
from pipeline.reference.policy import Policies, load_policies
from pipeline.register.load import load_register
from pipeline.report import names_csv, run_json
from pipeline.report.folder import Folder
from pipeline.settings import Settings
from pipeline.store.database import Store, open_store
from pipeline.store.outcomes import latest_day, rests_on_register
from pipeline.store.pages import PageFolder
from pipeline.store.runs import end_run, running, start_run
from pipeline.types.runs import RunSummary

#: What a run writes into its output folder; no input, should that lie below the folder to screen.
_OWN = (*get_args(Folder), run_json.NAME, names_csv.NAME)

#: Ending of the folder in which a run keeps what its row checks flagged.
ROWS = ".rows"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to screen.

    Attributes:
        own_server: start an orchestrator's server; False inside a process that has one.
        reader: makes the reader of each reading process.
        progress: stage, done, of how many (0: not known yet).
        passed_over: further folders that hold no input, such as the reports of other runs.
        register: folder of the ministry's register; `earlier`, of a delivery of it before this one.
        select: takes files that were found below the paths, and gives those to screen.
        closing: what else is kept in the transaction that ends the run, while the run has its inputs.
        rescreen: screen what the store knows instead of files.
        same_days: judge each document for the day that its kept answers hold for.
    """

    paths: Sequence[Path]
    out: Path
    settings: Settings
    today: dt.date
    own_server: bool = True
    reader: MakeReader = make_reader
    progress: Progress = field(default=lambda stage, done, of: None)
    passed_over: Sequence[Path] = ()
    register: Path | None = None
    earlier: Path | None = None
    select: Select = field(default=lambda entries: entries)
    closing: Callable[[Connection, RunSummary], None] = field(default=lambda connection, summary: None)
    rescreen: bool = False
    same_days: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Counts of the run, and what the exit code is made of; `rows` of the register, None without one."""

    summary: RunSummary
    tally: Tally
    rows: RowTotals | None = None


def screen_folder(request: Request) -> Result:
    """Screen files and folders and write the reports.

    Raises:
        OversealError: with its exit code, for anything that ends the run.
        KeyboardInterrupt: when interrupted; what was read stays read.
    """
    settings = request.settings
    check_out(request.out)
    check_thresholds(settings.checks, ALL_CHECKS)
    if settings.run.runner == "dask":
        check_dask(settings.run)
    law = load_policies(settings.policy)
    measured = shares(precisions())
    private_folder(settings.home)
    with ExitStack() as stack:
        # First of all, so that it boots while files are found.
        server = stack.enter_context(LocalServer(settings.home)) if request.own_server else None
        store = open_store(settings.store)
        stack.callback(store.close)
        if request.rescreen:
            request = _of_kept_days(request, store)
        here = settings.run.workers if settings.run.runner == "local" else 0
        pool = stack.enter_context(WorkerPool(here, request.reader, settings))
        run_id = stack.enter_context(noted_run(store, settings.home))
        pages = PageFolder(settings.home)
        pages.clear_left()
        rows = stack.enter_context(_register(request, law, measured, settings.home / "runs" / f"{run_id}{ROWS}"))
        work = Screening(
            run_id,
            settings,
            store,
            pages,
            pool,
            request.today,
            law,
            CHECKS,
            measured,
            rows,
            request.same_days,
        )
        started = now()
        discovery = _discover(request, work)
        if discovery.to_read:
            pool.warm()
        tally = _flow(request, work, discovery, server)
        summary = write_output(work, discovery, tally, started, request.out)
        with store.write() as connection:
            request.closing(connection, summary)
            end_run(connection, run_id, "finished", summary)
        # Names of files were in the store while the run lasted. It has come to its end, whatever becomes of this.
        with suppress(StoreError):
            store.empty_log()
        totals = row_totals(rows) if rows else None
    return Result(summary, tally, totals)


@contextmanager
def _register(request: Request, law: Policies, measured: Mapping[str, float], folder: Path) -> Iterator[RowRun | None]:
    """The register ready for its checks; what they flag is dropped with the run."""
    if request.register is None:
        yield None
        return
    settings = request.settings
    cache = settings.home / "registers"
    register = load_register(request.register, cache, settings.register, law)
    earlier = load_register(request.earlier, cache, settings.register, law) if request.earlier else None
    private_folder(folder)
    try:
        yield row_run(register, earlier, settings, request.today, law, ROW_CHECKS, folder, measured)
    finally:
        shutil.rmtree(folder)


def check_out(out: Path) -> None:
    """Raises UsageError where the reports could not be written: not only once everything was read."""
    try:
        if out.exists() and not out.is_dir():
            raise UsageError("--out names a file; a folder is needed")
        there = next(place for place in (out, *out.absolute().parents) if place.exists())
    except OSError as error:  # below a folder that may not be entered
        raise UsageError("the folder for reports cannot be reached") from error
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError("the folder for reports cannot be written")


def check_thresholds(limits: Mapping[str, Mapping[str, float]], checks: Sequence[Declaration]) -> None:
    """Raises UsageError for a check or a threshold that there is not: a misspelt limit would not hold."""
    known = {check.code: [name for name, _ in check.thresholds] for check in checks}
    for code, named in limits.items():
        if code not in known:
            raise UsageError(f"setting checks.{code}: there is no such check")
        for name in named:
            if name not in known[code]:
                some = ", ".join(known[code]) or "none"
                raise UsageError(f"setting checks.{code}.{name}: no such threshold; it has {some}")


def _of_kept_days(request: Request, store: Store) -> Request:
    """The request for the day of the latest answers in the store.

    Raises:
        UsageError: where documents were screened with a register and none is given: what it said of them would go.
    """
    with store.read() as connection:
        if request.register is None and rests_on_register(connection):
            raise UsageError("documents of the store were screened with a register: name it with --register")
        day = latest_day(connection) if request.same_days else None
    return dataclasses.replace(request, today=day or request.today)


def _discover(request: Request, work: Screening) -> Discovery:
    if request.rescreen:
        known = rediscover(work.store, work.run_id, request.out)
        if not known.found:
            raise NothingToRead("the store knows no scan yet")
        return known
    discovery = discover(
        work.store,
        work.run_id,
        request.paths,
        request.settings.intake,
        [*(request.out / name for name in _OWN), *request.passed_over, request.settings.home],
        lambda found: request.progress("found", found, 0),
        request.select,
    )
    if not discovery.found and (request.paths or request.register is None):
        raise NothingToRead("there is no file to read")
    return discovery


def _flow(request: Request, work: Screening, discovery: Discovery, server: LocalServer | None) -> Tally:
    if server is not None:
        server.wait()
    # Prefect reads the server's address from the environment when it is imported.
    from flows.screen import FlowRun, run_flow

    with made_runner(request.settings, request.reader) as runner, _marked(request.settings, work.run_id):
        run = FlowRun(work, runner, discovery.to_read, request.progress, Tally())
        try:
            run_flow(run)
        except Exception as error:
            if server is not None and not isinstance(error, OversealError) and not server.alive:
                raise OversealError("the local orchestrator ended; the same command goes on from there") from error
            raise
        finally:
            runner.done(work.run_id)
    if work.rows is not None:
        run.tally.strongest = max(run.tally.strongest, work.rows.strongest)
    if server is not None:
        for flow_run_id, tasks in run.tasks.items():
            server.drain(flow_run_id, tasks)
    return run.tally


@contextmanager
def _marked(settings: Settings, run_id: str) -> Iterator[None]:
    """The folder of page images shows workers of other machines that it is ours."""
    if settings.run.runner == "local":
        yield
        return
    shown = mark(settings.home, run_id)
    private_folder(shown.parent)
    shown.touch(mode=0o600)
    try:
        yield
    finally:
        shown.unlink(missing_ok=True)


@contextmanager
def noted_run(store: Store, home: Path) -> Iterator[str]:
    """A new run in the store; its end is noted whatever happens, at the latest by the next run."""
    run_id = secrets.token_hex(8)
    locks = home / "runs"
    private_folder(locks)
    with (locks / run_id).open("wb") as mine:
        fcntl.flock(mine, fcntl.LOCK_EX)
        with store.write() as connection:
            dead = [other for other in running(connection) if is_dead(locks / other)]
            for other in dead:
                end_run(connection, other, "failed")
            start_run(connection, run_id, now())
        # A lock goes only after the end of its run is committed: it is what the next run knows it by.
        for other in dead:
            shutil.rmtree(locks / f"{other}{ROWS}", ignore_errors=True)
            (locks / other).unlink()
            mark(home, other).unlink(missing_ok=True)
        try:
            yield run_id
        except BaseException as error:
            # The first error is the one to tell; the next run notes what this one could not.
            with suppress(StoreError):
                with store.write() as connection:
                    end_run(connection, run_id, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
                (locks / run_id).unlink()
            with suppress(StoreError):
                store.empty_log()
            raise
        (locks / run_id).unlink()


def is_dead(lock: Path) -> bool:
    """Whether the process that held the lock of a run has ended. A run of another machine has no lock here."""
    try:
        with lock.open("rb") as theirs:
            fcntl.flock(theirs, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
