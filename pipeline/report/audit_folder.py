"""The folder of an audit: for its owner alone, each file replaced in one step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipeline.errors import UsageError

#: Files of every audit.
NAMES = (
    *("leads.jsonl", "lead_permits.csv", "lead_strata.csv", "control_sample.csv", "identity_conflicts.csv"),
    *("audit.json", "audit.html"),
)
#: Files of an audit that was asked for more; a folder with others than these is not ours.
ON_REQUEST = ("names_of_officers.csv",)


def prepare(out: Path) -> Path:
    """Make the folder, mode 0700.

    Raises:
        UsageError: if it belongs to another user, or holds what no audit wrote.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError("--out names no folder of ours; choose another --out")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = {*NAMES, *ON_REQUEST, *(f".{name}.new" for name in (*NAMES, *ON_REQUEST))}
    if any(path.name not in ours for path in out.iterdir()):
        raise UsageError("the folder of --out holds other files; an audit needs one of its own")
    if out.stat().st_uid != os.geteuid():
        raise UsageError("the folder of --out belongs to another user; choose another --out")
    out.chmod(0o700)
    return out


@contextmanager
def created(out: Path, name: str) -> Iterator[TextIO]:
    """A text file, mode 0600, that takes its place when it is complete."""
    aside = out / f".{name}.new"
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
        yield file
    aside.replace(out / name)


def removed(out: Path, name: str) -> None:
    """Drop a file that an audit before left, and what it had begun of it."""
    for path in (out / name, out / f".{name}.new"):
        path.unlink(missing_ok=True)
