"""`make bench-audit`: fresh registers with rings and look-alikes, ours beside the methods that auditors use today.

The statistics are measured on simulated tables of exposure and flags, ten seeds of each sort; `overseal audit` with
all row checks on one register of the Ministry of Utopia.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fixtures.utopia.ministry.schemes.tables import Tables, tables
from pipeline import __version__
from tests.bench import machine
from tests.bench.audit import baselines, full, ours, speed, table
from tests.bench.audit.alerts import VERY_LIKELY, Alert, Scored, figures, look_alikes, scored

#: Parts of the benchmark, each with seeds of its own where it is measured by itself.
PARTS = ("registers", "speed", "full")
RESULT = Path(__file__).parents[1] / "results" / "audit.json"
Method = Callable[[Tables], list[Alert]]


def main() -> int:
    """Run the benchmark and print its table."""
    options = _options()
    first = options.seed if options.seed is not None else secrets.randbelow(2**31)
    seeds = list(range(first, first + options.seeds))
    # A part measured by itself stands beside the others of the last result, each with its own seed.
    told = _empty() if len(options.parts) == len(PARTS) else json.loads(RESULT.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="overseal-bench-", dir=options.scratch) as folder:
        _measure(told, Path(folder), seeds, options)
    print(table.text(told))
    if not options.no_write:
        RESULT.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure leads about offices.")
    parser.add_argument("--seed", type=int, help="the first of the seeds, which follow one another; default: fresh")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--permits", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, nargs="*", default=[1_000_000, 10_000_000], help="permits, for speed")
    parser.add_argument("--full", type=int, default=1_000_000, help="permits of the one full register")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    parser.add_argument("--scratch", type=Path, help="folder for what is made (the system's own)")
    parser.add_argument("--no-write", action="store_true")
    return parser.parse_args()


def _empty() -> dict[str, Any]:
    return {"seeds": {}, "not_run": {}, "planted": {}, "skipped": {}, "speed": [], "full": None} | dict.fromkeys(
        _REGISTERS
    )


def _measure(told: dict[str, Any], folder: Path, seeds: list[int], options: argparse.Namespace) -> None:
    """Measure the parts asked for, into `told`."""
    told |= {"versions": {"overseal": __version__}, "machine": machine.words()}
    if "registers" in options.parts:
        methods, not_run = _methods()
        told |= {
            "not_run": not_run,
            "planted": {"rings": 0, "look_alikes": 0},
            "skipped": {},
            "permits": options.permits,
        }
        told["seeds"]["registers"] = seeds
        for kind, asked in _REGISTERS.items():
            told[kind] = _registers(kind, asked, seeds, options.permits, methods, told)
    if "speed" in options.parts:
        told["seeds"]["speed"] = seeds[:1]
        told["speed"] = [speed.measure(folder, seeds[0], permits) for permits in options.large]
    if "full" in options.parts:
        told["seeds"]["full"] = seeds[:1]
        told["full"], reason = full.measure(folder, seeds[0], options.full)
        told["not_run"] = {**told["not_run"], **({"overseal audit": reason} if reason else {})}


def _registers(
    kind: str, asked: dict[str, bool], seeds: list[int], permits: int, methods: dict[str, Method], told: dict[str, Any]
) -> dict[str, Any]:
    """All methods on registers of one sort; adds to `told` what was planted and what was not."""
    runs: dict[str, list[tuple[Scored, Counter[str]]]] = defaultdict(list)
    for seed in seeds:
        made = tables(seed, permits, **asked)
        told["skipped"] |= {f"{kind} {seed} {name}": reason for name, reason in made.skipped.items()}
        told["planted"]["rings"] += sum(not ring.benign for ring in made.rings)
        told["planted"]["look_alikes"] += sum(ring.benign for ring in made.rings)
        for name, method in methods.items():
            runs[name].append(_run(method, made))
            print(f"{kind} {seed} {name}: {len(runs[name][-1][0].alerts)} alerts", file=sys.stderr)
    return {name: (_free if kind == "ring_free" else _figures)(some) for name, some in runs.items()}


#: Sorts of registers, and how they are asked for.
_REGISTERS: dict[str, dict[str, bool]] = {
    "rings": {},
    "heavy_tails": {"heavy_tails": True},
    "ring_free": {"rings": False, "look_alikes": False},
}


def _methods() -> tuple[dict[str, Method], dict[str, str]]:
    run, not_run = baselines.methods()
    found: dict[str, Method] = {name: _of_tables(method) for name, method in run.items()}
    return found | {table.OURS: ours.alerts}, not_run


def _of_tables(method: baselines.Method) -> Method:
    return lambda made: method(made.exposure, made.flags)


def _run(method: Method, made: Tables) -> tuple[Scored, Counter[str]]:
    begun = time.perf_counter()
    said = method(made)
    seconds = time.perf_counter() - begun
    return scored(said, made.rings, seconds), look_alikes(said, made.rings)


def _figures(runs: Sequence[tuple[Scored, Counter[str]]]) -> dict[str, Any]:
    falsely: Counter[str] = sum((one for _, one in runs), Counter())
    return figures([run for run, _ in runs]) | {"false_alerts_at": dict(falsely.most_common())}


def _free(runs: Sequence[tuple[Scored, Counter[str]]]) -> dict[str, Any]:
    """Of registers without rings: alerts of each, and those above posterior 0.9."""
    strong = [sum((alert.posterior or 0) >= VERY_LIKELY for alert in run.alerts) for run, _ in runs]
    return {"alerts": [len(run.alerts) for run, _ in runs], "above_0.9": strong}


if __name__ == "__main__":
    raise SystemExit(main())
