"""The machine a figure was measured on, in words that name nobody."""

from __future__ import annotations

import platform

import psutil


def words() -> str:
    """Cores, memory, system and Python."""
    gib = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{psutil.cpu_count()} cores, {gib:.0f} GiB, {system}"
