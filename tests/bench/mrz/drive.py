"""Drives one reader's program over pictures and keeps what it said, how long it took and what it held.

A picture has a limit of CPU time, and a wider one of wall time that only a reader which waits for ever reaches: a busy
machine must not change a figure. A reader that passes it is ended and started anew for the next picture; one that dies
is started anew too, and given up when it has died on `_DEATHS` pictures running.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[3]
#: Every library that would start threads stays on one.
ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
START_LIMIT_S = 60.0
#: Wall time that a second of CPU time may take on a busy machine.
_WALL_FACTOR = 10
_DEATHS = 3
#: Seconds between looks at what the reader and the programs that it started use.
_LOOK_EVERY = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024


class Gone(Exception):
    """The reader's program ended or passed its time; the message says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader said of one picture.

    Attributes:
        lines: as it gave them, before a zone is chosen among them.
        cpu_s: from opening the file to the lines, started programs included; the limit where it was passed.
        probabilities: stated for each line, where the reader states any.
        not_legible: a zone was seen and not claimed.
        failure: how it failed, "" where it did not.
    """

    lines: tuple[str, ...]
    cpu_s: float
    probabilities: tuple[float, ...] = ()
    not_legible: bool = False
    failure: str = ""


@dataclass(slots=True)
class Run:
    """One reader over pictures.

    Attributes:
        answers: in the order of the pictures.
        import_s: CPU seconds until the first start was ready.
        peak_bytes: of the reader and the largest program that it started, at their highest.
    """

    answers: list[Answer] = field(default_factory=list)
    import_s: float = 0.0
    peak_bytes: int = 0


def drive(command: Sequence[str], pictures: Sequence[Path], limit_s: float) -> Run:
    """Read every picture.

    Args:
        command: speaks the protocol of `readers.serve`.
        pictures: absolute paths.
        limit_s: CPU seconds a picture; it has ten times as long by the clock.

    Raises:
        Gone: the program does not start, or dies again and again; the message says how.
    """
    run, deaths, started = Run(), 0, 0
    while len(run.answers) < len(pictures):
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log, _program(command, log) as program:
            try:
                ready = program.answer(START_LIMIT_S)
                run.import_s = run.import_s if started else ready["import_s"]
                started += 1
                for picture in pictures[len(run.answers) :]:
                    run.answers.append(_answer(program.ask(str(picture), limit_s)))
                    deaths = 0
                run.peak_bytes = max(run.peak_bytes, program.finish() + program.children_peak)
            except TimeoutError:
                if not started:
                    raise Gone(f"not ready after {START_LIMIT_S:.0f} s") from None
                run.answers.append(Answer((), limit_s, failure="time"))
            except Gone:
                deaths += 1
                if not started or deaths == _DEATHS:
                    raise Gone(_last_line(log) or "ended without a word") from None
                run.answers.append(Answer((), 0.0, failure="died"))
    return run


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(
        tuple(said.get("lines", ())),
        said["cpu_s"],
        tuple(said.get("probabilities", ())),
        bool(said.get("not_legible", False)),
        said.get("error", ""),
    )


@dataclass
class _Program:
    """A running reader."""

    process: subprocess.Popen[str]
    children_peak: int = 0

    def ask(self, picture: str, limit_s: float) -> dict[str, Any]:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(picture + "\n")
            self.process.stdin.flush()
        return self.answer(limit_s)

    def finish(self) -> int:
        """Peak memory of the reader's own process, bytes."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return int(self.answer(START_LIMIT_S)["peak_bytes"])

    def answer(self, limit_s: float) -> dict[str, Any]:
        """The next line.

        Raises:
            TimeoutError: none within `limit_s` of CPU time.
            Gone: the program ended.
        """
        assert self.process.stdout is not None
        before, until = _used(self.process.pid).cpu_s, time.monotonic() + _WALL_FACTOR * limit_s
        while not select.select([self.process.stdout], [], [], _LOOK_EVERY)[0]:
            used = _used(self.process.pid)
            self.children_peak = max(self.children_peak, used.children_peak)
            if used.cpu_s - before > limit_s or time.monotonic() > until:
                raise TimeoutError
        line = self.process.stdout.readline()
        if not line:
            raise Gone
        values: dict[str, Any] = json.loads(line)
        return values


@contextlib.contextmanager
def _program(command: Sequence[str], log: IO[str]) -> Iterator[_Program]:
    """The program in a process group of its own, which is ended with everything it started."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | ONE_THREAD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        yield _Program(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


@dataclass(frozen=True, slots=True)
class _Usage:
    """CPU seconds of a process and all below it, ended ones included; peak bytes of itself and of the largest below."""

    cpu_s: float = 0.0
    peak: int = 0
    children_peak: int = 0


def _used(pid: int) -> _Usage:
    folder = Path(f"/proc/{pid}")
    try:
        # proc(5): after the name in brackets, which may hold spaces, utime, stime, cutime and cstime are 12th to 15th.
        times = (folder / "stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[11:15]
        status = (folder / "status").read_text(encoding="utf-8").splitlines()
        children = [child for task in (folder / "task").iterdir() for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return _Usage()
    own = next((int(line.split()[1]) * _KIB for line in status if line.startswith("VmHWM")), 0)
    below = [(_used(int(child)), _started(pid, int(child))) for child in children]
    return _Usage(
        sum(map(int, times)) / _TICKS + sum(one.cpu_s for one, _ in below),
        own,
        max((max(one.peak, one.children_peak) for one, started in below if started), default=0),
    )


def _started(parent: int, child: int) -> bool:
    """Whether a child runs a program of its own: between fork and exec it still shows its parent's memory."""
    try:
        return Path(f"/proc/{child}/cmdline").read_bytes() != Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False


def _last_line(log: IO[str]) -> str:
    log.seek(0)
    said = [line for line in log.read().splitlines() if line.strip()]
    return said[-1].strip() if said else ""
