"""The Ministry of Utopia for the demonstration; the only module here that knows the fixtures."""

from __future__ import annotations

import shutil
from pathlib import Path

from fixtures.utopia.law import TODAY
from fixtures.utopia.ministry.make import Made, Scans, make_ministry

__all__ = ["STATE", "TODAY", "Made", "make_documents"]

SEED = 20261101
STATE = "UTO"
#: Enough for each kind of irregularity of rows once, with its near-twin.
PERMITS = 6_000
SCANNED = Scans(clean=8, per_kind=1)


def make_documents(out: Path) -> Made:
    """Make a register of some thousand permits, its earlier delivery, and scans of some of its permits."""
    ministry = out / "ministry"
    if ministry.exists():
        shutil.rmtree(ministry)
    return make_ministry(ministry, SEED, PERMITS, per_kind=1, scans=SCANNED)
