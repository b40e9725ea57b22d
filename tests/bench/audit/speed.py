"""The statistics alone over tables written by `write`, in a process of its own; prints JSON.

Peak memory is the process's own high-water mark, the tables read from Parquet included, of which the exposure is read
column by column.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from fixtures.utopia.ministry.schemes.tables import tables
from tests.bench.audit import ours
from tests.bench.register.speed import peak_bytes

_TABLES = ("exposure", "flags", "masks")


def measure(folder: Path, seed: int, permits: int) -> dict[str, Any]:
    """Seconds and bytes for so many permits."""
    made = tables(seed, permits)
    for name in _TABLES:
        getattr(made, name).write_parquet(folder / f"{name}.parquet")
    del made
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.audit.speed", str(folder)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return {"permits": permits} | found


def _run(folder: Path) -> dict[str, Any]:
    exposure = pl.scan_parquet(folder / "exposure.parquet")
    flags, masks = (pl.read_parquet(folder / f"{name}.parquet") for name in ("flags", "masks"))
    wall, cpu = time.perf_counter(), time.process_time()
    leads = len(ours.audited(exposure, flags, masks).leads)
    used = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return {"leads": leads, **used, "peak_bytes": peak_bytes()}


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]))))
