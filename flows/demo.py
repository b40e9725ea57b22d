"""Documents of the Republic of Utopia for the demonstration; the only module here that knows the fixtures."""

from __future__ import annotations

import shutil
from pathlib import Path

from fixtures.utopia.law import TODAY
from fixtures.utopia.make import demo_set

__all__ = ["TODAY", "make_documents"]

SEED = 20261101


def make_documents(out: Path) -> tuple[Path, Path]:
    """Make 60 documents in applicants' folders; returns that folder and the truth file beside it."""
    scans = out / "scans"
    if scans.exists():
        shutil.rmtree(scans)
    truth = demo_set(scans, SEED)
    # Beside the folder, or it would be taken for a file to screen.
    beside = out / truth.name
    truth.replace(beside)
    return scans, beside
