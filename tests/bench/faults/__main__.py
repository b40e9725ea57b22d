"""`make bench-faults`: kills, stores that go away, engines that fail, machines, nights, mutated files; a fresh seed."""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import READING_VERSION, __version__
from tests.bench import machine
from tests.bench.faults import crashes, live, load, machines, mutated, nights, stores
from tests.bench.faults.promises import promises

RESULT = Path(__file__).parents[1] / "results" / "faults.json"
#: Documents really read in a run of full scale.
_LIVE_DOCUMENTS = 100


def main() -> int:
    """Measure, print and write; exit 1 where a promise is broken."""
    options = _options()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    number = options.live if options.live is not None else _LIVE_DOCUMENTS if options.scale >= 1 else 0
    # Parts measured by themselves stand beside the others of the last result, each with its own seed.
    whole = len(options.parts) == len(PARTS)
    told = {"parts": {}} if whole else json.loads(RESULT.read_text(encoding="utf-8"))
    for name in options.parts:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="overseal-faults-") as folder:
            figures = PARTS[name](Path(folder), Sizes(options.scale, number), seed)
        seconds = round(time.monotonic() - began)
        told |= figures
        told["parts"][name] = {"scale": options.scale, "seed": seed, "seconds": seconds, **_machine()}
        _print("", figures)
        print(f"part {name}: {seconds} s\n", flush=True)
    kept = promises(told)
    for promise, well in kept.items():
        print(f"{_WORDS[well]:14s}{promise}")
    if not options.no_write:
        RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 1 if False in kept.values() else 0


_WORDS = {True: "kept", False: "BROKEN", None: "not measured"}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of documents, kills and scans")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    parser.add_argument(
        "--live", type=int, help=f"documents to read really (default: {_LIVE_DOCUMENTS} at full scale, else none)"
    )
    parser.add_argument("--no-write", action="store_true")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {"overseal": __version__, "reading": READING_VERSION, "machine": machine.words()}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything; `live`, documents that are really read."""

    scale: float
    live: int

    def of(self, whole: int, least: int) -> int:
        """So many at full scale."""
        return max(least, round(whole * self.scale))

    @property
    def documents(self) -> int:
        """Of a run that is disturbed."""
        return self.of(300, 60)


Part = Callable[[Path, Sizes, int], dict[str, Any]]


def _kills(folder: Path, sizes: Sizes, seed: int) -> dict[str, Any]:
    return {
        "kills": crashes.kills(folder, sizes.documents, sizes.of(30, 2), seed),
        "server_killed": crashes.server_killed(folder, sizes.documents),
    }


def _engines(folder: Path, _sizes: Sizes, _seed: int) -> dict[str, Any]:
    return {"engines": crashes.engines(folder)}


def _stores(folder: Path, sizes: Sizes, _seed: int) -> dict[str, Any]:
    return {
        "postgres_killed": stores.postgres_killed(folder, sizes.documents),
        "disk_full": stores.disk_full(folder, sizes.documents),
        "reports_full": stores.reports_full(folder, sizes.documents),
        "store_locked": stores.store_locked(folder, sizes.documents),
    }


def _dask(folder: Path, sizes: Sizes, _seed: int) -> dict[str, Any]:
    return {
        "worker_killed": crashes.worker_killed(folder, sizes.documents),
        "scheduler_killed": machines.scheduler_killed(folder, sizes.documents),
        "dask_on_postgres": machines.on_postgres(folder, sizes.documents),
        "two_dask_workers": machines.two_workers(folder, sizes.of(2000, 60)),
    }


def _load(folder: Path, sizes: Sizes, _seed: int) -> dict[str, Any]:
    return {
        "orchestration": load.orchestration(folder, sizes.of(2000, 60)),
        "two_workers": load.two_workers(folder, sizes.of(2000, 60)),
        "memory": load.memory(folder, sizes.of(5000, 60)),
    }


def _nights(folder: Path, sizes: Sizes, _seed: int) -> dict[str, Any]:
    return {
        "nothing_new": nights.nothing_new(folder / "known", sizes.of(100_000, 500), sizes.of(3, 1)),
        "night_with_scans": nights.screened(folder / "new"),
    }


def _live(folder: Path, sizes: Sizes, seed: int) -> dict[str, Any]:
    return {"live": live.measure(folder, sizes.live, seed)}


def _mutated(folder: Path, sizes: Sizes, seed: int) -> dict[str, Any]:
    return {"mutated": mutated.measure(folder, sizes.of(300, 10), seed)}


#: In all but live and mutated the reader is the fake one: a file says what it reads as.
PARTS: dict[str, Part] = {
    "kills": _kills,
    "engines": _engines,
    "stores": _stores,
    "dask": _dask,
    "load": _load,
    "nights": _nights,
    "live": _live,
    "mutated": _mutated,
}


def _print(prefix: str, figures: Mapping[str, Any]) -> None:
    for name, value in figures.items():
        if isinstance(value, Mapping) and name not in ("problems", "killed_while"):
            _print(f"{prefix}{name}.", value)
        else:
            print(f"{prefix + name:48s} {value}")


if __name__ == "__main__":
    raise SystemExit(main())
