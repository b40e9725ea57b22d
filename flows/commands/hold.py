"""`overseal hold place|lift|list`: scans of which nothing is erased, whatever their age."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode, UsageError
from pipeline.settings import load

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipeline.store.holds import Hold

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    place = actions.add_parser("place", help="keep scans until the hold is lifted")
    lift = actions.add_parser("lift", help="end the hold of one reference on scans")
    listing = actions.add_parser("list", help="the holds in force")
    listing.add_argument("--json", action="store_true", help="as JSON")
    for action in (place, lift):
        action.add_argument(
            "ids", nargs="*", metavar="ID", help="a document's, as reports show it, or a scan's SHA-256"
        )
        action.add_argument(
            "--file", type=Path, action="append", default=[], metavar="FILE", help="the scan itself; may be repeated"
        )
        action.add_argument("--asked-by", required=True, metavar="PERSON", help="id of who asks for it")
        action.add_argument("--agreed-by", required=True, metavar="PERSON", help="id of another person, who agrees")
        action.add_argument(
            "--reference", required=True, metavar="TEXT", help="file number of the proceedings, no name"
        )
    for action in (place, lift, listing):
        store_option(action)
        settings_file(action)


def run(given: argparse.Namespace) -> ExitCode:
    """Place, lift or list; all of what is named, or nothing."""
    from pipeline.store.database import open_store
    from pipeline.store.holds import holds, lift_hold, place_hold
    from pipeline.store.tombstones import erased

    settings = load(given.settings)
    store = open_store(given.store or settings.store)
    try:
        if given.action == "list":
            with store.read() as connection:
                return _listed(holds(connection), as_json=given.json)
        change = place_hold if given.action == "place" else lift_hold
        now = dt.datetime.now(dt.UTC)
        # Nobody else can write while we do, and hashing may take long.
        hashes = set(_hashed(given.file, settings.intake.max_bytes))
        with store.write() as connection:
            lifted = given.reference if given.action == "lift" else None
            scans = sorted(hashes.union(_named(connection, given.ids, lifted)))
            if not scans:
                raise UsageError("name a document's id or a scan's SHA-256, or --file FILE")
            for sha256 in scans:
                change(connection, sha256, given.asked_by, given.agreed_by, given.reference, now)
            gone = len(erased(connection, scans, "facts"))
    finally:
        store.close()
    print(f"{len(scans)} scans {'are held' if given.action == 'place' else 'are no longer held for that reference'}")
    if gone and given.action == "place":
        print(
            f"of {gone} of them the facts were erased before: what the hold can keep is the file itself, if it comes in"
        )
    return ExitCode.NOTHING_FLAGGED


def _named(connection: Connection, ids: list[str], lifted: str | None) -> Iterator[str]:
    """Hashes of the scans that ids mean; a document may be in several.

    Args:
        connection: to the store.
        ids: of documents, or SHA-256 of scans.
        lifted: reference whose hold is to be lifted: a scan of the document that came in later was never under it.
    """
    from pipeline.store.holds import holds, scans_with

    under = {one.sha256 for one in holds(connection) if one.reference == lifted}

    for one in ids:
        if _HASH.fullmatch(one):
            yield one.lower()
            continue
        found = scans_with(connection, one)
        if not found:
            raise UsageError(f"the store has no document {one[:80]!r}: name its scan by SHA-256 (names.csv) or --file")
        yield from (set(found) & under if lifted is not None else ()) or found


def _hashed(files: list[Path], most: int) -> Iterator[str]:
    from flows.discovery import hash_file

    for path in files:
        sha256 = hash_file(path, most)
        if sha256 is None:
            raise UsageError("a file that --file names cannot be read, is empty, is too large or is no file")
        yield sha256


def _listed(found: list[Hold], *, as_json: bool) -> ExitCode:
    if as_json:
        print(json.dumps([dataclasses.asdict(one) for one in found], indent=2))
        return ExitCode.NOTHING_FLAGGED
    if not found:
        print("nothing is held")
        return ExitCode.NOTHING_FLAGGED
    for one in found:
        documents = ", ".join(one.documents) or "no document in the store"
        print(f"{one.sha256}  {documents}")
        print(f"  {one.reference!r}, {one.at}, asked by {one.asked_by}, agreed by {one.agreed_by}")
    return ExitCode.NOTHING_FLAGGED
