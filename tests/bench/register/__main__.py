"""`make bench-register`: a fresh ministry with planted irregularities and near-twins, screened with the real command.

Row-level figures come from the outputs that a user gets. Speed is measured on a larger register, each stage in a
process of its own. The baseline is the same checks without their tests for innocent causes: every finding at its full
strength.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE, catalogue
from checks.precisions import SHIPPED
from fixtures.utopia.law import TODAY
from fixtures.utopia.ministry.make import INVOLVED, SCANS_TRUTH, Made, Scans, make_ministry
from fixtures.utopia.truth import read
from pipeline import __version__
from tests.bench import machine, process
from tests.bench.register import measure, table

RESULT = Path(__file__).parents[1] / "results" / "register.json"
#: A precision from fewer findings than this says too little to be shown beside one.
FEWEST_FLAGS = 10


def main() -> int:
    """Run the benchmark; exit 1 when screening itself failed."""
    options = _options()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    with tempfile.TemporaryDirectory(prefix="overseal-bench-", dir=options.scratch) as folder:
        figures = _measure(Path(folder), seed, options)
    if figures is None:
        return 1
    print(table.text(figures))
    if not options.no_write:
        RESULT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        shown = json.loads(SHIPPED.read_text(encoding="utf-8")) | _precisions(figures)
        SHIPPED.write_text(json.dumps(dict(sorted(shown.items())), indent=1) + "\n", encoding="utf-8")
        CATALOGUE.write_text(catalogue(), encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what is found in a register.")
    parser.add_argument("--seed", type=int, help="default: a fresh one")
    parser.add_argument("--permits", type=int, default=100_000)
    parser.add_argument("--per-kind", type=int, default=25, help="of each irregularity, and of each near-twin")
    parser.add_argument(
        "--clean-scans", type=int, default=120, help="scanned permits in order, each with a passport; 0: no scans"
    )
    parser.add_argument("--scans-per-kind", type=int, default=6, help="of each kind that scans show, and of each twin")
    parser.add_argument(
        "--large", type=int, nargs="*", default=[1_000_000], help="permits of each register for speed, smallest first"
    )
    parser.add_argument("--scratch", type=Path, help="folder for what is made (the system's own)")
    parser.add_argument("--no-write", action="store_true")
    return parser.parse_args()


def _measure(folder: Path, seed: int, options: argparse.Namespace) -> dict[str, Any] | None:
    print(f"making a ministry of {options.permits} permits, seed {seed}", file=sys.stderr)
    scanned = Scans(options.clean_scans, options.scans_per_kind) if options.clean_scans else None
    made = make_ministry(folder / "ministry", seed, options.permits, options.per_kind, scans=scanned)
    out = folder / "out"
    used = _screen(made, folder, out)
    if used.exit_code:
        print((folder / "screen.log").read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
        return None
    planted, involved = measure.planted_rows(made.truth), measure.involved_rows(made.truth.with_name(INVOLVED))
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return {
        "seed": seed,
        "versions": {"overseal": __version__},
        "machine": machine.words(),
        "permits": options.permits,
        "skipped_kinds": made.skipped,
        "rows": measure.figures(planted, measure.said_of_rows(out), involved, options.permits),
        "scans": measure.scans(read(made.truth.with_name(SCANS_TRUTH)), out, made.scans) if made.scans else None,
        "not_applicable": {
            code: one["not_applicable"]
            for code, one in run["checks"].items()
            if one["not_applicable"] and code in measure.ROW_CODES
        },
        "refused": run["problems"].get("register-row-refused", 0),
        "run": {"wall": used.wall_seconds, "cpu": used.cpu_seconds, "peak_pss_bytes": used.peak_pss_bytes},
        "speed": [_speed(folder, seed, permits) for permits in options.large],
    }


def _screen(made: Made, folder: Path, out: Path) -> process.Usage:
    before = ("--earlier", str(made.earlier)) if made.earlier else ()
    scans = (str(made.scans),) if made.scans else ()
    return process.run(
        [
            *(str(Path(sys.executable).with_name("overseal")), "screen", *scans, *before),
            *("--register", str(made.register), "--workers", "2"),
            *("--out", str(out), "--exit-zero", "--today", TODAY.isoformat()),
        ],
        {
            "OVERSEAL_HOME": str(folder / "home"),
            "OVERSEAL_SPECIMEN_RUN": "true",
            "OVERSEAL_REGISTER__STATE": "UTO",
        },
        folder / "screen.log",
        {"orchestrator": "flows.server_process"},
    )


def _speed(folder: Path, seed: int, permits: int) -> dict[str, Any]:
    print(f"making a ministry of {permits} permits for speed", file=sys.stderr)
    made = make_ministry(folder / f"large-{permits}", seed, permits, 0)
    figures: dict[str, Any] = {"permits": permits}
    for stage in ("load", "checks"):
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "tests.bench.register.speed", stage, str(made.register)),
                *(str(made.earlier), str(folder / "cache"), "--today", TODAY.isoformat()),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        figures[stage] = json.loads(ran.stdout.splitlines()[-1])
    return figures


def _precisions(figures: dict[str, Any]) -> dict[str, dict[str, float | int]]:
    return {
        code: {"precision": round(row["precision"], 3), "n": row["flags"]}
        for code, row in figures["rows"]["checks"].items()
        if row["flags"] >= FEWEST_FLAGS
    }


if __name__ == "__main__":
    raise SystemExit(main())
