"""`overseal demo`: registers of the Ministry of Utopia and scans of permits; screens the one, audits the other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flows.cli import settings_file
from flows.commands.screen import counts, settings_of, store_options
from pipeline.errors import ExitCode, OversealError, UsageError

#: A folder without this file is not ours to write into.
_MARK = "README.txt"
_README = "Documents and registers of the Republic of Utopia, which does not exist. Made by `overseal demo`.\n"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="where everything goes (%(default)s)"
    )
    store_options(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Make, screen, audit, and say where the reports are; 0 whatever was flagged, since much of it is meant to be."""
    from flows.audit_launch import AuditRequest, audit_register
    from flows.commands.audit import counts as audit_counts
    from flows.demo import STATE, TODAY, make_documents, make_offices
    from flows.launch import Request, screen_folder
    from flows.orchestrator import LocalServer
    from flows.processes import private_folder
    from flows.progress import shown_progress

    out: Path = given.out
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise UsageError(f"{out} has other files in it; name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text(_README, encoding="utf-8")
    settings = settings_of(given)
    law = settings.register.model_copy(update={"state": STATE})
    settings = settings.model_copy(update={"specimen_run": True, "register": law})
    private_folder(settings.home)
    # One for both runs: the address of the first that a process had cannot be changed.
    with LocalServer(settings.home) as server:
        print("making a register of the Ministry of Utopia and scans of its permits ...", file=sys.stderr, flush=True)
        made = make_documents(out)
        server.wait()
        with shown_progress() as progress:
            paths = [made.scans] if made.scans else []
            request = Request(
                paths, out, settings, TODAY, False, progress=progress, register=made.register, earlier=made.earlier
            )
            result = screen_folder(request)
        print(counts(result))
        if result.tally.faults:
            raise OversealError("the demonstration ran into a fault of ours; run it again with -v")
        print("making a register in which some officers and agencies act together ...", file=sys.stderr, flush=True)
        offices = make_offices(out)
        # A store of its own: the two registers number their permits alike, and every lead of this one is new.
        apart = settings.model_copy(update={"store_url": f"sqlite:///{(offices.truth.parent / 'store.db').resolve()}"})
        with shown_progress() as progress:
            audit = AuditRequest(offices.register, out / "audit", apart, TODAY, own_server=False, progress=progress)
            report = audit_register(audit)
    print(audit_counts(report))
    if any(tally.error for tally in report.checks.values()):
        raise OversealError("the demonstration ran into a fault of ours; run it again with -v")
    print(f"the register, the scans and what is planted in both: {made.truth.parent}")
    print(f"the register that was audited and what is planted in it: {offices.truth.parent}")
    for folder in ("screening", "integrity", "protection"):
        print(out / folder / "report.html")
    print(out / "audit" / "audit.html")
    return ExitCode.NOTHING_FLAGGED
