"""Utopian documents really read, by one local process and by two: output, CPU, memory."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fixtures.utopia import make, truth
from tests.bench import process
from tests.bench.faults.load import by_quarter
from tests.faults.kills import Left, left


def measure(folder: Path, documents: int, seed: int) -> dict[str, Any]:
    """Screen them with one, with two, with two and with one process, so that no order is the better one."""
    if documents == 0:
        return {"not_measured": "not asked for (--live N)"}
    inputs = folder / "in"
    folder.mkdir(exist_ok=True)
    truths = truth.read(make.make(inputs, seed, max(1, documents), 0).rename(folder / "truth.jsonl"))
    used: dict[int, list[process.Usage]] = {1: [], 2: []}
    outputs: list[Left] = []
    for at, workers in enumerate((1, 2, 2, 1)):
        home, out = folder / f"home-{at}", folder / f"out-{at}"
        used[workers].append(_run(inputs, home, out, workers, truths[0].today))
        outputs.append(left(home, out))
    cpu = {workers: sum(one.cpu_seconds for one in some) for workers, some in used.items()}
    longest = max(used[1], key=lambda one: len(one.pss_bytes))
    return {
        "documents": len(truths),
        "identical_output": all(_but_for_time(one) == _but_for_time(outputs[0]) for one in outputs),
        "cpu_seconds": {str(workers): [round(one.cpu_seconds, 1) for one in some] for workers, some in used.items()},
        "cpu_ratio": round(cpu[2] / cpu[1], 4),
        "wall_seconds": {str(workers): [round(one.wall_seconds, 1) for one in some] for workers, some in used.items()},
        "mib_by_quarter": [round(size / 2**20, 1) for size in by_quarter([size for _, size in longest.pss_bytes])],
        "peak_mib": {str(n): round(max(one.peak_pss_bytes for one in some) / 2**20, 1) for n, some in used.items()},
    }


def _run(inputs: Path, home: Path, out: Path, workers: int, today: str) -> process.Usage:
    home.mkdir()
    command = [str(Path(sys.executable).with_name("overseal")), "screen", str(inputs), "--out", str(out)]
    options = ["--exit-zero", "--workers", str(workers), "--today", today]
    log = home.with_suffix(".log")
    environment = {"OVERSEAL_HOME": str(home), "OVERSEAL_SPECIMEN_RUN": "true"}
    used = process.run([*command, *options], environment, log, {})
    if used.exit_code:
        raise RuntimeError(
            f"it ended with {used.exit_code}: {log.read_text(encoding='utf-8', errors='replace')[-500:]}"
        )
    return used


def _but_for_time(one: Left) -> Left:
    """Without the CPU seconds that a record says it took."""

    def timeless(row: tuple[Any, ...]) -> tuple[Any, ...]:
        record = json.loads(row[4])
        return (*row[:4], {name: value for name, value in record.items() if name not in ("seconds", "timings")})

    return replace(one, rows=one.rows | {"records": [timeless(row) for row in one.rows["records"]]})
