"""Names planted in scans, in their file names and folders, in a manifest and a register: where they may stand after
nights and a Dask run, and nowhere else.

Everything below one folder is looked through: data folder with store, orchestrator and lists of files; reports; logs;
what alerts, metrics and the terminal said. What is allowed is named here, and each of it must be met: a search that
finds nothing anywhere finds no leak either.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.canaries import found
from tests.faults.kills import PATIENCE
from tests.flows.dask_cluster import dask_cluster, worker_environment
from tests.flows.test_serve import Served

#: What documents and registers say: a surname and a document number.
SAID = ("SURCANARYXQ", "CANARYDOC7731")
#: Names of files and folders.
NAMED = ("FILECANARYXQ", "FOLDERCANARYXQ")

#: Where people look for it: the inbox, the register, the store, and the reports of the three desks.
_SAID_HERE = re.compile(
    r"(?s)(name of )?FOLDERCANARYXQ.*|register/.*|home/overseal\.db|home/registers/.*"
    r"|out/([^/]*/)?(screening|integrity|protection)/(cases\.jsonl|findings\.csv|report\.html|row_findings\.(csv|parquet))"
)
#: The inbox itself, and the one file that says which document came in under which name.
_NAMED_HERE = re.compile(r"(?s)(name of )?FOLDERCANARYXQ.*|out/([^/]*/)?names\.csv")

#: Puts the fake reader and the fake checks in place in every process that works a night, however it was started.
_STAND_IN = """
import importlib.abc, sys
class StandIn(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "flows.launch":
            sys.meta_path.remove(self)
            from tests.flows.driver import stand_in
            stand_in()
        return None
sys.meta_path.insert(0, StandIn())
"""

_ENDED = (
    "SELECT run.id FROM flow_run AS run JOIN flow ON flow.id = run.flow_id"
    " WHERE flow.name = 'nightly' AND run.state_type = '{}'"
)


def _put(folder: Path, name: str | bytes, **content: object) -> None:
    path = folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"viz.surname": SAID[0], "mrz.document_number": SAID[1]}
    path.write_text(json.dumps({"kind": "passport", "facts": facts} | content))


def _scans(folder: Path) -> None:
    """One scan for each way in which reading and judging can end, and each kind of name."""
    file, applicant = NAMED
    for number, surname in enumerate(("", "ALTERED ", "BREAKS")):
        facts = {"viz.surname": surname if surname == "BREAKS" else surname + SAID[0], "viz.document_number": SAID[1]}
        _put(folder, f"{applicant} {number}/{file}{number}.jpg", facts=facts | {"viz.issue_date": "2020-01-13"})
    for behave in ("unreadable", "raise", "garbage", "unstorable", "die"):
        _put(folder, f"{applicant} {behave}/{file}.jpg", behave=behave)
    _put(folder, b"\xff\xfe" + file.encode() + b"\nline.jpg", problems=["blurred"])
    (folder / f"{file} nowhere.jpg").symlink_to(folder / f"{file} absent.jpg")
    (folder / f"{file}.pdf").write_bytes(b"")
    # Rows that cannot be used are told.
    rows = ("file,batch", f"{file} absent.jpg,{applicant}", f"../{file}.jpg,{applicant}")
    (folder / "manifest.csv").write_text("\n".join(rows))


def _register(folder: Path) -> None:
    folder.mkdir()
    rows = (
        "permit_number,surname,status,office_id,issued_at",
        f"WP-1,{SAID[0]},void,01,2025-01-06",
        f"WP-2,{SAID[0]},valid,01,soon",
    )
    (folder / "permits.csv").write_text("\n".join(rows))


def _leaks(root: Path) -> list[str]:
    """Where a canary stands that may not stand there."""
    said, named = found(root, SAID), found(root, NAMED)
    # Of each place that is allowed at least one is met.
    assert {"home/overseal.db"} <= set(said)
    assert any(place.endswith("screening/cases.jsonl") for place in said)
    assert any(place.endswith("names.csv") for place in named)
    return [place for place in said if not _SAID_HERE.fullmatch(place)] + [
        place for place in named if not _NAMED_HERE.fullmatch(place)
    ]


def _served(root: Path) -> Served:
    served = Served(root)
    served.inbox = root / NAMED[1] / "inbox"
    stand_in = root / "stand-in"
    stand_in.mkdir()
    (stand_in / "sitecustomize.py").write_text(_STAND_IN)
    served.environment["PYTHONPATH"] = os.pathsep.join([str(stand_in), *(str(Path(p).resolve()) for p in sys.path)])
    tell = [sys.executable, "-c", "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())", str(root / "alerts")]
    served.home.mkdir(mode=0o700)
    (served.home / "overseal.toml").write_text(
        f"[nightly]\nsettle_seconds = 0\ntries = 1\nregister = {json.dumps(str(root / 'register'))}\n"
        f"alert = {json.dumps(tell)}\nmetrics = {json.dumps(str(root / 'metrics.prom'))}\n"
    )
    return served


@contextmanager
def _serving(served: Served) -> Iterator[None]:
    served.start()
    try:
        yield
    finally:
        code = served.end()
    assert code in (0, 130), served.log.read_text()


def _terminal(served: Served, *words: str) -> str:
    """What a command says, kept where it is looked through."""
    program = "import sys; from flows.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=served.environment, capture_output=True, text=True, check=False
    )
    with (served.root / "terminal").open("a") as terminal:
        terminal.write(done.stdout + done.stderr)
    return done.stdout


@pytest.mark.slow
def test_nights_tell_nobody(tmp_path: Path) -> None:
    served = _served(tmp_path)
    _register(tmp_path / "register")
    _scans(served.inbox)
    # Not as soon as the night is noted: ending its process while it has the store open leaves a write-ahead log.
    with _serving(served):
        served.wait_until(lambda _: bool(served.asked(_ENDED.format("COMPLETED"))))
    night = served.nights()[-1]
    assert night.summary["screening"]["problems"].keys() >= {"internal-error", "corrupt", "manifest"}
    listed = json.loads(_terminal(served, "quarantine", "list", "--json"))
    assert len(listed) >= 5
    ids = [one["file_id"] for one in listed]
    for command in (["list"], ["retry", ids[0]], ["drop", ids[1]], ["retry", SAID[0][:3]]):
        _terminal(served, "quarantine", *command)
    _terminal(served, "-v", "status")

    # As JSON, a night that fails: what the orchestrator is told of that is kept by it.
    served.environment["OVERSEAL_LOG"] = "json"
    aside = served.inbox.with_name("aside")
    with _serving(served):
        served.wait_until(lambda _: served.log.read_text().count("serving the inbox") == 2)
        served.inbox.rename(aside)
        served.wait_until(lambda _: bool(served.asked(_ENDED.format("FAILED"))))
    assert served.nights()[0].failure == "inbox-gone"
    _terminal(served, "status", "--json")
    aside.rename(served.inbox)
    assert '"logger": "flows.night"' in served.log.read_text()
    assert {json.loads(alert)["alert"] for alert in re.findall(r"{.*?}}", (tmp_path / "alerts").read_text())} >= {
        "failure",
        "faults",
    }
    assert "overseal_quarantined" in (tmp_path / "metrics.prom").read_text()
    assert _leaks(tmp_path) == []


def _ended_reading(folder: Path) -> set[str]:
    """Ways in which reading or judging ended, as the report tells them."""
    run = json.loads((folder / "run.json").read_text())
    return set(run["problems"])


@pytest.mark.slow
def test_a_dask_run_tells_nobody(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the optional part dask is not installed")
    _scans(tmp_path / NAMED[1])
    home = tmp_path / "home"
    environment = worker_environment(home) | {"OVERSEAL_LOG": "json"}
    (tmp_path / "cluster").mkdir()
    with dask_cluster(tmp_path / "cluster", environment, workers=1) as cluster:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.flows.driver", "screen", str(tmp_path / NAMED[1])),
                *("--out", str(tmp_path / "out"), "--runner", "dask", "-v"),
            ],
            env=environment | {"OVERSEAL_RUN__DASK_ADDRESS": cluster.address},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    (tmp_path / "terminal").write_text(done.stdout + done.stderr)
    assert done.returncode == 1, done.stderr  # by the rule with a fault
    assert _ended_reading(tmp_path / "out") >= {"internal-error", "corrupt", "manifest"}
    assert (tmp_path / "cluster" / "cluster.log").stat().st_size
    assert _leaks(tmp_path) == []
