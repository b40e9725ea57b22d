"""Processes that read files: one file at a time, killed and replaced when a page takes too long or brings one down.

The time limit is one between signs of life: a process says when it is done with a page, so that a long file has as long
as its pages need while one that hangs is ended.

A reading process is started by spawn (a fork beside Prefect's or OpenCV's threads is unsafe), holds the engines, and
is in a process group of its own, so that ending it ends the OCR programs that it started as well.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from flows.missing import fault_of
from pipeline.errors import MissingDependency, OversealError, place_of
from pipeline.settings import Settings
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading

log = logging.getLogger(__name__)

#: (path, bundle, told after each page) -> what the file says. Never raises for a bad file.
Read = Callable[[Path, str, Callable[[], None]], FileReading]
#: Makes a reader inside the reading process; a function of a module, so that spawn can name it.
MakeReader = Callable[[Settings], Read]

#: Loading libraries and models on a busy machine; a process that needs longer is taken for broken.
START_SECONDS = 120.0
#: Engines grow slowly; a fresh process now and then keeps the memory of a long run flat.
FILES_PER_PROCESS = 500


class Stopped(Exception):
    """The pool was told to stop while a file was being read; nothing is known of that file."""


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    bundle: str


@dataclass(frozen=True, slots=True)
class _PageDone:
    """A sign of life from the reading process."""


@dataclass(frozen=True, slots=True)
class Fatal:
    """An error that ends the run, on its way to the parent; `missing` is what is missing and the cure."""

    kind: type[OversealError]
    message: str
    missing: tuple[str, str] | None = None

    @classmethod
    def of(cls, error: OversealError) -> Fatal:
        """What can be sent of an error."""
        missing = (error.what, error.command) if isinstance(error, MissingDependency) else None
        return cls(type(error), str(error), missing)

    def error(self) -> OversealError:
        """The error as it was."""
        return MissingDependency(*self.missing) if self.missing else self.kind(self.message)


class WorkerPool:
    """A fixed number of reading processes. `read` may be called from as many threads at once."""

    def __init__(self, count: int, make_reader: MakeReader, settings: Settings) -> None:
        self._stopping = threading.Event()
        self._workers = [_Worker(make_reader, settings, self._stopping) for _ in range(count)]
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._free.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def warm(self) -> None:
        """Start every process now, without waiting for it."""
        for worker in self._workers:
            worker.start()

    def read(self, path: Path, bundle: str) -> FileReading:
        """Read one file in whichever process is free.

        A file with a page beyond the time limit, or one that ends its process, gives an unreadable FileReading with
        the reason.

        Raises:
            Stopped: after `stop`.
            OversealError: if no reading process can be started, or a program or model is missing.
        """
        worker = self._free.get()
        try:
            return worker.read(_Job(path, bundle))
        finally:
            self._free.put(worker)

    def stop(self) -> None:
        """End every process at once, also from another thread; a `read` that is under way raises Stopped."""
        self._stopping.set()
        for worker in self._workers:
            worker.end()


class _Worker:
    """One reading process and its replacements."""

    def __init__(self, make_reader: MakeReader, settings: Settings, stopping: threading.Event) -> None:
        self._make_reader = make_reader
        self._settings = settings
        self._stopping = stopping
        self._limit = settings.reading.file_timeout_seconds
        self._most_pages = settings.intake.max_pages
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ready = False
        self._files = 0

    def read(self, job: _Job) -> FileReading:
        pipe = self._running()
        try:
            pipe.send(job)
            answer = self._answer(pipe)
        except (EOFError, OSError) as error:
            self.end()
            if self._stopping.is_set():
                raise Stopped from error
            log.warning("a reading process ended while reading a file")
            return _unread(ProblemKind.ENGINE, "the reading process ended while reading this file")
        except Exception as error:  # an answer that is none may raise anything when it is unpacked
            self.end()
            log.error("a reading process answered with rubbish: %s", place_of(error))
            return _unread(ProblemKind.ENGINE, "the reading process answered with what is no reading")
        if answer is None:
            self.end()
            return _unread(ProblemKind.TIMEOUT, f"a page was not read within {self._limit:g} s")
        if isinstance(answer, Fatal):
            raise answer.error()
        if not isinstance(answer, FileReading):
            self.end()
            log.error("a reading process answered with rubbish: %s", type(answer).__name__)
            return _unread(ProblemKind.ENGINE, "the reading process answered with what is no reading")
        self._files += 1
        if self._files >= FILES_PER_PROCESS:
            self.end()
        return answer

    def _answer(self, pipe: Connection) -> object:
        """What the process says in the end, whatever it is; None where a page takes too long or pages are too many."""
        for _ in range(self._most_pages + 1):
            if not pipe.poll(self._limit):
                return None
            said: object = pipe.recv()
            if not isinstance(said, _PageDone):
                return said
        return None

    def start(self) -> Connection:
        """The pipe to the process, which is started where there is none."""
        with self._lock:
            if self._stopping.is_set():
                raise Stopped
            if self._pipe is None:
                spawn = multiprocessing.get_context("spawn")
                self._pipe, theirs = spawn.Pipe()
                self._process = spawn.Process(
                    target=_serve, args=(theirs, self._make_reader, self._settings), daemon=True
                )
                self._process.start()
                theirs.close()
                self._ready, self._files = False, 0
            return self._pipe

    def end(self) -> None:
        """Kill the process and all that it started."""
        with self._lock:
            if self._process is not None:
                _kill_group(self._process)
            if self._pipe is not None:
                self._pipe.close()
            self._process = self._pipe = None

    def _running(self) -> Connection:
        pipe = self.start()
        if self._ready:
            return pipe
        try:
            said = pipe.recv() if pipe.poll(START_SECONDS) else None
        except (EOFError, OSError) as error:
            self.end()
            if self._stopping.is_set():
                raise Stopped from error
            raise OversealError("the reading process ended while it started") from error
        if isinstance(said, Fatal):
            self.end()
            raise said.error()
        if said is not True:
            self.end()
            raise OversealError(f"the reading process did not start: {said or 'no answer'}")
        self._ready = True
        return pipe


def _kill_group(process: BaseProcess) -> None:
    if process.pid is None:  # it never started, and 0 would name our own group
        return
    for sign in (os.killpg, os.kill):
        # It may not have made its group yet, or be gone already.
        try:
            sign(process.pid, signal.SIGKILL)
            break
        except (ProcessLookupError, PermissionError):
            continue
    process.join()


def _unread(kind: ProblemKind, message: str) -> FileReading:
    return FileReading(None, "unreadable", problems=(Problem(kind, "reading", message),))


def _serve(pipe: Connection, make_reader: MakeReader, settings: Settings) -> None:
    """Body of the reading process: jobs in, readings out."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        read = make_reader(settings)
        pipe.send(True)
    except OversealError as error:
        pipe.send(Fatal.of(error))
        return
    except ImportError as error:
        pipe.send(Fatal.of(fault_of(error)))
        return
    except Exception as error:  # told to the parent, which ends the run
        pipe.send(f"{type(error).__name__}: {error}")
        return
    while True:
        try:
            job: _Job = pipe.recv()
        except EOFError:
            return
        pipe.send(_read(read, job, lambda: pipe.send(_PageDone())))


def _read(read: Read, job: _Job, page_done: Callable[[], None]) -> FileReading | Fatal:
    try:
        return read(job.path, job.bundle, page_done)
    except MissingDependency as error:
        return Fatal.of(error)
    except ImportError as error:
        return Fatal.of(fault_of(error))
    except Exception as error:  # a fault of ours must not stop the run; the message could hold what was read
        log.error("reading a file failed: %s", place_of(error))
        return _unread(ProblemKind.OURS, f"reading failed: {type(error).__name__}")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.killpg(0, signal.SIGKILL)
