"""`overseal audit` on a register of the ministry with schemes: every row check, then the statistics."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fixtures.utopia.law import TODAY
from fixtures.utopia.ministry.schemes.make import TRUTH_FILE, make_schemes
from fixtures.utopia.ministry.schemes.truth import read
from tests.bench import process
from tests.bench.audit.alerts import figures, look_alikes, scored
from tests.bench.audit.ours import written

_COMMAND = str(Path(sys.executable).with_name("overseal"))


def measure(folder: Path, seed: int, permits: int) -> tuple[dict[str, Any] | None, str | None]:
    """Figures of one register, or the reason why there are none."""
    if subprocess.run([_COMMAND, "audit", "--help"], capture_output=True, check=False).returncode:
        return None, "there is no such command yet"
    begun = time.perf_counter()
    made = make_schemes(folder / "ministry", seed, permits)
    made_seconds = time.perf_counter() - begun
    out = folder / "out"
    used = process.run(
        [
            *(_COMMAND, "audit", "--register", str(made.register), "--out", str(out)),
            *("--store", f"sqlite:///{folder / 'store.db'}", "--today", TODAY.isoformat()),
        ],
        {
            "OVERSEAL_HOME": str(folder / "home"),
            "OVERSEAL_SPECIMEN_RUN": "true",
            "OVERSEAL_REGISTER__STATE": "UTO",
        },
        folder / "audit.log",
        {},
    )
    if not (out / "leads.jsonl").is_file():
        return None, f"it ended with exit code {used.exit_code} and wrote no leads"
    rings, said = read(folder / "ministry" / TRUTH_FILE), written(out / "leads.jsonl")
    told = figures([scored(said, rings, used.wall_seconds)])
    return {
        "permits": permits,
        "made_seconds": made_seconds,
        "wall": used.wall_seconds,
        "cpu": used.cpu_seconds,
        "peak_pss_bytes": used.peak_pss_bytes,
        "skipped": made.skipped,
        "figures": told | {"false_alerts_at": dict(look_alikes(said, rings).most_common())},
    }, None
