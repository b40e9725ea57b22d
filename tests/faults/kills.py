"""`overseal screen` killed without warning, and run again: what is left must be what an undisturbed run leaves.

Only the process that was started is killed, as an operator's memory limit would do it; what it had started must end by
itself. The reader is the fake one, so that 300 documents take seconds and the instants fall into every stage: start,
discovery, reading, judging and writing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ProgrammingError

from tests.faults.canaries import found

#: Nothing waits for a time to pass; this ends a run that would hang.
PATIENCE = 300.0
_FOLDERS = ("screening", "integrity", "protection")
_ALWAYS = ("--today", "2026-11-01", "--exit-zero")
#: Tables whose rows an undisturbed run and a killed one have in common; `cases` without the run's id.
_TABLES = {
    "scans": "SELECT sha256, reading_version, status, problems FROM scans ORDER BY 1, 2",
    "records": "SELECT sha256, reading_version, ordinal, document_id, record FROM records ORDER BY 1, 2, 3",
    "outcomes": "SELECT document_id, code, check_version, as_of, context, outcome FROM outcomes ORDER BY 1, 2, 3, 4, 5",
    "cases": 'SELECT document_id, folder, position, "case" FROM cases ORDER BY 1, 2',
    "inputs": "SELECT ordinal FROM inputs",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What a run leaves behind.

    Attributes:
        files: text of each file of the reports that holds no run id.
        counts: of run.json.
        rows: of the store, by table.
    """

    files: dict[str, str]
    counts: dict[str, Any]
    rows: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Killed:
    """One run that was killed, and the one after it.

    Attributes:
        after_seconds: when it was killed.
        stage: how far it was: starting, discovered, reading, judging, ended.
        scans_kept: scans in the store at that moment.
        exit_code: of the run after it.
        lost: documents of the undisturbed run that the store or the reports have not.
        twice: documents that the store or the reports have more than once.
        differ: names of files and tables that are not identical with those of the undisturbed run.
        orphans: processes that outlived the run that started them.
        stale: what lies about in the data folder that no later run takes away.
        told: places where names of the scans are that are no place for them.
        said: by the rerun, where it failed.
    """

    after_seconds: float
    stage: str
    scans_kept: int
    exit_code: int
    lost: int
    twice: int
    differ: tuple[str, ...]
    orphans: int
    stale: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    said: str = ""

    @property
    def kept(self) -> bool:
        """Whether nothing of it shows in what the rerun leaves."""
        ended = self.exit_code == 0
        return ended and not (self.lost or self.twice or self.differ or self.orphans or self.stale or self.told)


@dataclass(slots=True)
class Bench:
    """A folder of scans and what one undisturbed run made of it.

    Attributes:
        prefix: words before the command: what it is to run under.
        canary: stands in names that the scans hold and in those of their files; "" where none does.
        seconds: how long the undisturbed run took.
    """

    root: Path
    inputs: Path
    options: tuple[str, ...] = ()
    driver: str = "tests.flows.driver"
    environment: dict[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    canary: str = ""
    left: Left | None = None
    seconds: float = 0.0


def write_scans(folder: Path, count: int, seconds: float = 0.01, canary: str = "") -> None:
    """Scans for the fake reader: three an applicant; some altered, in part, broken or there twice.

    The canary, if any, stands in every surname and in every name of a file and a folder.
    """
    for number in range(count):
        facts = {"viz.surname": f"{canary}NAME{number}", "viz.issue_date": f"2020-01-{1 + number % 28:02d}"}
        content: dict[str, Any] = {"kind": "passport", "facts": facts, "pages": 1, "seconds": seconds}
        match number % 25:
            case 3:
                facts["viz.surname"] = f"ALTERED {canary}{number}"
            case 7:
                content["problems"] = ["blurred"]
            case 11:
                content["behave"] = "unreadable"
            case 13:
                content["facts"]["viz.surname"] = f"{canary}AGAIN"
                content["facts"]["viz.issue_date"] = "2020-02-02"
        path = folder / f"applicant {canary}{number // 3}" / f"{canary}{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


def undisturbed(bench: Bench) -> Left:
    """Run it once to its end; the orchestrator's folder of that run is kept, so that others find it made."""
    home, out = bench.root / "undisturbed", bench.root / "undisturbed-out"
    started = time.monotonic()
    process = start(bench, home, out)
    said, _ = process.communicate(timeout=PATIENCE)
    if process.returncode != 0:
        raise RuntimeError(f"the undisturbed run ended with {process.returncode}: {said}")
    bench.seconds = time.monotonic() - started
    bench.left = left(home, out)
    return bench.left


def killed(bench: Bench, after: float, *, fresh: bool) -> Killed:
    """Kill a run after so many seconds and run it once more.

    Args:
        bench: after `undisturbed`.
        after: seconds from the start of the process.
        fresh: whether the data folder is new; else the orchestrator has been used in it before.
    """
    name = hashlib.sha256(f"{after} {fresh}".encode()).hexdigest()[:8]
    home, out = bench.root / name, bench.root / f"{name}-out"
    home.mkdir(mode=0o700)
    if not fresh:
        shutil.copytree(bench.root / "undisturbed" / "orchestrator", home / "orchestrator")
    process = start(bench, home, out)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
    tree = _descendants(process.pid)
    process.kill()
    first, _ = process.communicate()
    orphans = _still_alive(tree)
    stage, kept = _stage(home, process.returncode)
    rerun = start(bench, home, out)
    said, _ = rerun.communicate(timeout=PATIENCE)
    answer = compared(bench, left(home, out), home)
    told = tuple(misplaced(home, out, bench.canary)) if bench.canary else ()
    told += ("what the run said",) if bench.canary and bench.canary in first + said else ()
    shutil.rmtree(home)
    shutil.rmtree(out)
    return Killed(
        after, stage, kept, rerun.returncode, *answer[:3], orphans, answer[3], told, said if rerun.returncode else ""
    )


def start(bench: Bench, home: Path, out: Path) -> subprocess.Popen[str]:
    """`overseal screen` in a process group of its own."""
    command = [sys.executable, "-m", bench.driver, "screen", str(bench.inputs), "--out", str(out)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    return subprocess.Popen(
        [*bench.prefix, *command, *_ALWAYS, *bench.options],
        env=kept | {"OVERSEAL_HOME": str(home)} | bench.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def left(home: Path, out: Path, store: str = "") -> Left:
    """What lies in the reports and in the store: that of a URL, or the file in the data folder."""
    names = [f"{folder}/{name}" for folder in _FOLDERS for name in ("cases.jsonl", "findings.csv")]
    files = {name: _text(out / name) for name in (*names, "names.csv")}
    counts = json.loads(_text(out / "run.json") or "{}")
    for own in ("run_id", "started", "finished"):
        counts.pop(own, None)
    return Left(files, counts, {name: _rows(home, query, store) for name, query in _TABLES.items()})


def compared(bench: Bench, mine: Left, home: Path) -> tuple[int, int, tuple[str, ...], tuple[str, ...]]:
    """Lost, twice, what differs, what lies about."""
    if bench.left is None:
        raise ValueError("run it undisturbed first")
    wanted = bench.left
    lost = twice = 0
    for ids, expected in (
        (_documents(mine), _documents(wanted)),
        ([row[0] for row in mine.rows["scans"]], [row[0] for row in wanted.rows["scans"]]),
        ([row[:3] for row in mine.rows["records"]], [row[:3] for row in wanted.rows["records"]]),
    ):
        lost += len(set(expected) - set(ids))
        twice += len(ids) - len(set(ids))
    differ = [name for name in wanted.files if mine.files[name] != wanted.files[name]]
    differ += [name for name in wanted.rows if mine.rows[name] != wanted.rows[name]]
    differ += ["run.json"] if mine.counts != wanted.counts else []
    return lost, twice, tuple(differ), stale(home)


def stale(home: Path) -> tuple[str, ...]:
    """Kinds of things that a run keeps while it lasts: locks, rows, images that are no images.

    One that was being written lies aside for a day: a later run cannot know that its writer is dead.
    """
    found = list((home / "runs").glob("*"))
    found += [path for path in (home / "pages").glob("??/*") if path.suffix != ".jpg"]
    return tuple(sorted(f"{path.parent.relative_to(home)}{path.suffix}" for path in found))


def misplaced(home: Path, out: Path, canary: str) -> list[str]:
    """Where a word is that scans and their file names hold, though only store, images and reports may hold such.

    Looked through: everything of the orchestrator and of Dask, locks, logs, counts; and the names of all files.
    """
    parts = (home / "orchestrator", home / "dask", home / "runs", home / "nights", *home.glob("*.log"))
    counts = (path for name in ("run.json", "night.json") for path in out.rglob(name))
    places = [path for path in (*parts, *counts) if path.exists()]
    contents = [f"{path.name}: {where}" for path in places for where in found(path, [canary])]
    named = [path.name for folder in (home, out) for path in folder.rglob("*") if canary.lower() in path.name.lower()]
    return contents + named


def _documents(of: Left) -> list[str]:
    """Ids of documents in the order of the reports, each with its folder."""
    return [
        f"{folder} {json.loads(line)['document_id']}"
        for folder in _FOLDERS
        for line in of.files[f"{folder}/cases.jsonl"].splitlines()
    ]


def _descendants(pid: int) -> Sequence[psutil.Process]:
    with suppress(psutil.Error):
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        return found
    return []


def _still_alive(tree: Sequence[psutil.Process]) -> int:
    """How many are left once they had the time to notice; they are ended then."""
    _, alive = psutil.wait_procs(tree, timeout=20)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    return len(alive)


def _stage(home: Path, code: int) -> tuple[str, int]:
    scans = len(_rows(home, "SELECT sha256 FROM scans"))
    if code == 0:
        return "ended", scans
    if _rows(home, "SELECT 1 FROM runs WHERE state = 'finished'"):
        return "ended", scans
    if _rows(home, "SELECT 1 FROM cases"):
        return "judging or writing", scans
    if scans:
        return "reading", scans
    return ("discovering" if _rows(home, "SELECT 1 FROM runs") else "starting"), scans


def _rows(home: Path, query: str, store: str = "") -> list[tuple[Any, ...]]:
    path = home / "overseal.db"
    if not store and not path.exists():
        return []
    # Not by `open_store`, which would make what is not there.
    url = sa.make_url(store or f"sqlite:///{path}")
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg") if store.startswith("postgres") else url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    except (OperationalError, ProgrammingError):  # killed before the schema was there
        return []
    finally:
        engine.dispose()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
