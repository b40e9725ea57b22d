"""Reading on two Dask workers: the same output as one reading process here, also when one of them is killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.faults.kills import PATIENCE, Bench, left, start, undisturbed, write_scans
from tests.flows.dask_cluster import dask_cluster, worker_environment

pytestmark = pytest.mark.slow
pytest.importorskip("distributed", reason="the optional part dask is not installed")

SCANS = 120


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("dask")
    write_scans(root / "in", SCANS, seconds=0.05)
    bench = Bench(root, root / "in")
    undisturbed(bench)
    yield bench


def _dask(bench: Bench, address: str) -> Bench:
    environment = {"OVERSEAL_RUN__DASK_ADDRESS": address, "OVERSEAL_RUN__BATCH": "8"}
    return replace(bench, options=("--runner", "dask"), environment=environment)


@pytest.mark.parametrize("kill", [False, True], ids=["undisturbed", "one-worker-killed"])
def test_two_workers_give_what_one_process_gives(bench: Bench, tmp_path: Path, *, kill: bool) -> None:
    assert bench.left is not None
    home, out = tmp_path / "home", tmp_path / "out"
    with dask_cluster(tmp_path, worker_environment(home), workers=2) as cluster:
        process = start(_dask(bench, cluster.address), home, out)
        if kill:
            _wait_until_both_read(home, process.poll)
            readers = psutil.Process(cluster.workers[0].pid).children(recursive=True)
            cluster.workers[0].kill()
            assert psutil.wait_procs(readers, timeout=20)[1] == []
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        readers = set((home / "reads.log").read_text().split())
    found = left(home, out)
    assert len(readers) == 2
    assert found.files == bench.left.files
    assert found.rows == bench.left.rows
    assert found.counts == bench.left.counts
    assert not list((home / "pages").glob(".run-*"))


#: As in the README.
_CERTIFICATES = """
openssl req -x509 -newkey rsa:3072 -nodes -days 730 -subj /CN=overseal-ca -keyout ca-key.pem -out ca.pem
openssl req -newkey rsa:3072 -nodes -subj /CN=overseal-node -keyout node-key.pem -out node.csr
openssl x509 -req -in node.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 730 -out node.pem
"""


def test_an_encrypted_cluster_reads_and_lets_nobody_else_in(bench: Bench, tmp_path: Path) -> None:
    assert bench.left is not None
    assert _CERTIFICATES in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").replace("```", "")
    subprocess.run(["/bin/sh", "-eu"], input=_CERTIFICATES, cwd=tmp_path, text=True, check=True, capture_output=True)
    ca, node, key = (str(tmp_path / name) for name in ("ca.pem", "node.pem", "node-key.pem"))
    tls = ("--protocol", "tls", "--tls-ca-file", ca, "--tls-cert", node, "--tls-key", key)
    home, out = tmp_path / "home", tmp_path / "out"
    with dask_cluster(tmp_path, worker_environment(home), workers=1, options=tls) as cluster:
        assert cluster.address.startswith("tls://")
        run = _dask(bench, cluster.address)
        own = {"OVERSEAL_RUN__DASK_CA": ca, "OVERSEAL_RUN__DASK_CERTIFICATE": node, "OVERSEAL_RUN__DASK_KEY": key}
        said, _ = (done := start(replace(run, environment=run.environment | own), home, out)).communicate(
            timeout=PATIENCE
        )
        assert done.returncode == 0, said
        plain = cluster.address.replace("tls://", "tcp://")
        said, _ = (refused := start(_dask(bench, plain), tmp_path / "h", tmp_path / "o")).communicate(timeout=PATIENCE)
    assert left(home, out).files == bench.left.files
    assert refused.returncode == 1
    assert "no Dask scheduler answers" in said


def _wait_until_both_read(home: Path, ended: object) -> None:
    deadline = time.monotonic() + PATIENCE
    log = home / "reads.log"
    while not log.exists() or len(set(log.read_text().split())) < 2:
        assert callable(ended)
        assert ended() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
