"""`make bench-faults`: kills, engines that fail, mutated files, and what a run costs beside reading; a fresh seed."""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import READING_VERSION, __version__
from tests.bench import machine
from tests.bench.faults import crashes, load, mutated

RESULT = Path(__file__).parents[1] / "results" / "faults.json"


def main() -> int:
    """Measure, print and write; exit 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of documents and kills")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    with tempfile.TemporaryDirectory(prefix="overseal-faults-") as folder:
        figures = _measure(Path(folder), options.scale, seed)
    _print("", figures)
    print("\n".join(f"{'kept' if well else 'BROKEN':8s}{promise}" for promise, well in promises(figures).items()))
    if not options.no_write:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if all(promises(figures).values()) else 1


def promises(figures: Mapping[str, Any]) -> dict[str, bool]:
    """What a run owes, and whether it kept it."""
    kills, server, worker, engines = (figures[name] for name in ("kills", "server_killed", "worker_killed", "engines"))
    return {
        "killed at any instant and run again: 0 lost, 0 duplicated, identical cases, nothing left": kills["kept"],
        "server killed: completes or resumes, identical": server["exit_codes"][-1] == 0 and server["identical"],
        "one of two Dask workers killed: completes, identical": worker is None
        or (worker["exit_code"] == 0 and worker["identical"]),
        # A fault of ours among them makes the exit code 1.
        "engines that die, hang, answer with rubbish: the others are read": engines["exit_code"] == 1
        and (engines["read"], engines["unreadable"]) == (6, 5),
        "orchestration at most 2 % of CPU": figures["orchestration"]["share"] <= 0.02
        and figures["orchestration"]["identical_output"],
        "two workers: identical, at most 1.1 of the CPU": figures["two_workers"]["identical_output"]
        and figures["two_workers"]["cpu_ratio_with_live_reading"] <= 1.1,
        "memory: last quarter at most 1.05 of the second": figures["memory"]["last_over_second"] <= 1.05,
        "mutated files: all accounted for, nothing run": mutated.kept(figures["mutated"]),
    }


def _measure(folder: Path, scale: float, seed: int) -> dict[str, Any]:
    documents = max(30, round(300 * scale))
    parts = {name: folder / name for name in ("kills", "load", "mutated")}
    for part in parts.values():
        part.mkdir()
    return {
        "seed": seed,
        "overseal": __version__,
        "reading": READING_VERSION,
        "machine": machine.words(),
        "reader": "fake in all but mutated: a file says what it reads as; engines' own memory and CPU are left out",
        "kills": crashes.kills(parts["kills"], documents, max(2, round(30 * scale)), seed),
        "server_killed": crashes.server_killed(parts["kills"], documents),
        "worker_killed": crashes.worker_killed(parts["kills"], documents),
        "engines": crashes.engines(parts["kills"]),
        "orchestration": load.orchestration(parts["load"], max(60, round(2000 * scale))),
        "two_workers": load.two_workers(parts["load"], max(60, round(2000 * scale))),
        "memory": load.memory(parts["load"], max(60, round(5000 * scale))),
        "mutated": mutated.measure(parts["mutated"], max(10, round(300 * scale)), seed),
    }


def _print(prefix: str, figures: Mapping[str, Any]) -> None:
    for name, value in figures.items():
        if isinstance(value, Mapping) and name not in ("problems", "killed_while"):
            _print(f"{prefix}{name}.", value)
        else:
            print(f"{prefix + name:48s}{value}")


if __name__ == "__main__":
    raise SystemExit(main())
