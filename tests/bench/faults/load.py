"""What a run costs beside reading: the orchestrator's CPU, a second worker's, and memory over a long run.

The reader is the fake one, so a document's own CPU is taken from the committed screening benchmark; what an engine
keeps in memory is left out, and is measured there.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import process
from tests.faults.kills import Bench, left, write_scans

_SCREENING = Path(__file__).parents[1] / "results" / "screening.json"


def orchestration(folder: Path, documents: int) -> dict[str, Any]:
    """CPU seconds of a run with the orchestrator over those of the same run without, as a share of live screening."""
    bench = bench_alone(folder, documents)
    with_it = run(bench, "with", "tests.flows.driver")
    without = run(bench, "without", "tests.bench.faults.direct")
    same = left(folder / "with", folder / "with-out") == left(folder / "without", folder / "without-out")
    a_document = live_seconds()
    cost = with_it.cpu_seconds - without.cpu_seconds
    return {
        "documents": documents,
        "cpu_seconds": round(cost, 2),
        "live_cpu_seconds_a_document": round(a_document, 3),
        "share": round(cost / (cost + a_document * documents), 4),
        "identical_output": same,
    }


def two_workers(folder: Path, documents: int) -> dict[str, Any]:
    """Two reading processes against one: output, CPU, wall time."""
    bench = bench_alone(folder, documents)
    one = run(bench, "one", "tests.flows.driver", "--workers", "1")
    two = run(bench, "two", "tests.flows.driver", "--workers", "2")
    live = documents * live_seconds()
    return {
        "documents": documents,
        "identical_output": left(folder / "one", folder / "one-out") == left(folder / "two", folder / "two-out"),
        "cpu_seconds": [round(one.cpu_seconds, 1), round(two.cpu_seconds, 1)],
        "cpu_ratio_with_live_reading": round((two.cpu_seconds + live) / (one.cpu_seconds + live), 4),
        "wall_seconds": [round(one.wall_seconds, 1), round(two.wall_seconds, 1)],
    }


def memory(folder: Path, documents: int) -> dict[str, Any]:
    """Memory of all processes over a long run: its last quarter against its second, means of proportional set sizes.

    From the first document on: the start takes a quarter of a run that costs no time to read, and an hour's nothing.
    """
    bench = bench_alone(folder, documents)
    used = run(bench, "memory", "tests.flows.driver")
    quarters = by_quarter([size for _, size in used.pss_bytes])
    return {
        "documents": documents,
        "mib_by_quarter": [round(quarter / 2**20, 1) for quarter in quarters],
        "last_over_second": round(quarters[3] / quarters[1], 4),
        "peak_mib": round(used.peak_pss_bytes / 2**20, 1),
    }


def live_seconds() -> float:
    """CPU seconds of a document that is really read, of the committed screening benchmark."""
    costs: dict[str, float] = json.loads(_SCREENING.read_text(encoding="utf-8"))["cpu_seconds"]
    return costs["run_total_a_document"]


def by_quarter(sizes: Sequence[int]) -> list[float]:
    """Mean of each quarter of a run's samples."""
    quarter = len(sizes) // 4
    if not quarter:
        raise ValueError("the run was too short to be sampled")
    return [statistics.mean(sizes[at * quarter : (at + 1) * quarter]) for at in range(4)]


def bench_alone(folder: Path, documents: int) -> Bench:
    """So many scans that cost no time to read, and no run of them yet."""
    inputs = folder / f"in-{documents}"
    if not inputs.exists():
        write_scans(inputs, documents, seconds=0.0)
    return Bench(folder, inputs)


def run(
    bench: Bench, name: str, driver: str, *options: str, environment: Mapping[str, str] | None = None
) -> process.Usage:
    """Run it to its end, in a data folder of that name.

    Raises:
        RuntimeError: if it ends with an error.
    """
    out = bench.root / f"{name}-out"
    command = [sys.executable, "-m", driver, "screen", str(bench.inputs), "--out", str(out), "--today", "2026-11-01"]
    given = {**(environment or {}), "OVERSEAL_HOME": str(bench.root / name)}
    home = bench.root / name
    used = process.run(
        [*command, "--exit-zero", *options], given, bench.root / f"{name}.log", {}, since=home / "reads.log"
    )
    if used.exit_code:
        raise RuntimeError(f"{name} ended with {used.exit_code}: {(bench.root / f'{name}.log').read_text()[-500:]}")
    return used
