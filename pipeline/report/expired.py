"""Reports of nights whose time is over, removed as a whole: they show what was read, and copies of page images."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.report import run_json

#: A folder with one of these is a night's report; anything else is somebody's, whatever it is called.
_OURS = (run_json.NAME, "night.json")
#: Ending of a folder that is being removed; what was left of one is removed by the next call.
_GOING = ".erased"


@dataclass(frozen=True, slots=True)
class Expired:
    """How many reports were removed, and how many are kept for a document under a legal hold."""

    removed: int = 0
    held: int = 0


def remove_expired(reports: Path, days: int, today: dt.date, held: Collection[str], own: str = "") -> Expired:
    """Remove the folders of nights (named after their day, as `2026-11-29T020000+0100`) that lie so many days back.

    Args:
        reports: folder of the folders; need not be there.
        days: 0: none is removed.
        today: the day to count from.
        held: ids of documents under a legal hold: a report that has one of them stays.
        own: name of a folder that is still being written.

    Raises:
        OSError: if a folder cannot be removed.
    """
    if not days or not reports.is_dir():
        return Expired()
    for rest in reports.glob(f".*{_GOING}"):
        shutil.rmtree(rest)
    removed = kept = 0
    for folder in sorted(reports.iterdir()):
        day = _day(folder)
        if day is None or folder.name == own or (today - day).days < days:
            continue
        if any(document_id in held for document_id in _documents(folder)):
            kept += 1
            continue
        # Aside first: a folder that is half removed would no longer be known for a report.
        going = folder.with_name(f".{folder.name}{_GOING}")
        folder.rename(going)
        shutil.rmtree(going)
        removed += 1
    return Expired(removed, kept)


def _day(folder: Path) -> dt.date | None:
    """The day of a night's report; None where it is none."""
    if folder.is_symlink() or not folder.is_dir() or not any((folder / name).is_file() for name in _OURS):
        return None
    try:
        return dt.date.fromisoformat(folder.name[:10])
    except ValueError:
        return None


def _documents(folder: Path) -> Iterator[str]:
    for cases in folder.glob("*/cases.jsonl"):
        with cases.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["document_id"]
