"""`make bench-mrz`: our MRZ reader beside its open peers, on real pictures and on fresh synthetic ones.

    python -m tests.bench.mrz --real DIR [--only overseal] [--no-write]

DIR holds `truth.jsonl` (file, format or null, lines, printed_check_digits_wrong) and the pictures. Only figures are
printed and written: no name, no line, no file. The result is written by whole runs with real pictures only.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline import READING_VERSION, __version__
from tests.bench import machine
from tests.bench.mrz import calibration, figures, synthetic, table
from tests.bench.mrz.compared import OURS, PEERS, Peer
from tests.bench.mrz.drive import Gone, Run, drive
from tests.bench.mrz.environments import NotInstalled
from tests.bench.mrz.pictures import Picture, real

RESULT = Path(__file__).parents[1] / "results" / "mrz.json"
#: Times that the real pictures had been scored before they were counted here.
SCORED_BEFORE = 12


def main() -> int:
    """Measure, print the table, write the result; exit 1 when our own reader did not run."""
    options = _options()
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    with tempfile.TemporaryDirectory(prefix="overseal-bench-mrz-") as folder:
        print(f"making {options.synthetic} synthetic pictures, seed {seed}", file=sys.stderr)
        made = list(synthetic.pictures(Path(folder), seed, options.synthetic))
        found = _measured(real(options.real) if options.real else [], made, options)
    found |= {"seed": seed, "machine": machine.words(), "scored": _scored_before() + (options.real is not None)}
    found["versions"] = {"overseal": __version__, "reading": READING_VERSION}
    print(table.text(found))
    if options.real is not None and not options.only and not options.no_write:
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(OURS in found["missing"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mrz", description=__doc__)
    parser.add_argument("--real", type=Path, help="folder of real pictures with their truth")
    parser.add_argument("--synthetic", type=int, default=2000, help="synthetic pictures that our reader reads")
    parser.add_argument("--compared", type=int, default=100, help="how many of them every peer reads too")
    parser.add_argument("--seed", type=int, help="repeat an earlier run; a fresh one by default")
    parser.add_argument("--limit", type=float, default=60.0, help="CPU seconds a picture")
    parser.add_argument("--only", action="append", default=[], help="start of a reader's name; nothing is written then")
    parser.add_argument("--no-write", action="store_true", help="leave the committed result as it is")
    return parser.parse_args()


def _measured(reals: list[Picture], made: list[Picture], options: argparse.Namespace) -> dict[str, Any]:
    """Figures of every reader on both sets; a reader that did not run is in `missing` with the reason."""
    found: dict[str, Any] = {
        "real": {},
        "compared": {},
        "synthetic": None,
        "calibration": None,
        "calibration_real": None,
        "missing": {},
    }
    compared = made[: options.compared]
    for peer in PEERS:
        if options.only and not peer.name.startswith(tuple(options.only)):
            continue
        ours = peer.name == OURS
        pictures = [*reals, *(made if ours else compared)]
        try:
            run = _run(peer, pictures, options.limit)
        except (NotInstalled, Gone) as error:
            found["missing"][peer.name] = str(error)
            continue
        read = figures.read(pictures, run.answers, whole_page=peer.whole_page)
        on_real, on_made = read[: len(reals)], read[len(reals) :]
        costs = {"import_s": round(run.import_s, 3), "peak_bytes": run.peak_bytes}
        if on_real:
            found["real"][peer.name] = figures.figures(on_real) | costs
        if on_made:
            found["compared"][peer.name] = figures.figures(on_made[: len(compared)]) | costs
        if ours:
            found |= _of_ours(on_real, on_made)
    return found


def _of_ours(on_real: list[figures.Read], on_made: list[figures.Read]) -> dict[str, Any]:
    """What only our reader is asked: all synthetic pictures, and whether its probabilities mean something."""
    whole = {
        "all": figures.figures(on_made),
        "legible": figures.legible(on_made),
        "not_exact": figures.not_exact_by_kind(on_made),
    }
    return {
        "synthetic": whole if on_made else None,
        "calibration": _reliability(on_made),
        "calibration_real": _reliability(on_real),
    }


def _reliability(reads: list[figures.Read]) -> dict[str, Any] | None:
    found = calibration.reliability(figures.stated(reads))
    return found if found["lines"] else None


def _run(peer: Peer, pictures: list[Picture], limit_s: float) -> Run:
    print(f"{peer.name}: {len(pictures)} pictures", file=sys.stderr, end="", flush=True)
    start = time.monotonic()
    try:
        return drive(peer.command(), [picture.path for picture in pictures], limit_s)
    finally:
        print(f", {time.monotonic() - start:.0f} s", file=sys.stderr)


def _scored_before() -> int:
    before = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    return int(before.get("scored", SCORED_BEFORE))


if __name__ == "__main__":
    raise SystemExit(main())
