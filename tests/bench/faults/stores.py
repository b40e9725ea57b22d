"""Whole runs whose store goes away: its server killed, its disk full, its file locked; and reports on a full disk."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.faults.crashes import bench_of
from tests.bench.faults.small_disk import NoSmallDisk, SmallDisk, small_disk
from tests.faults.kills import PATIENCE, Bench, compared, left, start
from tests.postgres_server import PostgresServer, programs

#: Shares of the documents after whose reading the server is killed, and for how long it stays away.
_KILLED_AT = (0.1, 0.5, 0.95)
_AWAY_SECONDS = 20.0
_LOCKED_SECONDS = 10.0
#: Room that is left when the disk is filled: the run itself takes the rest of it.
_LEFT_BYTES = 2**17
_DISK_BYTES = 2**26


def unmeasured() -> str:
    """Why there can be no Postgres; "" where there is one."""
    if programs() is None:
        return "no Postgres server on this machine (make setup-all installs it)"
    return "" if find_spec("psycopg") else "no driver of Postgres (the extra postgres)"


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server for the length of the block."""
    binaries = programs()
    if binaries is None:
        raise RuntimeError(unmeasured())
    server = PostgresServer(binaries)
    try:
        yield server
    finally:
        server.close()


def postgres_killed(folder: Path, documents: int) -> dict[str, Any]:
    """Kill every process of the store's server during a run, and start it again a while later."""
    if why := unmeasured():
        return {"not_measured": why}
    bench = bench_of(folder, documents)
    with postgres() as server:
        trials = [_away(bench, server, round(share * documents)) for share in _KILLED_AT]
    return {"documents": documents, "away_seconds": _AWAY_SECONDS} | _joined(trials)


def _away(bench: Bench, server: PostgresServer, reads: int) -> dict[str, Any]:
    name = f"postgres_{reads}"
    home, out, store = bench.root / name, bench.root / f"{name}-out", server.new_store(name)
    mine = replace(bench, environment={"OVERSEAL_STORE_URL": store})
    process = start(mine, home, out)
    wait_for_reads(process, home, reads)
    server.kill_hard()
    time.sleep(_AWAY_SECONDS)
    server.start()
    return _completed(mine, process, home, out, store)


def disk_full(folder: Path, documents: int) -> dict[str, Any]:
    """Fill the disk of the data folder while a run reads; make room and run again."""
    bench = bench_of(folder, documents)

    def run(disk: SmallDisk) -> dict[str, Any]:
        home, out = disk.place / "home", folder / "full-out"
        (disk.seen / "home").mkdir(mode=0o700)
        # The fake reader's own log is no part of the product, and must not be what fails.
        log = folder / "full-reads.log"
        (disk.seen / "home" / "reads.log").symlink_to(log)
        mine = replace(bench, prefix=disk.enter)
        process = start(mine, home, out)
        wait_for_reads(process, log, documents // 4)
        disk.fill(_LEFT_BYTES)
        said, _ = process.communicate(timeout=PATIENCE)
        first, seen = process.returncode, _documents_kept(disk.seen / "home", folder / "at-full")
        disk.clear()
        again = start(mine, home, out)
        more, _ = again.communicate(timeout=PATIENCE)
        shutil.copytree(disk.seen / "home", folder / "full-home", symlinks=True)
        ended = told([first, again.returncode], [said, more])
        return ended | {"kept_when_full": seen} | same(mine, folder / "full-home", out)

    return _on_small_disk(folder / "small", run) | {"documents": documents}


def reports_full(folder: Path, documents: int) -> dict[str, Any]:
    """Reports that go to a full disk; make room and run again."""
    bench = bench_of(folder, documents)

    def run(disk: SmallDisk) -> dict[str, Any]:
        home, out = folder / "reports-home", disk.place / "out"
        mine = replace(bench, prefix=disk.enter)
        disk.fill(_LEFT_BYTES // 8)
        process = start(mine, home, out)
        said, _ = process.communicate(timeout=PATIENCE)
        # A report that is there is whole: it is written aside and put in its place in one step.
        half = sorted(path.name for path in (disk.seen / "out").glob("*") if not path.name.startswith("."))
        disk.clear()
        again = start(mine, home, out)
        more, _ = again.communicate(timeout=PATIENCE)
        shutil.copytree(disk.seen / "out", folder / "reports-out")
        reads = len((home / "reads.log").read_text().split())
        ended = told([process.returncode, again.returncode], [said, more])
        return ended | {"there_when_full": half, "reads": reads} | same(mine, home, folder / "reports-out")

    return _on_small_disk(folder / "small-out", run) | {"documents": documents}


def store_locked(folder: Path, documents: int) -> dict[str, Any]:
    """Another process holds the store's write lock, once while files are read and once while they are judged."""
    bench = bench_of(folder, documents)
    home, out = folder / "locked", folder / "locked-out"
    began = time.monotonic()
    process = start(bench, home, out)
    to_read = documents - (bench.left.counts["duplicates"] if bench.left else 0)
    running = []
    for reads in (to_read // 4, to_read):
        wait_for_reads(process, home, reads)
        with closing(sqlite3.connect(home / "overseal.db", timeout=PATIENCE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(_LOCKED_SECONDS)
            running.append(process.poll() is None)
            other.execute("ROLLBACK")
    said, _ = process.communicate(timeout=PATIENCE)
    return {
        "documents": documents,
        "locked_seconds": [_LOCKED_SECONDS] * len(running),
        "running_when_unlocked": running,
        "longer_by_seconds": round(time.monotonic() - began - bench.seconds, 1),
        **told([process.returncode], [said]),
        **same(bench, home, out),
    }


def wait_for_reads(process: subprocess.Popen[str], log: Path, reads: int) -> None:
    """Until so many files were read, by the fake reader's log or that of a data folder."""
    file = log / "reads.log" if log.is_dir() or log.suffix != ".log" else log
    while not file.exists() or file.read_bytes().count(b"\n") < reads:
        if process.poll() is not None:
            raise RuntimeError(f"the run ended with {process.returncode} before: {process.communicate()[0]}")
        time.sleep(0.005)


def _completed(bench: Bench, process: subprocess.Popen[str], home: Path, out: Path, store: str = "") -> dict[str, Any]:
    """What a run and, where it ended with an error, the next one leave."""
    began = time.monotonic()
    said, _ = process.communicate(timeout=PATIENCE)
    codes, words = [process.returncode], [said]
    if process.returncode:
        again = start(bench, home, out)
        more, _ = again.communicate(timeout=PATIENCE)
        codes.append(again.returncode)
        words.append(more)
    return told(codes, words) | {"seconds": round(time.monotonic() - began, 1)} | same(bench, home, out, store)


def told(codes: list[int], words: list[str]) -> dict[str, Any]:
    """Exit codes, and what the first run said where it ended with an error: the last line."""
    error = words[0].strip().splitlines()[-1] if codes[0] and words[0].strip() else ""
    return {"exit_codes": codes, "error": error}


def same(bench: Bench, home: Path, out: Path, store: str = "") -> dict[str, Any]:
    lost, twice, differ, _ = compared(bench, left(home, out, store), home)
    return {"lost": lost, "duplicated": twice, "identical": not differ}


def _joined(trials: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of several trials: lists of what each gave, sums of what was lost."""
    lists = ("exit_codes", "error", "seconds")
    return {name: [trial[name] for trial in trials] for name in lists} | {
        "lost": sum(trial["lost"] for trial in trials),
        "duplicated": sum(trial["duplicated"] for trial in trials),
        "identical": all(trial["identical"] for trial in trials),
    }


def _documents_kept(home: Path, aside: Path) -> int:
    """Scans in the store of a disk that another process sees elsewhere."""
    aside.mkdir()
    for path in home.glob("overseal.db*"):
        shutil.copy(path, aside)
    return len(left(aside, aside).rows["scans"])


def _on_small_disk(place: Path, run: Callable[[SmallDisk], dict[str, Any]]) -> dict[str, Any]:
    try:
        with small_disk(place, _DISK_BYTES) as disk:
            return {"how": disk.how} | run(disk)
    except NoSmallDisk as error:
        return {"not_measured": str(error)}
