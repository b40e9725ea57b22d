"""The Ministry of Utopia for the demonstration; the only module here that knows the fixtures."""

from __future__ import annotations

import shutil
from pathlib import Path

from fixtures.utopia.law import TODAY
from fixtures.utopia.ministry.make import Made, Scans, make_ministry
from fixtures.utopia.ministry.schemes.make import Made as Offices
from fixtures.utopia.ministry.schemes.make import make_schemes

__all__ = ["STATE", "TODAY", "Made", "Offices", "make_documents", "make_offices"]

SEED = 20261101
STATE = "UTO"
#: Enough for each kind of irregularity of rows once, with its near-twin.
PERMITS = 6_000
SCANNED = Scans(clean=8, per_kind=1)
#: Enough for some rings and look-alikes; an office is compared with itself over years.
PERMITS_OF_OFFICES = 50_000


def make_documents(out: Path) -> Made:
    """Make a register of some thousand permits, its earlier delivery, and scans of some of its permits."""
    ministry = out / "ministry"
    if ministry.exists():
        shutil.rmtree(ministry)
    return make_ministry(ministry, SEED, PERMITS, per_kind=1, scans=SCANNED)


def make_offices(out: Path) -> Offices:
    """Make a register of some years in which officers and agencies acted together, with innocent look-alikes."""
    offices = out / "offices"
    if offices.exists():
        shutil.rmtree(offices)
    return make_schemes(offices, SEED, PERMITS_OF_OFFICES)
