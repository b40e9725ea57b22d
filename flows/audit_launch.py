"""A whole audit: server, store, register, flow, output."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checks.office import OfficeCheck
from checks.precisions import precisions, shares
from checks.registry import ALL_CHECKS, OFFICE_CHECKS, ROW_CHECKS
from flows.audit_names import asking, officer_names
from flows.audit_output import audit_report, write_audit
from flows.auditing import AuditFound, Auditing
from flows.launch import ROWS, check_thresholds, noted_run
from flows.orchestrator import LocalServer
from flows.output import SPECIMEN_BANNER, now
from flows.processes import private_folder
from flows.rows import RowRun, row_run
from pipeline.errors import UsageError
from pipeline.reference.policy import Policies, load_policies
from pipeline.register.load import load_register
from pipeline.report.audit_folder import prepare
from pipeline.report.audit_report import AuditReport
from pipeline.settings import Settings
from pipeline.store.audits import save_audit, save_name_request
from pipeline.store.database import open_store
from pipeline.store.runs import end_run

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What to audit.

    Attributes:
        register: folder of the ministry's register; `earlier`, of a delivery of it before this one.
        today: the day to judge for.
        first: first day of issue of the period, `last` its last; None: no limit.
        indicators: which to count.
        names: show printed names of the officers of leads; the settings must declare the role that may see them.
        own_server: start an orchestrator's server; False inside a process that has one.
        progress: stage, done, of how many.
    """

    register: Path
    out: Path
    settings: Settings
    today: dt.date
    earlier: Path | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    indicators: Sequence[OfficeCheck] = OFFICE_CHECKS
    names: bool = False
    own_server: bool = True
    progress: Progress = field(default=lambda stage, done, of: None)


def audit_register(request: AuditRequest) -> AuditReport:
    """Audit a register, write the reports and keep in the store whom the leads were about.

    Raises:
        OversealError: with its exit code, for anything that ends the run.
        KeyboardInterrupt: when interrupted.
    """
    settings = request.settings
    if request.first and request.last and request.first > request.last:
        raise UsageError("--from lies after --to")
    check_thresholds(settings.checks, ALL_CHECKS)
    asked_by = asking(settings.audit) if request.names else None
    # Before the work is done, not after it.
    prepare(request.out)
    law = load_policies(settings.policy)
    private_folder(settings.home)
    with ExitStack() as stack:
        server = stack.enter_context(LocalServer(settings.home)) if request.own_server else None
        store = open_store(settings.store)
        stack.callback(store.close)
        run_id = stack.enter_context(noted_run(store, settings.home))
        if asked_by is not None:
            # Before anything is shown, so that a run that breaks off is known too.
            with store.write() as connection:
                save_name_request(connection, run_id, asked_by, _utc())
        rows = stack.enter_context(_rows(request, law, settings.home / "runs" / f"{run_id}{ROWS}"))
        work = Auditing(run_id, store, rows, request.indicators, settings.audit, request.first, request.last)
        started = now()
        report = _report(request, work, server, started, law)
        write_audit(request.out, report, SPECIMEN_BANNER if settings.specimen_run else None)
        with store.write() as connection:
            save_audit(connection, run_id, _utc(), rows.hash, report.leads)
            end_run(connection, run_id, "finished")
    return report


def _report(
    request: AuditRequest, work: Auditing, server: LocalServer | None, started: str, law: Policies
) -> AuditReport:
    if server is not None:
        server.wait()
    # Prefect reads the server's address from the environment when it is imported.
    from flows.audit import AuditRun, run_audit

    run = AuditRun(work, request.progress)
    found: AuditFound = run_audit(run)
    if server is not None:
        server.drain(run.flow_run_id, run.tasks)
    names = officer_names(work.rows.tables, found.leads, found.tables.exposure) if request.names else None
    return audit_report(work, found, run.checks, started, now(), law.version, names)


def _utc() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


@contextmanager
def _rows(request: AuditRequest, law: Policies, folder: Path) -> Iterator[RowRun]:
    """The register ready for the row checks that the indicators count; what they flag is dropped with the run."""
    settings = request.settings
    cache = settings.home / "registers"
    register = load_register(request.register, cache, settings.register, law)
    earlier = load_register(request.earlier, cache, settings.register, law) if request.earlier else None
    counted = {code for indicator in request.indicators for code in indicator.counts}
    checks = [check for check in ROW_CHECKS if check.code in counted]
    private_folder(folder)
    try:
        yield row_run(register, earlier, settings, request.today, law, checks, folder, shares(precisions()))
    finally:
        shutil.rmtree(folder)
