"""Reports of nights whose time is over, removed as a whole: they show what was read, and copies of page images."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.report import audit_folder, names_csv, run_json

#: A folder named after a day with one of these is a night's report; anything else is somebody's, whatever it is called.
_OURS = (run_json.NAME, "night.json")
#: What nights have in their folders that did not come to their end; others may have files of such names, so that the
#: folder must have a night's whole name.
_BEGUN = (
    *(names_csv.NAME, names_csv.SECOND_NAMES, names_csv.NOT_FETCHED),
    *(f"audit/{name}" for name in audit_folder.NAMES),
)
#: As `2026-11-29T020000+0100`, or with `-2` behind it.
_NIGHT = re.compile(r"\d{4}-\d\d-\d\dT\d{6}[+-]\d{4}(\d\d)?(-\d+)?", re.ASCII)
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
    if folder.is_symlink() or not folder.is_dir() or not any(_is_there(folder, name) for name in _ours(folder)):
        return None
    try:
        return dt.date.fromisoformat(folder.name[:10])
    except ValueError:
        return None


def _ours(folder: Path) -> Iterator[str]:
    yield from _OURS
    if _NIGHT.fullmatch(folder.name):
        yield from _BEGUN


def _is_there(folder: Path, name: str) -> bool:
    """Whether a file is there, or was begun aside."""
    file = folder / name
    return file.is_file() or file.with_name(f".{file.name}.new").is_file()


def _documents(folder: Path) -> Iterator[str]:
    for cases in folder.glob("*/cases.jsonl"):
        with cases.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                # The last line of a night that was killed may be half a line.
                with suppress(ValueError):
                    yield json.loads(line)["document_id"]
