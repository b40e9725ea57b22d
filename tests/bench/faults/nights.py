"""Nights by the real `overseal serve` over an inbox that is known, and where names of scans stand afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from flows.turns import inbox_key, utc_now
from pipeline.intake.find import Input, find_files
from pipeline.intake.inbox import place_of
from pipeline.settings import Intake
from pipeline.store.arrivals import Arrival, ArrivalState, save_arrivals
from pipeline.store.database import open_store
from pipeline.store.nights import Night, recent
from pipeline.store.scans import save_reading
from tests.bench.faults.crashes import CANARY
from tests.faults.canaries import found
from tests.faults.kills import misplaced
from tests.flows import fake_reader

#: Nights come every minute.
_PATIENCE = 400.0
_CHUNK = 500
#: Seconds between two looks at memory; a look costs CPU too.
_EVERY = 0.3
_SERVE = "import sys; from flows.cli import main; sys.exit(main())"
_KINDS = ("serve", "server", "run")


def nothing_new(folder: Path, scans: int, nights: int) -> dict[str, Any]:
    """So many nights with nothing new over so many known scans; then one with a new file, and the search for names.

    The seconds of a night are those of the process of its run, from when it was due, or began where that was later, to
    its end: the orchestrator starts a process some seconds early, and has it wait.
    """
    served = _Served(folder)
    served.inbox.mkdir(parents=True)
    made = time.monotonic()
    _write(served.inbox, scans)
    _take_in(served)
    made = time.monotonic() - made
    with served.running() as used:
        served.wait_for(nights)
        ended = list(used.runs.values())
        quiet = used.peaks()
        (served.inbox / f"{CANARY}.jpg").write_text(f"no picture {CANARY}", encoding="utf-8")
        served.wait_for(nights + 2)
    told = [night.summary for night in served.nights()]
    due = [datetime.fromisoformat(one["scheduled"]).timestamp() for one in told[:nights]]
    return {
        "scans": scans,
        "made_in_seconds": round(made, 1),
        "nights": nights,
        "present": [one["arrivals"]["present"] for one in told[:nights]],
        "new": [one["arrivals"]["new"] for one in told[:nights]],
        "seconds": [round(last - max(first, at), 1) for (first, last), at in zip(ended[:nights], due, strict=True)],
        "started_before_due": [round(at - first, 1) for (first, _), at in zip(ended[:nights], due, strict=True)],
        "seconds_of_the_work_alone": [one["seconds"] for one in told[:nights]],
        "mib_together": quiet["together"],
        "mib": {kind: quiet[kind] for kind in _KINDS},
        "screened_at_last": [one["screening"]["found"] for one in told if one["screening"]],
        "names": _names(served.home, served.out, [served.log, served.metrics]),
    }


def screened(folder: Path) -> dict[str, Any]:
    """One night with the fake reader and with faults that tell what they read; and the search for names."""
    served = _Served(folder)
    served.inbox.mkdir(parents=True)
    _write(served.inbox, 12)
    for behave in ("raise", "unreadable", "die", "garbage"):
        text = json.dumps({"kind": "visa", "facts": {"viz.surname": CANARY}, "behave": behave})
        (served.inbox / f"{CANARY} {behave}.jpg").write_text(text, encoding="utf-8")
    nightly = {"settle_seconds": 0, "metrics": str(served.metrics)}
    asked = {
        "scheduled": "2026-11-01T02:00:00+01:00",
        "inbox": str(served.inbox),
        "out": str(served.out),
        "settings": {"home": str(served.home), "nightly": nightly, "log": "json"},
    }
    # The orchestrator has its place in the data folder, as it has when nights are served.
    command = [sys.executable, "-m", "tests.flows.night_driver", str(served.home)]
    done = subprocess.run(
        command, input=json.dumps(asked) + "\n", capture_output=True, text=True, check=True, env=served.environment
    )
    served.log.write_text(done.stdout + done.stderr, encoding="utf-8")
    night = json.loads(done.stdout.splitlines()[-1])
    counts = {name: night["screening"][name] for name in ("found", "read", "partial", "unreadable", "duplicates")}
    return {"screened": counts, "names": _names(served.home, served.out, [served.log, served.metrics])}


def _names(home: Path, out: Path, files: list[Path]) -> dict[str, Any]:
    """Where names are that are no place for them; and, so that the search is seen to find, where they may be."""
    wrong = misplaced(home, out, CANARY)
    wrong += [path.name for path in files if found(path, [CANARY])]
    right = [*home.glob("overseal.db*"), *out.rglob("names.csv"), *out.rglob("cases.jsonl")]
    searched = (path for path in home.rglob("*") if path.is_file() and "pages" not in path.parts)
    return {
        "misplaced": wrong,
        "where_they_may_be": sum(bool(found(path, [CANARY])) for path in right),
        "files_searched": sum(1 for _ in searched) + len(files),
        "missing": [path.name for path in files if not path.exists()],
    }


@dataclass
class _Used:
    """Memory of the processes of a night, in bytes, and when each run began and was seen last (seconds since 1970)."""

    sums: list[tuple[bool, dict[str, int]]] = field(default_factory=list)
    runs: dict[int, tuple[float, float]] = field(default_factory=dict)

    def sample(self, root: psutil.Process) -> None:
        """Look at all of them once."""
        sizes = dict.fromkeys(_KINDS, 0)
        at_work = False
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                kind = "serve" if process == root else "server" if "flows.server_process" in line else "run"
                sizes[kind] += process.memory_full_info().pss
                if kind == "run" and process.ppid() == root.pid:
                    at_work = True
                    self.runs[process.pid] = (process.create_time(), time.time())
        self.sums.append((at_work, sizes))

    def peaks(self) -> dict[str, float]:
        """The most that each kind had, and all together, in MiB; of the times when a night was at work."""
        nights = [sizes for at_work, sizes in self.sums if at_work]
        most = {kind: max(sizes[kind] for sizes in nights) for kind in _KINDS}
        most["together"] = max(sum(sizes.values()) for sizes in nights)
        return {kind: round(size / 2**20, 1) for kind, size in most.items()}


@dataclass
class _Served:
    """The folders of an inbox that is served."""

    root: Path

    def __post_init__(self) -> None:
        self.inbox, self.home, self.out, self.log, self.metrics = (
            self.root / name for name in ("inbox", "home", "out", "serve.log", "metrics.txt")
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
        own = {"OVERSEAL_HOME": str(self.home), "OVERSEAL_NIGHTLY__METRICS": str(self.metrics), "OVERSEAL_LOG": "json"}
        self.environment = kept | own
        self.store = f"sqlite:///{self.home / 'overseal.db'}"

    @contextmanager
    def running(self) -> Iterator[_Used]:
        """Serve it every minute, and look at its processes meanwhile."""
        places = ["--inbox", str(self.inbox), "--out", str(self.out), "--cron", "* * * * *"]
        used, done = _Used(), threading.Event()
        with (
            self.log.open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-c", _SERVE, "serve", *places],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            root = psutil.Process(process.pid)

            def watch() -> None:
                while not done.wait(_EVERY):
                    with suppress(psutil.Error):
                        used.sample(root)

            watching = threading.Thread(target=watch, daemon=True)
            watching.start()
            try:
                yield used
            finally:
                done.set()
                watching.join()
                # Ctrl-C would be ignored where the benchmark itself runs in the background.
                process.send_signal(signal.SIGTERM)
                process.wait(_PATIENCE)

    def nights(self) -> list[Night]:
        """Those that came to their end, in their order."""
        with closing(open_store(self.store)) as store, store.read() as connection:
            return [night for night in reversed(recent(connection, 99)) if night.state == "finished"]

    def wait_for(self, nights: int) -> None:
        """Until so many came to their end."""
        deadline = time.monotonic() + _PATIENCE
        while len(self.nights()) < nights:
            if time.monotonic() > deadline:
                raise RuntimeError(f"no night came to its end: {self.log.read_text()[-2000:]}")
            time.sleep(1.0)


def _write(inbox: Path, scans: int) -> None:
    for number in range(scans):
        if number % 3 == 0:
            applicant = inbox / f"applicant {CANARY}{number // 3}"
            applicant.mkdir()
        facts = {"viz.surname": f"{CANARY}{number}", "viz.issue_date": f"2020-01-{1 + number % 28:02d}"}
        text = json.dumps({"kind": "passport", "facts": facts})
        (applicant / f"{CANARY}{number}.jpg").write_text(text, encoding="utf-8")


def _take_in(served: _Served) -> None:
    """Note everything as screened in the nights before, with its readings: reading as many would take hours."""
    key, now, moment = inbox_key(served.inbox), utc_now(), datetime.now(UTC)
    files = (one for one in find_files([served.inbox], Intake()) if isinstance(one, Input))
    served.home.mkdir(mode=0o700)
    with closing(open_store(served.store)) as store:
        while chunk := list(islice(files, _CHUNK)):
            with store.write() as connection:
                taken = []
                for file in chunk:
                    data, state = file.path.read_bytes(), file.path.stat()
                    sha256 = hashlib.sha256(data).hexdigest()
                    save_reading(connection, sha256, fake_reader.reading(data, file.bundle, lambda: None), moment)
                    place = place_of(os.fsencode(file.path.relative_to(served.inbox)))
                    known = (place, state.st_size, state.st_mtime_ns, ArrivalState.DONE, now, sha256, file.bundle)
                    taken.append(Arrival(*known))
                save_arrivals(connection, key, taken)
