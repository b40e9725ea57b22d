"""What was not measured is never said to be kept, and each promise can be broken."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.bench.faults.promises import promises

WHOLE = {"lost": 0, "duplicated": 0, "identical": True}
FULL = "overseal: the disk of the store is full"
NAMES = {"misplaced": [], "where_they_may_be": 2, "missing": []}
KEPT: dict[str, Any] = {
    "kills": {"kept": True, "names_misplaced": 0},
    "worker_killed": {"exit_code": 0, "identical": True, "killed_while_reading": True},
    "scheduler_killed": {**WHOLE, "exit_codes": [1, 0], "error": "overseal: reading on the Dask cluster failed"},
    "server_killed": {"exit_codes": [1, 0], "identical": True},
    "postgres_killed": {**WHOLE, "exit_codes": [[0], [7, 0]], "error": ["", "overseal: the store's server went away"]},
    "disk_full": {**WHOLE, "exit_codes": [7, 0], "error": FULL},
    "reports_full": {**WHOLE, "exit_codes": [1, 0], "error": "overseal: a file could not be read or written"},
    "store_locked": {**WHOLE, "exit_codes": [0], "running_when_unlocked": [True, True]},
    "engines": {
        "exit_codes": [1, 0],
        "read": [6, 11],
        "unreadable": [5, 0],
        "read_again": 5,
        "identical_after": True,
    },
    "nothing_new": {
        "scans": 9,
        "present": [9, 9],
        "new": [0, 0],
        "seconds": [5.0, 9.9],
        "mib_together": 476.8,
        "names": NAMES,
    },
    "night_with_scans": {"names": NAMES},
    "orchestration": {"share": 0.02, "identical_output": True},
    "two_workers": {"identical_output": True, "cpu_ratio_with_live_reading": 1.1},
    "live": {"identical_output": True, "cpu_ratio": 1.1},
    "two_dask_workers": {
        "identical_output": True,
        "cpu_ratio_to_one_with_live_reading": 1.1,
        "cpu_ratio_to_local_with_live_reading": 1.1,
    },
    "dask_on_postgres": {**WHOLE, "exit_codes": [0], "error": ""},
    "memory": {"last_over_second": 1.05},
    "mutated": {
        "exit_code": 0,
        "accounted_for": True,
        "internal_errors": 0,
        "timeouts": 0,
        "formulas": 0,
        "active_content": 0,
    },
}
BROKEN: dict[str, dict[str, Any]] = {
    "kills": {"kept": False},
    "worker_killed": {"exit_code": 1},
    "scheduler_killed": {"error": "overseal: internal error: KeyError"},
    "server_killed": {"exit_codes": [1, 1]},
    "postgres_killed": {"exit_codes": [[0], [1, 0]]},
    "disk_full": {"exit_codes": [1, 0]},
    "reports_full": {"error": "overseal: internal error: OSError; run again with -v to see where"},
    "store_locked": {"running_when_unlocked": [True, False]},
    "engines": {"read_again": 11},
    "nothing_new": {"mib_together": 476.9},
    "night_with_scans": {"names": NAMES | {"where_they_may_be": 0}},
    "orchestration": {"share": 0.0201},
    "two_workers": {"cpu_ratio_with_live_reading": 1.101},
    "live": {"identical_output": False},
    "two_dask_workers": {"cpu_ratio_to_local_with_live_reading": 1.101},
    "dask_on_postgres": {"lost": 1},
    "memory": {"last_over_second": 1.051},
    "mutated": {"internal_errors": 1},
}


def test_all_kept_and_nothing_measured() -> None:
    assert set(promises(KEPT).values()) == {True}
    assert set(promises({}).values()) == {None}


@pytest.mark.parametrize("name", KEPT)
def test_each_figure_can_break_its_promise_and_be_missing(name: str) -> None:
    worse = copy.deepcopy(KEPT)
    worse[name] |= BROKEN[name]
    broken = {promise for promise, well in promises(worse).items() if well is False}
    assert broken
    unknown = KEPT | {name: {"not_measured": "a reason"}}
    missing = {promise for promise, well in promises(unknown).items() if well is None}
    assert broken <= missing
