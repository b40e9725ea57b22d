"""One stage over a register in a process of its own: `load`, or `checks` on what was loaded; prints JSON.

Peak memory is the process's own high-water mark, so that each stage is asked by itself.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from checks.registry import ROW_CHECKS
from flows.rows import judge_rows, row_run, row_totals
from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.settings import RegisterSettings, Settings
from tests.bench.screening.measure import Share


def main() -> None:
    """Run the stage that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("load", "checks"))
    parser.add_argument("register", type=Path)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--today", type=dt.date.fromisoformat, required=True)
    given = parser.parse_args()
    stage: Callable[[argparse.Namespace], dict[str, Any]] = {"load": _load, "checks": _checks}[given.stage]
    figures = stage(given)
    figures["peak_bytes"] = peak_bytes()
    print(json.dumps(figures))


def peak_bytes() -> int:
    """Greatest resident memory of this program; getrusage would give the maker's, kept across fork and exec."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if told is None:
        raise OSError("no VmHWM in /proc/self/status")
    return int(told[1]) * 1024


def _load(given: argparse.Namespace) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    register = load_register(given.register, given.cache, RegisterSettings(state="UTO"), load_policies())
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "rows": dict(register.rows),
        "refused": sum(register.refused.values()),
    }


def _checks(given: argparse.Namespace) -> dict[str, Any]:
    settings, law = Settings(register=RegisterSettings(state="UTO")), load_policies()
    register = load_register(given.register, given.cache, settings.register, law)
    earlier = load_register(given.earlier, given.cache, settings.register, law) if given.earlier.is_dir() else None
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        run = row_run(register, earlier, settings, given.today, law, ROW_CHECKS, Path(folder), {})
        wall, cpu = time.perf_counter(), time.process_time()
        for index, check in enumerate(ROW_CHECKS):
            begin = time.perf_counter()
            judge_rows(run, index)
            seconds[check.code] = time.perf_counter() - begin
        used = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        flagged = Share(row_totals(run).above_weak, register.rows["permits"]).figures()
    return {
        **used,
        "above_weak": flagged,
        "seconds": seconds,
        "not_applicable": {code: said.reason for code, said in run.answers.items() if said.reason},
    }


if __name__ == "__main__":
    main()
