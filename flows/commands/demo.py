"""`overseal demo`: makes a register of the Ministry of Utopia and scans of its permits, and screens both together."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flows.cli import settings_file
from flows.commands.screen import counts, settings_of, store_options
from pipeline.errors import ExitCode, OversealError, UsageError

#: A folder without this file is not ours to write into.
_MARK = "README.txt"
_README = "Documents of the Republic of Utopia, which does not exist, screened. Made by `overseal demo`.\n"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="where everything goes (%(default)s)"
    )
    store_options(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Make, screen, and say where the report is; 0 whatever was flagged, since much of it is meant to be."""
    from flows.demo import STATE, TODAY, make_documents
    from flows.launch import Request, screen_folder
    from flows.progress import shown_progress

    out: Path = given.out
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise UsageError(f"{out} has other files in it; name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text(_README, encoding="utf-8")
    print("making a register of the Ministry of Utopia and scans of its permits ...", file=sys.stderr, flush=True)
    made = make_documents(out)
    settings = settings_of(given)
    law = settings.register.model_copy(update={"state": STATE})
    settings = settings.model_copy(update={"specimen_run": True, "register": law})
    with shown_progress() as progress:
        paths = [made.scans] if made.scans else []
        request = Request(paths, out, settings, TODAY, progress=progress, register=made.register, earlier=made.earlier)
        result = screen_folder(request)
    print(counts(result))
    if result.tally.faults:
        raise OversealError("the demonstration ran into a fault of ours; run it again with -v")
    print(f"the register, the scans and what is planted in both: {made.truth.parent}")
    for folder in ("screening", "integrity", "protection"):
        print(out / folder / "report.html")
    return ExitCode.NOTHING_FLAGGED
