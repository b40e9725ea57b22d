"""A Dask cluster on loopback, as the README starts one: a scheduler and workers, each a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 120.0


@dataclass(slots=True)
class Cluster:
    """`address` of the scheduler; `scheduler` and `workers` are their processes."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextmanager
def dask_cluster(
    folder: Path, environment: Mapping[str, str], workers: int, options: tuple[str, ...] = ()
) -> Iterator[Cluster]:
    """Start it and wait until the scheduler says where it is; end it with the block.

    Args:
        folder: for its files.
        environment: of the workers: data folder and store.
        workers: how many, of one thread each.
        options: of scheduler and workers, such as those of TLS.
    """
    where = folder / "scheduler.json"
    given = {**environment, "DASK_CONFIG": str(folder / "dask")}
    processes: list[subprocess.Popen[bytes]] = []
    with (folder / "cluster.log").open("wb") as log:

        def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments, *options]
            processes.append(subprocess.Popen(command, env=given, stdout=log, stderr=subprocess.STDOUT, cwd=folder))
            return processes[-1]

        try:
            start(
                "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where)
            )
            cluster = Cluster(_address(where, processes[0]), processes[0])
            for _ in range(workers):
                cluster.workers.append(
                    start(
                        "dask_worker",
                        "--scheduler-file",
                        str(where),
                        "--nthreads",
                        "1",
                        "--no-nanny",
                        "--no-dashboard",
                        "--local-directory",
                        str(folder),
                    )
                )
            yield cluster
        finally:
            for process in reversed(processes):
                process.kill()
            for process in processes:
                process.wait()


def worker_environment(home: Path) -> dict[str, str]:
    """Of workers that share a data folder with the run; what they import lies where ours does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    places = [str(Path(place).resolve()) for place in sys.path]
    return kept | {"OVERSEAL_HOME": str(home), "PYTHONPATH": os.pathsep.join(places)}


def _address(where: Path, scheduler: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and scheduler.poll() is None:
        if where.exists():
            try:
                return str(json.loads(where.read_text())["address"])
            except ValueError:  # still being written
                pass
        time.sleep(0.05)
    raise RuntimeError("the scheduler did not start")
