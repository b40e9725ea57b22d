"""`overseal restore FILE`: a backup in place of what the store holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode, StoreError
from pipeline.settings import load

if TYPE_CHECKING:
    from sqlalchemy import Connection


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `overseal backup` wrote")
    parser.add_argument(
        "--replace", action="store_true", help="even where the store has runs or judgements that the backup lacks"
    )
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Restore, and say what was put back."""
    from pipeline.store.database import open_store
    from pipeline.store.pages import PageFolder
    from pipeline.store.restore import restore_backup

    settings = load(given.settings)
    home = settings.home
    store = open_store(given.store or settings.store)
    try:
        restored = restore_backup(
            given.file,
            store,
            PageFolder(home),
            replace=given.replace,
            allowed=lambda connection: _refuse_while_at_work(connection, home, given.replace),
        )
    finally:
        store.close()
    rows = restored.manifest.rows
    print(f"backup of {restored.manifest.created}, made by overseal {restored.manifest.overseal}, is in place:")
    print(f"{rows['scans']} scans, {rows['judgements']} judgements, {restored.pages} page images")
    return ExitCode.NOTHING_FLAGGED


def _refuse_while_at_work(connection: Connection, home: Path, replace: bool) -> None:
    """A night or run that is going on would write into a store that knows nothing of it."""
    from flows.launch import is_dead
    from pipeline.store.runs import running

    if not all(is_dead(lock) for lock in (home / "nights").glob("*.lock")):
        raise StoreError("a night is going on: let it finish or end it, then restore")
    for run_id in running(connection):
        lock = home / "runs" / run_id
        if lock.exists() and not is_dead(lock):
            raise StoreError("a run is going on: let it finish or end it, then restore")
        if not lock.exists() and not replace:
            raise StoreError("a run of another machine has not ended; if it never will, restore with --replace")
