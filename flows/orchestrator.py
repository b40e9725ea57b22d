"""The orchestrator's local server: one explicit process on loopback, started and stopped by us.

Prefect's own ephemeral server starts late, loses history and leaves orphans. This one is started before anything else
is done, so that it boots while files are found; it is in a process group of its own, ends with us even when we are
killed, and is drained before it is stopped. Its database is operational, never evidence, and no personal data go in.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Self

from flows.processes import end_group, start_tied
from pipeline.errors import OversealError

#: Measured: 12 s the first time on a quiet machine of two cores, 5 s after; the rest is for busy machines.
START_SECONDS = 120.0
DRAIN_SECONDS = 15.0
STOP_SECONDS = 5.0
_POLL_SECONDS = 0.1

#: Services of the server that nothing here uses; each costs CPU while it waits. Schedules need the scheduler.
_UNUSED = (
    "CANCELLATION_CLEANUP",
    "DB_VACUUM",
    "EVENT_LOGGER",
    "EVENT_PERSISTER",
    "FOREMAN",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "TRIGGERS",
)
_FOR_SCHEDULES = ("SCHEDULER", "LATE_RUNS")


class LocalServer:
    """A running server. `environment` is what a process needs to reach it.

    Two runs at once have a server each, since two servers on one database lock each other out: every one takes the
    first folder `home/orchestrator/N` that nobody holds. `schedules` names the folder of one that serves a schedule,
    which finds what it knew there.
    """

    def __init__(self, home: Path, *, schedules: str = "") -> None:
        self._home, self._lock = _free_folder(home / "orchestrator" / schedules)
        self._secret = secrets.token_urlsafe(24)
        self._port = _free_port()
        self.environment = self._environment(bool(schedules))
        command = [
            sys.executable,
            "-m",
            "flows.server_process",
            "server",
            "start",
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
        ]
        server_environment = {**self.environment, "PREFECT_LOGGING_LEVEL": "WARNING"}
        del server_environment["PREFECT_LOGGING_CONFIG_PATH"]
        self._process: subprocess.Popen[bytes] = start_tied(command, server_environment, self._home / "server.log")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> None:
        """Wait until it answers, then make it the server of this process; Prefect is imported after this.

        Raises:
            OversealError: if it ends or does not answer in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._healthy():
            if self._process.poll() is not None:
                raise OversealError(f"the local orchestrator ended at once; see {self._home / 'server.log'}")
            if time.monotonic() > deadline:
                raise OversealError(f"the local orchestrator does not answer; see {self._home / 'server.log'}")
            time.sleep(_POLL_SECONDS)
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            del os.environ[name]
        os.environ.update({name: value for name, value in self.environment.items() if os.environ.get(name) != value})

    def drain(self, flow_run_id: str, tasks: int) -> bool:
        """Wait until it has noted the end of that many task runs; whether it did so in time.

        Its history is operational: one that does not answer costs no report.
        """
        wanted = {
            "flow_runs": {"id": {"any_": [flow_run_id]}},
            "task_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]}}},
        }
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError, HTTPException):
                if self.ask("/task_runs/count", wanted) >= tasks:
                    return True
            if self._process.poll() is not None:
                return False
            time.sleep(_POLL_SECONDS)
        return False

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON of the server
        """Answer of the server's API to GET, or to POST where there is a body.

        Raises:
            OSError: if it does not answer.
        """
        data = None if body is None else json.dumps(body).encode()
        token = base64.b64encode(f"overseal:{self._secret}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api{path}",
            data,
            {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as answer:
            return json.load(answer)

    def stop(self) -> None:
        """End it; may be called twice."""
        end_group(self._process, STOP_SECONDS)
        self._lock.close()

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id, which is that of its group as well."""
        return self._process.pid

    def _healthy(self) -> bool:
        try:
            return bool(self.ask("/health"))
        except (OSError, urllib.error.URLError):
            return False

    def _environment(self, schedules: bool) -> dict[str, str]:
        logging = self._home / "logging.json"
        logging.write_text(json.dumps(_logging(self._home / "client.log")), encoding="utf-8")
        unused = _UNUSED if schedules else (*_UNUSED, *_FOR_SCHEDULES)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        return (
            kept
            | {
                "DO_NOT_TRACK": "1",
                "NO_PROXY": "127.0.0.1",
                "PREFECT_HOME": str(self._home),
                "PREFECT_API_URL": f"http://127.0.0.1:{self._port}/api",
                "PREFECT_API_AUTH_STRING": f"overseal:{self._secret}",
                "PREFECT_SERVER_API_AUTH_STRING": f"overseal:{self._secret}",
                "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_SERVER_UI_ENABLED": "false",
                "PREFECT_LOGGING_TO_API_ENABLED": "false",
                "PREFECT_LOGGING_CONFIG_PATH": str(logging),
                "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
                "PREFECT_CLI_PROMPT": "false",
                # Each waits twice as long: 14 s for a server of this machine, where five would take a minute a call.
                "PREFECT_CLIENT_MAX_RETRIES": "3",
            }
            | {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in unused}
        )


def _logging(file: Path) -> dict[str, object]:
    """Logging of Prefect within our process: to a file, nothing on the terminal, nothing to the server."""
    handler = {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": str(file),
        "maxBytes": 5_000_000,
        "backupCount": 1,
        "delay": True,
        "formatter": "plain",
    }
    names = (
        "prefect",
        "prefect.extra",
        "prefect.flow_runs",
        "prefect.task_runs",
        "prefect._internal",
        "prefect.workers",
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": handler},
        "loggers": {name: {"level": "WARNING", "handlers": ["file"], "propagate": False} for name in names},
    }


def _free_folder(root: Path) -> tuple[Path, IO[bytes]]:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 0
    while True:
        folder = root / str(number)
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = (folder / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            number += 1
            continue
        return folder, lock


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
