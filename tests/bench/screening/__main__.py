"""`make bench`: makes Utopia documents with a fresh seed, screens them with the real command, prints what came of it.

Legible documents are known from the capture parameters of the truth file, before anything is read.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE, catalogue
from checks.precisions import SHIPPED
from fixtures.utopia import make, truth
from pipeline import READING_VERSION, __version__
from tests.bench import machine, process
from tests.bench.screening import baseline, measure, table
from tests.bench.screening.screened import Screened, outcome_by_file

RESULT = Path(__file__).parents[1] / "results" / "screening.json"
NOTHING = Screened((), frozenset(), ())
#: A precision from fewer flags than this says too little to be shown beside a finding.
FEWEST_FLAGS = 10


def main() -> int:
    """Run the benchmark; exit 1 when screening itself failed."""
    options = _options()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    with tempfile.TemporaryDirectory(prefix="overseal-bench-") as folder:
        figures = _measure(Path(folder), seed, options)
    if figures is None:
        return 1
    figures["before"] = _before()
    print(table.text(figures))
    if not options.no_write:
        RESULT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        # The register's checks have theirs from another benchmark.
        shown = json.loads(SHIPPED.read_text(encoding="utf-8")) | _precisions(figures)
        SHIPPED.write_text(json.dumps(shown, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        CATALOGUE.write_text(catalogue(), encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.screening", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat an earlier run; a fresh one by default")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the 1,000 clean and 25 a kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-write", action="store_true", help="leave the committed result as it is")
    parser.add_argument("--baseline", type=int, default=100, help="documents that the baseline reads too")
    parser.add_argument("--keep", type=Path, help="leave the inputs and outputs of the run here")
    return parser.parse_args()


def _measure(folder: Path, seed: int, options: argparse.Namespace) -> dict[str, Any] | None:
    folder = options.keep or folder
    inputs, out, home = folder / "inputs", folder / "out", folder / "home"
    home.mkdir(parents=True)
    clean, per_kind = max(int(1000 * options.scale), 1), max(int(25 * options.scale), 1)
    print(f"making {clean} clean documents and {per_kind} of each kind and twin, seed {seed}", file=sys.stderr)
    truths = truth.read(make.make(inputs, seed, clean, per_kind).rename(folder / "truth.jsonl"))
    print(f"screening {len(truths)} documents with {options.workers} workers", file=sys.stderr)
    used = process.run(
        [
            *(str(Path(sys.executable).with_name("overseal")), "screen", str(inputs), "--out", str(out), "--exit-zero"),
            *("--workers", str(options.workers), "--today", truths[0].today),
        ],
        {"OVERSEAL_HOME": str(home), "OVERSEAL_SPECIMEN_RUN": "true"},
        folder / "screen.log",
        {"orchestrator": "flows.server_process"},
    )
    if used.exit_code:
        print((folder / "screen.log").read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
        return None
    said = outcome_by_file(out, home / "overseal.db", inputs)
    pairs = [(one, said.get(one.file, NOTHING)) for one in truths]
    return {
        "seed": seed,
        "versions": {"overseal": __version__, "reading": READING_VERSION},
        "machine": machine.words(),
        "documents": {
            "all": len(truths),
            "clean": len(measure.clean(pairs)),
            "planted": sum(1 for one in truths if one.plant),
            "twins": sum(1 for one in truths if one.twin_of),
            "legible": sum(1 for one in truths if one.legible),
            "not_in_output": sum(1 for one in truths if one.file not in said),
        },
        "false_alarms": measure.false_alarms(pairs),
        "planted": measure.planted(pairs),
        "checks": measure.by_check(pairs),
        "hypotheses": measure.confusion(pairs),
        "fields": measure.field_accuracy(pairs),
        "mrz_lines_exact": measure.mrz_lines(pairs),
        "fully_assessed": measure.fully_assessed(pairs),
        "cpu_seconds": measure.cpu_a_page(pairs) | _run_costs(used, len(truths)),
        "peak_pss_bytes": used.peak_pss_bytes,
        "workers": options.workers,
        "baseline": baseline.measure(pairs, inputs, options.baseline),
    }


def _before() -> dict[str, Any] | None:
    """The headline of the last committed result that another version of the reader made; None without one."""
    if not RESULT.exists():
        return None
    last = json.loads(RESULT.read_text(encoding="utf-8"))
    if last["versions"]["reading"] == READING_VERSION:
        before: dict[str, Any] | None = last.get("before")
        return before
    return {
        "reading": last["versions"]["reading"],
        "cpu": {kind: row["median"] for kind, row in last["cpu_seconds"]["pages"].items()},
        "fields": {kind: row["share"] for kind, row in last["fields"]["capture"].items()},
        "mrz_lines_exact": last["mrz_lines_exact"]["share"],
        "planted_legible": last["planted"]["legible"]["share"],
    }


def _run_costs(used: process.Usage, documents: int) -> dict[str, float]:
    orchestrator = used.cpu_by_program.get("orchestrator", 0.0)
    return {
        "run_total": used.cpu_seconds,
        "run_total_a_document": used.cpu_seconds / documents,
        "orchestrator": orchestrator,
        "orchestrator_share": orchestrator / used.cpu_seconds,
        "wall": used.wall_seconds,
    }


def _precisions(figures: dict[str, Any]) -> dict[str, dict[str, float | int]]:
    return {
        code: {"precision": round(row["precision"], 3), "n": row["flags"]}
        for code, row in figures["checks"].items()
        if row["flags"] >= FEWEST_FLAGS
    }


if __name__ == "__main__":
    raise SystemExit(main())
