"""`make bench-faults`: 300 mutated files through the real command, a fresh seed."""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline import READING_VERSION, __version__
from tests.bench import machine
from tests.faults.hostile_files import write_hostile
from tests.faults.screened_folder import ANSWERS, active_content, counts, formulas, screen

RESULT = Path(__file__).parent / "results" / "faults.json"


def main() -> int:
    """Screen the files, print and write the figures; exit 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    with tempfile.TemporaryDirectory(prefix="overseal-faults-") as folder:
        figures = _measure(Path(folder), options.count, seed)
    print("\n".join(f"{name:32s} {value}" for name, value in figures.items()))
    print("Not measured here: hostile content that decodes well but misleads a reader.")
    if not options.no_write:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    kept = figures["exit_code"] in ANSWERS and figures["accounted_for"] and not figures["internal_errors"]
    return 0 if kept and not figures["timeouts"] and not figures["formulas"] and not figures["active_content"] else 1


def _measure(folder: Path, count: int, seed: int) -> dict[str, Any]:
    inputs, out = folder / "in", folder / "out"
    write_hostile(inputs, count, seed)
    files = sum(1 for path in inputs.rglob("*") if not path.is_dir() or path.is_symlink())
    started = time.monotonic()
    done = screen(inputs, out, folder / "home")
    run = counts(out)
    return {
        "seed": seed,
        "overseal": __version__,
        "reading": READING_VERSION,
        "machine": machine.words(),
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


if __name__ == "__main__":
    raise SystemExit(main())
