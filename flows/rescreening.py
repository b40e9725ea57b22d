"""What the store knows, screened again without its files: for a new version of checks, not of the reader."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path

from flows.discovery import Discovery
from pipeline import READING_VERSION
from pipeline.report.names_csv import NAME
from pipeline.store.database import Store
from pipeline.store.inputs import Input, add_inputs
from pipeline.store.scans import KnownScan, known_scans
from pipeline.types.problems import Problem, ProblemKind


def rediscover(store: Store, run_id: str, out: Path) -> Discovery:
    """Note every scan of the store as an input of the run; nothing of it is to be read.

    One that only an earlier version of the reader has read ends as unreadable with the reason: its file is needed. One
    of which everything was erased is told as that, whatever version read it: no file brings it back.

    Args:
        store: what is known.
        run_id: the run that they are noted for.
        out: folder of reports; the names that an earlier run left there stay, since the store keeps none.
    """
    names = _names(out / NAME)
    found = 0
    with store.read() as connection:
        for scans in known_scans(connection):
            files = [_input(scan, found + place, names) for place, scan in enumerate(scans)]
            found += len(files)
            with store.write() as writing:
                add_inputs(writing, run_id, files)
    return Discovery(found, [], (), 0)


def _input(scan: KnownScan, ordinal: int, names: Mapping[str, str]) -> Input:
    bundle = scan.bundle or hashlib.sha256(f"alone {scan.sha256}".encode()).hexdigest()[:20]
    label = names.get(scan.sha256, "")
    if scan.erased or scan.reading_version == READING_VERSION:
        return Input(ordinal, Path(), label, bundle, scan.sha256, status=scan.status, problems=scan.problems)
    why = f"read by version {scan.reading_version} of the reader, this is {READING_VERSION}: screen its file again"
    needed = Problem(ProblemKind.NEEDS_READING, "store", why)
    return Input(ordinal, Path(), label, bundle, scan.sha256, status="unreadable", problems=(needed,))


def _names(path: Path) -> dict[str, str]:
    """File names by hash, from an earlier names.csv; {} where there is none that can be used."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["sha256"]: row["file"] for row in csv.DictReader(file)}
    except (OSError, KeyError, ValueError, csv.Error):
        return {}
