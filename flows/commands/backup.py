"""`overseal backup FILE`: the store and its page images in one file, while others use it."""

from __future__ import annotations

import argparse
from pathlib import Path

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode
from pipeline.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where it goes; must not be there yet")
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Back up, and say what is in it."""
    from pipeline.store.backup import write_backup
    from pipeline.store.database import open_as_it_is
    from pipeline.store.pages import PageFolder

    settings = load(given.settings)
    store = open_as_it_is(given.store or settings.store)
    try:
        manifest, digest = write_backup(store, PageFolder(settings.home), given.file)
    finally:
        store.close()
    print(f"{manifest.rows['scans']} scans, {manifest.rows['judgements']} judgements, {manifest.pages} page images")
    print(f"SHA-256 of what is in it: {digest}")
    return ExitCode.NOTHING_FLAGGED
