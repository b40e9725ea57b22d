"""What a run owes under faults (issue 6, "What it must reach"), and whether the figures say that it kept it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.bench.faults import mutated

Figures = Mapping[str, Any]
_MB = 1_000_000
_MIB = 2**20


def promises(told: Figures) -> dict[str, bool | None]:
    """Each promise, and whether it was kept; None where what it rests on was not measured.

    Args:
        told: figures by name; one that could not be measured has `not_measured` with the reason instead.
    """
    return {promise: _judged(told, names, kept) for promise, (names, kept) in _PROMISES.items()}


def _judged(told: Figures, names: Sequence[str], kept: Callable[..., bool]) -> bool | None:
    figures = [told.get(name) for name in names]
    if any(one is None or "not_measured" in one for one in figures):
        return None
    return bool(kept(*figures))


def _whole(one: Figures) -> bool:
    """Nothing lost, nothing twice, identical."""
    return one["lost"] == one["duplicated"] == 0 and bool(one["identical"])


def _completes(codes: Sequence[int], *stopped: int) -> bool:
    """The run ends well, or with one of these codes and the next one well."""
    return list(codes) == [0] or (len(codes) == 2 and codes[0] in stopped and codes[1] == 0)


def _named(codes: Sequence[int], error: str) -> bool:
    """A run that ended with an error said which."""
    return codes[0] == 0 or (error.startswith("overseal: ") and "internal error" not in error)


def _postgres_killed(one: Figures) -> bool:
    ended = zip(one["exit_codes"], one["error"], strict=True)
    return _whole(one) and all(_completes(codes, 7) and _named(codes, error) for codes, error in ended)


def _full(code: int) -> Callable[[Figures], bool]:
    def kept(one: Figures) -> bool:
        return _whole(one) and one["exit_codes"] == [code, 0] and _named(one["exit_codes"], one["error"])

    return kept


def _locked(one: Figures) -> bool:
    # A lock that nobody waited for shows nothing.
    return _whole(one) and one["exit_codes"] == [0] and all(one["running_when_unlocked"])


def _engines(one: Figures) -> bool:
    # A fault of ours among them makes the exit code 1.
    first = (one["exit_codes"][0], one["read"][0], one["unreadable"][0])
    then = (one["exit_codes"][1], one["read"][1], one["unreadable"][1], one["read_again"])
    return first == (1, 6, 5) and then == (0, 11, 0, 5) and bool(one["identical_after"])


def _quiet_night(one: Figures) -> bool:
    small = one["mib_together"] * _MIB <= 500 * _MB
    seen = all(present == one["scans"] for present in one["present"]) and not any(one["new"])
    return seen and small and max(one["seconds"]) <= 10.0


def _names(kills: Figures, quiet: Figures, night: Figures) -> bool:
    of_nights = [one["names"] for one in (quiet, night)]
    # The search itself has to find the names where they may be.
    searched = all(names["where_they_may_be"] and not names["missing"] for names in of_nights)
    return kills["names_misplaced"] == 0 and searched and not any(names["misplaced"] for names in of_nights)


_PROMISES: dict[str, tuple[Sequence[str], Callable[..., bool]]] = {
    "killed at any instant and run again: 0 lost, 0 duplicated, identical cases, nothing left": (
        ["kills"],
        lambda one: one["kept"],
    ),
    "one of two Dask workers killed: completes, identical": (
        ["worker_killed"],
        lambda one: one["exit_code"] == 0 and one["identical"] and one["killed_while_reading"],
    ),
    "Dask scheduler killed: named error, rerun completes, identical": (
        ["scheduler_killed"],
        lambda one: _whole(one) and _completes(one["exit_codes"], 1) and _named(one["exit_codes"], one["error"]),
    ),
    "orchestrator's server killed: completes or resumes, identical": (
        ["server_killed"],
        lambda one: one["exit_codes"][-1] == 0 and one["identical"],
    ),
    "Postgres killed for 20 s: completes, or exit code 7 and rerun completes; 0 lost, 0 duplicated": (
        ["postgres_killed"],
        _postgres_killed,
    ),
    "disk of the data folder full: named error, exit code 7, rerun completes, identical": (["disk_full"], _full(7)),
    "disk of the reports full: named error, rerun completes, identical": (["reports_full"], _full(1)),
    "store locked twice for 10 s: completes, identical": (["store_locked"], _locked),
    "engines that die, hang, answer with rubbish: the others are read; well again: rerun completes": (
        ["engines"],
        _engines,
    ),
    "night with nothing new: at most 10 s, at most 500 MB": (["nothing_new"], _quiet_night),
    "orchestration at most 2 % of CPU": (
        ["orchestration"],
        lambda one: one["share"] <= 0.02 and one["identical_output"],
    ),
    "two workers: identical, at most 1.1 of the CPU": (
        ["two_workers"],
        lambda one: one["identical_output"] and one["cpu_ratio_with_live_reading"] <= 1.1,
    ),
    "two workers, really reading: identical, at most 1.1 of the CPU": (
        ["live"],
        lambda one: one["identical_output"] and one["cpu_ratio"] <= 1.1,
    ),
    "two Dask workers: identical, at most 1.1 of the CPU of one, and of one local process": (
        ["two_dask_workers"],
        lambda one: (
            one["identical_output"]
            and one["cpu_ratio_to_one_with_live_reading"] <= 1.1
            and one["cpu_ratio_to_local_with_live_reading"] <= 1.1
        ),
    ),
    "Dask with Postgres: identical": (["dask_on_postgres"], lambda one: _whole(one) and one["exit_codes"] == [0]),
    "memory: last quarter at most 1.05 of the second": (["memory"], lambda one: one["last_over_second"] <= 1.05),
    "names in the orchestrator's database, logs, metrics, file names: 0": (
        ["kills", "nothing_new", "night_with_scans"],
        _names,
    ),
    "mutated files: all accounted for, nothing run": (["mutated"], mutated.kept),
}
