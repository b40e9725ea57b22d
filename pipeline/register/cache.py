"""Registers kept as Parquet, one folder a hash: written aside and renamed, so that one that is there is whole."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import OversealError

#: Registers kept; the one used longest ago goes first.
_KEPT = 4
#: A folder that another run is writing is younger than this.
_STALE = dt.timedelta(days=1)
_ASIDE = ".aside-"
_SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a kept register beside its tables; `as_of` is ISO 8601."""

    rows: dict[str, int]
    refused: dict[str, int]
    delivered: list[str]
    as_of: str | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Summary:
        """From what `keep` wrote."""
        return cls(data["rows"], data["refused"], data["delivered"], data["as_of"])


def kept(cache: Path, key: str) -> tuple[Path, Summary] | None:
    """The folder of a register that is kept whole, and its summary; it counts as used now."""
    folder = cache / key
    try:
        written = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
        summary, sizes = Summary.of(written["summary"]), written["sizes"]
        os.utime(folder)
    except (OSError, ValueError, KeyError):
        return None
    return (folder, summary) if sizes == _sizes(folder) else None


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of every table's files, by their paths."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*.parquet"))}


def keep(cache: Path, key: str, make: Callable[[Path], Summary]) -> tuple[Path, Summary]:
    """Make a register in a folder aside, put it in its place and let the oldest go.

    Args:
        cache: folder of all registers, made with mode 0700.
        key: name of the register's folder.
        make: writes the tables into a folder and returns the summary.

    Raises:
        OversealError: if the cache cannot be written.
    """
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        cache.chmod(0o700)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=cache))
    except OSError as error:
        raise OversealError(f"the folder for loaded registers cannot be written: {error.strerror}") from error
    try:
        summary = make(aside)
        written: dict[str, Any] = {"summary": dataclasses.asdict(summary), "sizes": _sizes(aside)}
        (aside / _SUMMARY).write_text(json.dumps(written), encoding="utf-8")
        done = kept(cache, key) or _put(aside, cache / key, summary)
    except OSError as error:
        raise OversealError(f"the register cannot be loaded: {error.strerror or type(error).__name__}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _let_go(cache, key)
    return done


def _put(aside: Path, folder: Path, summary: Summary) -> tuple[Path, Summary]:
    """Put what was made aside in its place, where nothing or nothing whole stands."""
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return folder, summary


def drop_unused(cache: Path, days: int, today: dt.date) -> int:
    """Remove copies of registers that nobody used for so many days, and what was left aside; returns how many copies.

    They hold personal data, and are loaded again from the delivery where they are wanted. One that was used in the
    future says that a clock was set back, and goes as well.

    Args:
        cache: folder of all registers; need not be there.
        days: 0: none is removed.
        today: the day to count from.

    Raises:
        OSError: if one cannot be removed.
    """
    if not days or not cache.is_dir():
        return 0
    dropped = 0
    for folder in sorted(path for path in cache.iterdir() if path.is_dir()):
        used = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC).date()
        # Zones lie a day apart at most.
        if -1 <= (today - used).days < days:
            continue
        dropped += not folder.name.startswith(_ASIDE)
        shutil.rmtree(folder)
    return dropped


def _let_go(cache: Path, key: str) -> None:
    """Remove all but the registers used last, and what runs that ended early left aside."""
    now = dt.datetime.now(dt.UTC).timestamp()
    folders = sorted((path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    left = [path for path in folders if path.name.startswith(_ASIDE)]
    registers = [path for path in folders if path not in left and path.name != key]
    old = [path for path in left if now - path.stat().st_mtime > _STALE.total_seconds()]
    for path in (*old, *registers[: len(registers) - _KEPT + 1 if len(registers) >= _KEPT else 0]):
        shutil.rmtree(path, ignore_errors=True)
