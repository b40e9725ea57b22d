"""Killed at any instant and run again; its server killed; reading processes that die, hang or answer with rubbish."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.faults.kills import Bench, Left, killed, left, start, undisturbed, write_scans

#: `make bench-faults` kills thirty times over 300 documents.
SCANS = 120
KILLS = 5


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("kills")
    write_scans(root / "in", SCANS)
    bench = Bench(root, root / "in")
    undisturbed(bench)
    yield bench


@pytest.fixture(name="wanted")
def _wanted(bench: Bench) -> Left:
    assert bench.left is not None
    return bench.left


@pytest.mark.slow
@pytest.mark.parametrize("kill", range(KILLS))
def test_a_run_killed_at_any_instant_and_run_again_leaves_what_an_undisturbed_one_leaves(
    bench: Bench, kill: int
) -> None:
    # One instant of each fifth of the run, so that every stage has its turn; the first on a machine new to us.
    at = (kill + random.Random(kill).random()) / KILLS
    trial = killed(bench, at * bench.seconds, fresh=kill == 0)
    assert trial.kept, trial


def test_an_undisturbed_run_has_every_scan_once(bench: Bench, wanted: Left) -> None:
    counts = wanted.counts
    assert counts["found"] == SCANS == counts["read"] + counts["partial"] + counts["unreadable"] + counts["duplicates"]
    assert counts["duplicates"] > 0
    assert len(wanted.rows["scans"]) == SCANS - counts["duplicates"]
    assert not wanted.rows["inputs"]


@pytest.mark.slow
def test_a_run_whose_server_is_killed_ends_or_resumes_without_loss(bench: Bench, wanted: Left, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    process = start(bench, home, out)
    server = None
    while server is None or not (home / "reads.log").exists():
        assert process.poll() is None, process.communicate()[0]
        children = psutil.Process(process.pid).children(recursive=True)
        server = next((one for one in children if "flows.server_process" in one.cmdline()), None)
    server.kill()
    said, _ = process.communicate(timeout=120)
    if process.returncode != 0:
        assert "internal error" not in said
        assert "orchestrator" in said
        again = start(bench, home, out)
        said, _ = again.communicate(timeout=120)
        assert again.returncode == 0, said
    found = left(home, out)
    assert found.files == wanted.files
    assert found.rows == wanted.rows
