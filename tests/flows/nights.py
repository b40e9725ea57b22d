"""An inbox with its folders, and a process that works its nights with the fake reader; for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.store.arrivals import count_by_state
from pipeline.store.database import open_store
from pipeline.store.nights import Night, recent
from tests.flows.test_screen import CANARY

_KEPT = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}


@dataclass
class Nights:
    """The folders of an inbox, and the process that works its nights."""

    root: Path
    process: subprocess.Popen[str]
    count: int = 0

    def put(self, name: str, **content: object) -> Path:
        path = self.root / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"kind": "passport", "facts": {"viz.surname": CANARY}} | content))
        return path

    def work(self, scheduled: str = "", inbox: str = "", **nightly: object) -> dict[str, Any]:
        self.count += 1
        asked = {
            "scheduled": scheduled or f"2025-10-{self.count:02d}T02:00:00+02:00",
            "inbox": inbox or str(self.root / "inbox"),
            "out": str(self.root / "out"),
            "settings": {
                "home": str(self.root / "home"),
                "nightly": {"settle_seconds": 0, **nightly},
                # The nights lie in the past.
                "retention": {"reports": 0},
            },
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the process that works the nights ended"
        told: dict[str, Any] = json.loads(line)
        return told

    def reads(self) -> int:
        log = self.root / "home" / "reads.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = "import sys; from flows.cli import main; sys.exit(main())"
        environment = _KEPT | {"OVERSEAL_HOME": str(self.root / "home")}
        return subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, env=environment
        )

    def noted(self) -> list[Night]:
        """From the store, the one that was due last first."""
        with (
            closing(open_store(f"sqlite:///{self.root / 'home' / 'overseal.db'}")) as store,
            store.read() as connection,
        ):
            return sorted(recent(connection, 99), key=lambda night: night.scheduled, reverse=True)

    def states(self) -> dict[str, int]:
        store = open_store(f"sqlite:///{self.root / 'home' / 'overseal.db'}")
        with closing(store), store.read() as connection:
            return count_by_state(connection)


@contextmanager
def working(folder: Path, before: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[str]]:
    """The process, with its orchestrator in a folder; `before` is called in it first. No name comes into its log."""
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.flows.night_driver", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_KEPT,
            preexec_fn=before,
        ) as process,
    ):
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
    assert CANARY not in (folder / "log").read_text()


def hook(file: Path) -> list[str]:
    """An alert command that keeps what it is told, a line each."""
    return [sys.executable, "-c", "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')", str(file)]


def alerts(file: Path) -> list[dict[str, Any]]:
    """What such a command was told."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
