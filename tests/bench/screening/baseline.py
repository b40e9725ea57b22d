"""The baseline of the same run: what people get from the reader everybody installs.

PassportEye with the MRZ model reads the page; any check digit that fails, or no MRZ at all, is an alarm. It reads
no printed zone and knows no law, so it is compared on documents with an MRZ only.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

from pipeline.mrz.digits import check_digits
from tests.bench.screening.measure import Pair, share


def measure(pairs: list[Pair], inputs: Path, count: int) -> dict[str, Any]:
    """Exact reads and alarms of the baseline on `count` documents that have a legible MRZ."""
    rows = [pair for pair in pairs if pair[0].mrz_format and pair[0].legible and pair[0].pages == 1]
    random.Random(0).shuffle(rows)
    rows = rows[:count]
    started = time.process_time()
    exact: list[bool] = []
    alarms: list[bool] = []
    for truth, _ in rows:
        lines = _read(inputs / truth.file)
        exact.append(lines == truth.mrz_lines)
        if truth.plant is None and truth.twin_of is None:
            alarms.append(not lines or not all(digit.ok for digit in check_digits(lines)))
    return {
        "reader": "PassportEye 2.2.2 with the MRZ model; alarm on any failed digit",
        "mrz_lines_exact": share(exact),
        "mrz_lines_exact_overseal": share(
            any(record.mrz is not None and record.mrz.lines == truth.mrz_lines for record in said.records)
            for truth, said in rows
        ),
        "clean_with_alarm": share(alarms),
        "own_cpu_seconds": time.process_time() - started,
    }
