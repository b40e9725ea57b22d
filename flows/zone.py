"""The time zone that the machine is set to."""

from __future__ import annotations

import os
import zoneinfo
from pathlib import Path

_LINK = Path("/etc/localtime")
_DATABASE = "zoneinfo/"


def machine_zone() -> str:
    """Name of the machine's zone in the IANA time zone database; UTC where it has none."""
    named = os.environ.get("TZ", "").lstrip(":")
    target = str(_LINK.resolve()) if _LINK.exists() else ""
    for name in (named, target.rpartition(_DATABASE)[2] if _DATABASE in target else ""):
        if name in zoneinfo.available_timezones():
            return name
    return "UTC"
