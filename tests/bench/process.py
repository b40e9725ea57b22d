"""Run a command and account for what it and everything it started used."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass(slots=True)
class Usage:
    """What one command used.

    Attributes:
        exit_code: of the command.
        cpu_seconds: user and system time of the command and of every descendant that was waited for.
        wall_seconds: from start to end.
        peak_pss_bytes: highest sum of proportional set sizes over the process tree, sampled twice a second.
        pss_bytes: each of those sums, with the seconds since the start.
        cpu_by_program: last CPU seconds seen of each descendant, summed by the word found in its command line.
    """

    exit_code: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_pss_bytes: int = 0
    pss_bytes: list[tuple[float, int]] = field(default_factory=list)
    cpu_by_program: dict[str, float] = field(default_factory=dict)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    programs: Mapping[str, str],
    every: float = 0.5,
    since: Path | None = None,
) -> Usage:
    """Run `command` to its end, its output going to `log`.

    Args:
        programs: name -> text in a command line; CPU of matching descendants is kept apart.
        every: seconds between samples of memory.
        since: samples are kept from when this file is there, such as one that the first document leaves.
    """
    usage = Usage()
    started = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, usage, programs, done, every, since), daemon=True)
    sampler.start()
    _, status, resources = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    sampler.join()
    usage.exit_code = process.returncode
    usage.cpu_seconds = resources.ru_utime + resources.ru_stime
    usage.wall_seconds = time.monotonic() - started
    return usage


def _sample(
    pid: int, usage: Usage, programs: Mapping[str, str], done: threading.Event, every: float, since: Path | None
) -> None:
    seen: dict[int, tuple[str, float]] = {}
    started = time.monotonic()
    while not done.wait(every):
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(pid)
            total = 0
            for process in (root, *root.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += process.memory_full_info().pss
                    line = " ".join(process.cmdline())
                    times = process.cpu_times()
                    for name, text in programs.items():
                        if text in line:
                            seen[process.pid] = (name, times.user + times.system)
            usage.peak_pss_bytes = max(usage.peak_pss_bytes, total)
            if since is None or since.exists():
                usage.pss_bytes.append((time.monotonic() - started, total))
    for name, seconds in seen.values():
        usage.cpu_by_program[name] = usage.cpu_by_program.get(name, 0.0) + seconds
