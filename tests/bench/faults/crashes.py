"""Kills: of the run at random instants, of its server, of one of two Dask workers; and engines that fail."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from tests.faults.kills import PATIENCE, Bench, killed, left, start, undisturbed, write_scans
from tests.flows.dask_cluster import dask_cluster, worker_environment
from tests.flows.fake_reader import WELL

#: Stands in every name that the scans hold and in those of their files.
CANARY = "XCANARYX"
#: Every so many kills the data folder is new, so that the first start of the orchestrator is hit as well.
_FRESH = 5


def kills(folder: Path, documents: int, count: int, seed: int) -> dict[str, Any]:
    """Kill the run at one random instant of each of so many equal parts of its time, and run it again."""
    bench = bench_of(folder, documents)
    rng = random.Random(seed)
    trials = [killed(bench, (at + rng.random()) / count * bench.seconds, fresh=at % _FRESH == 0) for at in range(count)]
    for trial in (trial for trial in trials if not trial.kept):
        print(trial)
    return {
        "documents": documents,
        "kills": count,
        "killed_while": dict(Counter(trial.stage for trial in trials)),
        "reruns_completed": sum(trial.exit_code == 0 for trial in trials),
        "lost": sum(trial.lost for trial in trials),
        "duplicated": sum(trial.twice for trial in trials),
        "not_identical": sum(bool(trial.differ) for trial in trials),
        "processes_left": sum(trial.orphans for trial in trials),
        "left_about": sum(bool(trial.stale) for trial in trials),
        "names_misplaced": sum(len(trial.told) for trial in trials),
        "kept": all(trial.kept for trial in trials),
    }


def server_killed(folder: Path, documents: int) -> dict[str, Any]:
    """Kill the orchestrator's server while files are read."""
    bench = bench_of(folder, documents)
    home, out = folder / "server", folder / "server-out"
    process = start(bench, home, out)
    server = None
    while server is None or not (home / "reads.log").exists():
        if process.poll() is not None:
            raise RuntimeError(f"the run ended with {process.returncode} before: {process.communicate()[0]}")
        children = psutil.Process(process.pid).children(recursive=True)
        server = next((one for one in children if "flows.server_process" in one.cmdline()), None)
        time.sleep(0.02)
    server.kill()
    began = time.monotonic()
    process.communicate(timeout=PATIENCE)
    codes = [process.returncode]
    if process.returncode:
        again = start(bench, home, out)
        again.communicate(timeout=PATIENCE)
        codes.append(again.returncode)
    return {
        "exit_codes": codes,
        "seconds": round(time.monotonic() - began, 1),
        "identical": left(home, out) == bench.left,
    }


def worker_killed(folder: Path, documents: int) -> dict[str, Any]:
    """Kill one of two Dask workers while both read."""
    if find_spec("distributed") is None:
        return {"not_measured": "the package distributed is not installed (make setup-all installs it)"}
    bench = bench_of(folder, documents)
    home, out = folder / "dask", folder / "dask-out"
    cluster_folder = folder / "cluster"
    cluster_folder.mkdir()
    with dask_cluster(cluster_folder, worker_environment(home), workers=2) as cluster:
        options = {"OVERSEAL_RUN__DASK_ADDRESS": cluster.address, "OVERSEAL_RUN__BATCH": "8"}
        process = start(replace(bench, options=("--runner", "dask"), environment=options), home, out)
        log = home / "reads.log"
        while not log.exists() or len(set(log.read_text().split())) < 2:
            if process.poll() is not None:
                break
            time.sleep(0.02)
        reading = process.poll() is None
        cluster.workers[0].kill()
        process.communicate(timeout=PATIENCE)
    found = left(home, out)
    reads = len(log.read_text().split())
    return {
        "documents": documents,
        "killed_while_reading": reading,
        "exit_code": process.returncode,
        "identical": found == bench.left,
        "read_again": reads - len(found.rows["scans"]),
    }


def engines(folder: Path) -> dict[str, Any]:
    """Reading processes that die, hang, raise or answer with rubbish; then again, when they are well."""
    inputs, home, out = folder / "engines-in", folder / "engines", folder / "engines-out"
    write_scans(inputs, 6)
    for behave in ("die", "hang", "raise", "garbage", "unstorable"):
        facts = {"viz.surname": behave}
        text = json.dumps({"kind": "visa", "facts": facts, "behave": behave})
        (inputs / f"{behave}.jpg").write_text(text, encoding="utf-8")
    runs, reads = [], [0]
    for well in ({}, {WELL: "1"}):
        bench = Bench(folder, inputs, environment={"OVERSEAL_READING__FILE_TIMEOUT_SECONDS": "2"} | well)
        process = start(bench, home, out)
        process.communicate(timeout=PATIENCE)
        runs.append((process.returncode, json.loads((out / "run.json").read_text(encoding="utf-8"))))
        reads.append(len((home / "reads.log").read_text().split()))
    undisturbed_out, undisturbed_home = folder / "well-out", folder / "well"
    process = start(replace(bench, environment={WELL: "1"}), undisturbed_home, undisturbed_out)
    process.communicate(timeout=PATIENCE)
    return {
        "exit_codes": [code for code, _ in runs],
        "read": [run["read"] + run["partial"] for _, run in runs],
        "unreadable": [run["unreadable"] for _, run in runs],
        "problems": runs[0][1]["problems"],
        "read_again": reads[2] - reads[1],
        "identical_after": left(home, out) == left(undisturbed_home, undisturbed_out),
    }


def bench_of(folder: Path, documents: int) -> Bench:
    """So many scans and what an undisturbed run makes of them; made once."""
    known = _BENCHES.get((folder, documents))
    if known is None:
        write_scans(folder / "in", documents, canary=CANARY)
        known = _BENCHES[folder, documents] = Bench(folder, folder / "in", canary=CANARY)
        undisturbed(known)
    return known


_BENCHES: dict[tuple[Path, int], Bench] = {}
