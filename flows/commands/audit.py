"""`overseal audit`: patterns in how offices issued permits that chance does not explain."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from flows.commands.screen import day
from pipeline.errors import ExitCode
from pipeline.settings import load
from pipeline.types.leads import Band

if TYPE_CHECKING:
    from pipeline.report.audit_report import AuditReport


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--register", type=Path, required=True, metavar="DIR", help="the ministry's register")
    parser.add_argument("--earlier", type=Path, metavar="DIR", help="the same register as it was delivered before")
    parser.add_argument("--from", type=day, dest="first", metavar="DATE", help="permits issued from this day on")
    parser.add_argument("--to", type=day, dest="last", metavar="DATE", help="permits issued up to this day")
    parser.add_argument(
        "--out", type=Path, default=Path("out-audit"), metavar="DIR", help="a folder of its own (%(default)s)"
    )
    parser.add_argument("--today", type=day, metavar="DATE", help="the day to judge for, as YYYY-MM-DD")
    parser.add_argument(
        "--names", action="store_true", help="show printed names of the officers of leads; for the integrity auditor"
    )
    parser.add_argument("--exit-zero", action="store_true", help="end with 0 even where there are leads")
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Audit, and say how many leads there are; whom they concern stands in the folder only."""
    from flows.audit_launch import AuditRequest, audit_register
    from flows.progress import shown_progress

    settings = load(given.settings)
    if given.store:
        settings = settings.model_copy(update={"store_url": given.store})
    today = given.today or dt.datetime.now().astimezone().date()
    with shown_progress() as progress:
        request = AuditRequest(
            register=given.register,
            out=given.out,
            settings=settings,
            today=today,
            earlier=given.earlier,
            first=given.first,
            last=given.last,
            names=given.names,
            progress=progress,
        )
        report = audit_register(request)
    print(counts(report))
    print(f"reports: {given.out}")
    return ExitCode.NOTHING_FLAGGED if given.exit_zero else exit_code(report)


def exit_code(report: AuditReport) -> ExitCode:
    """1 where a row check broke, since what was not judged must not pass for clear; else by the surest lead's band."""
    if any(tally.error for tally in report.checks.values()):
        return ExitCode.OUR_FAULT
    by_band = {Band.LOOK: ExitCode.WEAK, Band.LIKELY: ExitCode.MODERATE, Band.VERY_LIKELY: ExitCode.STRONG}
    return max((by_band[lead.band] for lead in report.leads), default=ExitCode.NOTHING_FLAGGED)


def counts(report: AuditReport) -> str:
    """An audit in numbers; no id of anybody."""
    offices = report.exposure["office_id"].drop_nulls().n_unique()
    bands = ", ".join(f"{count} {band}" for band, count in sorted(report.count("band").items()))
    status = report.count("status")
    told = (
        f"{status['new']} new, {status['persisting']} persisting" if report.since else "the first audit in this store"
    )
    lines = [
        f"permits: {report.exposure.height:,} of {offices} offices; "
        f"indicators assessed: {len(report.assessed)} of {len(report.indicators)}",
        *(f"  not assessed: {code}: {reason}" for code, reason in report.not_assessed),
        *(f"  not assessed: {reason}" for reason in report.beside.not_assessed),
        f"leads: {len(report.leads)} at a false-discovery rate of {report.fdr:g} over {report.tests:,} tests"
        + (f" ({bands}; {told})" if report.leads else ""),
        f"identity conflicts: {report.beside.conflicts.height:,}; scans of permits: {len(report.beside.scans):,}",
    ]
    return "\n".join(lines)
