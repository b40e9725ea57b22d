"""Reading on the workers of a Dask cluster: what two cost against one, on either store, and the scheduler killed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from tests.bench.faults import stores
from tests.bench.faults.crashes import bench_of
from tests.bench.faults.load import bench_alone, live_seconds, run
from tests.faults.kills import PATIENCE, Bench, left, start
from tests.flows.dask_cluster import Cluster, dask_cluster, worker_environment

_NO_DASK = "the package distributed is not installed (make setup-all installs it)"
_BATCH = "8"


def two_workers(folder: Path, documents: int) -> dict[str, Any]:
    """Two Dask workers against one, and against one local reading process: output and CPU of all processes."""
    if find_spec("distributed") is None:
        return {"not_measured": _NO_DASK}
    bench = bench_alone(folder, documents)
    local = run(bench, "dask-none", "tests.flows.driver", "--workers", "1")
    wanted = left(folder / "dask-none", folder / "dask-none-out")
    cpu, wall, same = [local.cpu_seconds], [local.wall_seconds], []
    for name, workers in (("dask-one", 1), ("dask-two", 2)):
        home = folder / name
        with _cluster(folder / f"{name}-cluster", worker_environment(home), workers) as cluster:
            options = _options(cluster)
            used = run(bench, name, "tests.flows.driver", "--runner", "dask", environment=options)
            cpu.append(used.cpu_seconds + _cpu(cluster))
        wall.append(used.wall_seconds)
        same.append(left(home, folder / f"{name}-out") == wanted)
    live = documents * live_seconds()
    return {
        "documents": documents,
        "identical_output": all(same),
        "cpu_seconds_local_one_two": [round(seconds, 1) for seconds in cpu],
        "cpu_ratio_to_one_with_live_reading": round((cpu[2] + live) / (cpu[1] + live), 4),
        "cpu_ratio_to_local_with_live_reading": round((cpu[2] + live) / (cpu[0] + live), 4),
        "wall_seconds_local_one_two": [round(seconds, 1) for seconds in wall],
    }


def scheduler_killed(folder: Path, documents: int) -> dict[str, Any]:
    """Kill the scheduler while two workers read; the same command again, with a new cluster."""
    if find_spec("distributed") is None:
        return {"not_measured": _NO_DASK}
    bench = bench_of(folder, documents)
    home, out = folder / "scheduler", folder / "scheduler-out"
    with _cluster(folder / "scheduler-cluster", worker_environment(home), 2) as cluster:
        process = start(_on(bench, cluster), home, out)
        stores.wait_for_reads(process, home, documents // 4)
        cluster.scheduler.kill()
        said, _ = process.communicate(timeout=PATIENCE)
    with _cluster(folder / "scheduler-again", worker_environment(home), 2) as cluster:
        again = start(_on(bench, cluster), home, out)
        more, _ = again.communicate(timeout=PATIENCE)
    told = stores.told([process.returncode, again.returncode], [said, more])
    return {"documents": documents} | told | stores.same(bench, home, out)


def on_postgres(folder: Path, documents: int) -> dict[str, Any]:
    """Two Dask workers with a Postgres server as the store, against one process here with SQLite."""
    why = stores.unmeasured() or ("" if find_spec("distributed") else _NO_DASK)
    if why:
        return {"not_measured": why}
    bench = bench_of(folder, documents)
    home, out = folder / "both", folder / "both-out"
    with stores.postgres() as server:
        store = server.new_store("dask")
        environment = worker_environment(home) | {"OVERSEAL_STORE_URL": store}
        with _cluster(folder / "both-cluster", environment, 2) as cluster:
            mine = _on(bench, cluster)
            process = start(replace(mine, environment=mine.environment | {"OVERSEAL_STORE_URL": store}), home, out)
            said, _ = process.communicate(timeout=PATIENCE)
        workers = len(set((home / "reads.log").read_text().split()))
        told = stores.told([process.returncode], [said]) | stores.same(bench, home, out, store)
    return {"documents": documents, "reading_processes": workers} | told


def _cluster(folder: Path, environment: Mapping[str, str], workers: int) -> AbstractContextManager[Cluster]:
    folder.mkdir()
    return dask_cluster(folder, environment, workers)


def _on(bench: Bench, cluster: Cluster) -> Bench:
    return replace(bench, options=("--runner", "dask"), environment=_options(cluster))


def _options(cluster: Cluster) -> dict[str, str]:
    return {"OVERSEAL_RUN__DASK_ADDRESS": cluster.address, "OVERSEAL_RUN__BATCH": _BATCH}


def _cpu(cluster: Cluster) -> float:
    """CPU seconds of scheduler and workers so far, with their reading processes."""
    total = 0.0
    for one in (cluster.scheduler, *cluster.workers):
        root = psutil.Process(one.pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:4])
    return total
