"""`overseal screen`: files and folders in, three folders of cases out; the terminal shows counts only."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode, UsageError
from pipeline.settings import Settings, load
from pipeline.types.problems import ProblemKind

if TYPE_CHECKING:
    from flows.launch import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="file, or folder with a folder per applicant"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="where the reports go (%(default)s)"
    )
    parser.add_argument("--register", type=Path, metavar="DIR", help="the issuing ministry's register, CSV or Parquet")
    parser.add_argument("--earlier", type=Path, metavar="DIR", help="the same register as it was delivered before")
    parser.add_argument("--today", type=day, metavar="DATE", help="the day to judge for, as YYYY-MM-DD")
    parser.add_argument(
        "--rescreen",
        choices=("changed",),
        help="ask the checks that changed again of every document in the store, without its file",
    )
    parser.add_argument("--exit-zero", action="store_true", help="end with 0 even where something was flagged")
    store_options(parser)
    settings_file(parser)


def store_options(parser: argparse.ArgumentParser) -> None:
    """Options of commands that use the store."""
    store_option(parser)
    parser.add_argument("--runner", choices=("local", "dask"), help="where files are read (local)")
    parser.add_argument("--workers", type=_count, metavar="N", help="reading processes (1)")


def run(given: argparse.Namespace) -> ExitCode:
    """Screen, and say how many cases there are for whom."""
    if given.rescreen and given.paths:
        raise UsageError("--rescreen screens what the store knows: name no file or folder")
    if not given.paths and given.register is None and not given.rescreen:
        raise UsageError("name at least one file or folder to screen, or a register")
    if given.earlier and given.register is None:
        raise UsageError("--earlier is compared with a register: name that one with --register")
    from flows.exit_codes import exit_code
    from flows.launch import Request, screen_folder
    from flows.progress import shown_progress

    today = given.today or dt.datetime.now().astimezone().date()
    with shown_progress() as progress:
        request = Request(
            given.paths,
            given.out,
            settings_of(given),
            today,
            progress=progress,
            register=given.register,
            earlier=given.earlier,
            rescreen=given.rescreen is not None,
            same_days=given.rescreen is not None and given.today is None,
        )
        result = screen_folder(request)
    print(counts(result))
    if given.rescreen:
        print(asked_again(result))
    print(f"reports: {given.out}")
    code = exit_code(result.summary, result.tally)
    flagged = code in (ExitCode.WEAK, ExitCode.MODERATE, ExitCode.STRONG)
    return ExitCode.NOTHING_FLAGGED if given.exit_zero and flagged else code


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings, with what the command line says on top."""
    settings = load(given.settings)
    if given.store:
        settings = settings.model_copy(update={"store_url": given.store})
    run = {name: value for name in ("workers", "runner") if (value := getattr(given, name))}
    if run:
        settings = settings.model_copy(update={"run": settings.run.model_copy(update=run)})
    return settings


def counts(result: Result) -> str:
    """A run in numbers; which document is meant stands in the folders only."""
    summary = result.summary
    files = f"{summary.found} files: {summary.read} read, {summary.partial} in part, {summary.unreadable} unreadable"
    lines = [f"{files}, {summary.duplicates} duplicates"]
    if summary.problems:
        lines.append("problems: " + ", ".join(f"{count} {kind}" for kind, count in sorted(summary.problems.items())))
    desks = [f"{count} {'no desk needed' if desk == 'none' else desk}" for desk, count in sorted(summary.cases.items())]
    lines.append("cases: " + (", ".join(desks) or "none"))
    asked = summary.assessed
    basis = "from the paper alone (no register at hand)" if summary.register_hash is None else "with the register"
    lines.append(
        f"assessed: forged or altered {asked['altered']} of {result.tally.documents} documents; "
        f"irregularly issued {asked['irregular_issue']}, {basis}"
    )
    if result.rows:
        rows = result.rows
        lines.append(
            f"register: {rows.rows} rows, {rows.refused} refused; permits with a finding above weak: {rows.above_weak}"
        )
    return "\n".join(lines)


def asked_again(result: Result) -> str:
    """Which checks had no answer that still holds, and of how many documents; what needs its file read."""
    asked = [f"{code} of {count}" for code, count in sorted(result.tally.asked.items())]
    lines = ["checks asked again: " + (", ".join(asked) or "none")]
    if unread := result.summary.problems.get(str(ProblemKind.NEEDS_READING), 0):
        lines.append(f"{unread} scans were read by an earlier version of the reader: screen their files again")
    return "\n".join(lines)


def day(text: str) -> dt.date:
    """A day given on the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date as YYYY-MM-DD expected") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("a number from 1 to 64 expected")
    return int(text)
