"""Mutated files through the real command."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.faults.hostile_files import write_hostile
from tests.faults.screened_folder import ANSWERS, active_content, counts, formulas, screen


def kept(figures: dict[str, Any]) -> bool:
    """Whether every promise was kept."""
    well = figures["exit_code"] in ANSWERS and figures["accounted_for"] and not figures["internal_errors"]
    return bool(well and not figures["timeouts"] and not figures["formulas"] and not figures["active_content"])


def measure(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Screen them; returns what run.json and the reports say."""
    inputs, out = folder / "in", folder / "out"
    write_hostile(inputs, count, seed)
    files = sum(1 for path in inputs.rglob("*") if not path.is_dir() or path.is_symlink())
    started = time.monotonic()
    done = screen(inputs, out, folder / "home")
    run = counts(out)
    return {
        "files": files,
        "exit_code": done.returncode,
        "accounted_for": run["found"] == files,
        "read": run["read"],
        "partial": run["partial"],
        "unreadable": run["unreadable"],
        "duplicates": run["duplicates"],
        "internal_errors": run["problems"].get("internal-error", 0),
        "timeouts": run["problems"].get("timeout", 0),
        "check_errors": sum(check["error"] for check in run["checks"].values()),
        "formulas": len(list(formulas(out))),
        "active_content": len(active_content(out)),
        "wall_seconds": round(time.monotonic() - started, 1),
    }
