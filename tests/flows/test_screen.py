"""`overseal screen` as people run it, through the orchestrator's own server: interrupted, resumed, repeated, killed."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from flows.launch import noted_run
from pipeline.store.database import open_store
from pipeline.store.runs import running
from pipeline.store.schema import judgements

#: In names of files and folders, in what documents say, and in what a fault of ours says.
CANARY = "XCANARYX"
#: Nothing here waits for a time to pass; this ends a test that would hang.
PATIENCE = 120.0
GOOD = 9


@dataclass(frozen=True)
class Ended:
    code: int
    said: str


@dataclass(frozen=True)
class Story:
    """One folder, screened three times."""

    home: Path
    out: Path
    interrupted: Ended
    resumed: Ended
    reads_until_interrupted: int
    reads_until_resumed: int
    cases_resumed: dict[str, str]
    repeated: Ended
    reads_until_repeated: int


def _write(path: Path, **content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _inputs(folder: Path) -> None:
    for number in range(GOOD):
        facts = {"viz.surname": f"{'ALTERED ' if number == 3 else ''}{CANARY}{number}", "viz.issue_date": "2020-01-02"}
        if number == 5:
            facts["viz.issue_date"] = "2020-01-13"
        _write(folder / f"applicant {number // 3} {CANARY}" / f"{CANARY}{number}.jpg", kind="passport", facts=facts)
    first = folder / f"applicant 0 {CANARY}" / f"{CANARY}0.jpg"
    (folder / f"applicant 2 {CANARY}" / "again.jpg").write_bytes(first.read_bytes())
    _write(folder / "applicant 3" / "blurred.jpg", kind="visa", facts={}, problems=["blurred"])
    _write(folder / "applicant 3" / "broken.jpg", behave="unreadable")
    _write(folder / "applicant 3" / "dies.jpg", behave="die")
    _write(folder / "applicant 4" / "hangs.jpg", behave="hang")


def _environment(home: Path, timeout: float) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    return kept | {
        "OVERSEAL_HOME": str(home),
        "OVERSEAL_RUN__BATCH": "4",
        "OVERSEAL_READING__FILE_TIMEOUT_SECONDS": str(timeout),
    }


def _start(folder: Path, home: Path, out: Path, timeout: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.flows.driver", "screen", str(folder), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--today", "2026-11-01", "-v"],
        env=_environment(home, timeout),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[str]) -> Ended:
    said, _ = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, said)


def _reads(home: Path) -> int:
    log = home / "reads.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def _wait_for_reads(process: subprocess.Popen[str], home: Path, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while _reads(home) < count:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _cases(out: Path) -> dict[str, str]:
    return {folder.parent.name: folder.read_text() for folder in out.glob("*/cases.jsonl")}


@pytest.fixture(name="story", scope="module")
def _story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("screen")
    folder, home, out = root / "in", root / "home", root / "out"
    _inputs(folder)
    process = _start(folder, home, out, timeout=600)
    # The one that hangs is the last; dies and unreadable ones are among those before it.
    _wait_for_reads(process, home, GOOD + 4)
    until_interrupted = _reads(home)
    os.kill(process.pid, signal.SIGINT)
    interrupted = _end(process)
    resumed = _end(_start(folder, home, out, timeout=1))
    until_resumed = _reads(home)
    cases = _cases(out)
    repeated = _end(_start(folder, home, out, timeout=1))
    return Story(home, out, interrupted, resumed, until_interrupted, until_resumed, cases, repeated, _reads(home))


def _run_json(story: Story) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((story.out / "run.json").read_text())
    return content


def test_an_interrupted_run_says_so(story: Story) -> None:
    assert story.interrupted.code == 130, story.interrupted.said
    assert "Traceback" not in story.interrupted.said


def test_the_next_run_goes_on_from_there(story: Story) -> None:
    assert story.resumed.code == 13, story.resumed.said
    # The one that hung, and the one that brought its process down, are tried again.
    assert story.reads_until_resumed - story.reads_until_interrupted == 2


def test_screening_again_reads_nothing_anew_and_gives_the_same_cases(story: Story) -> None:
    assert story.repeated.code == 13
    assert story.reads_until_repeated - story.reads_until_resumed == 2
    assert _cases(story.out) == story.cases_resumed
    assert set(story.cases_resumed) == {"screening", "integrity", "protection"}


def test_every_file_is_accounted_for(story: Story) -> None:
    run = _run_json(story)
    assert (run["read"], run["partial"], run["unreadable"], run["duplicates"]) == (GOOD, 1, 3, 1)
    assert run["found"] == GOOD + 5
    assert run["problems"] == {"blurred": 1, "corrupt": 1, "engine-failed": 1, "timeout": 1}
    assert run["cases"] == {
        "document-examiner": 1, "integrity-auditor": 1, "none": GOOD - 1, "protection": 1, "rescan": 1
    }  # fmt: skip
    assert run["checks"]["TST101"] == {
        "clear": GOOD - 1, "flag": 1, "not_applicable": {"not read: viz.surname": 1}, "error": 0
    }  # fmt: skip
    assert run["assessed"] == {"altered": GOOD, "irregular_issue": GOOD}


def test_each_folder_shows_its_own_cases_only(story: Story) -> None:
    lines = {name: [json.loads(line) for line in text.splitlines()] for name, text in story.cases_resumed.items()}
    assert len(lines["screening"]) == GOOD + 1
    assert [len(lines[name]) for name in ("integrity", "protection")] == [1, 1]
    assert all("irregular_issue" not in case["lights"] for case in lines["screening"])
    assert "TST102" not in story.cases_resumed["screening"]


def test_names_lead_from_ids_to_files_and_are_private(story: Story) -> None:
    with (story.out / "names.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == GOOD + 5
    same = [row for row in rows if row["file"].endswith(("again.jpg", f"{CANARY}0.jpg"))]
    assert len({row["document_id"] for row in same}) == 1
    assert (story.out / "names.csv").stat().st_mode & 0o777 == 0o600
    for folder in ("integrity", "protection"):
        assert (story.out / folder).stat().st_mode & 0o777 == 0o700


def test_the_terminal_shows_counts_only(story: Story) -> None:
    for ended in (story.interrupted, story.resumed, story.repeated):
        assert CANARY not in ended.said
        assert not any(
            json.loads(line)["document_id"] in ended.said for line in story.cases_resumed["screening"].splitlines()
        )
    assert f"{GOOD + 5} files: {GOOD} read, 1 in part, 3 unreadable, 1 duplicates" in story.resumed.said


def test_no_name_reaches_the_orchestrator_or_a_log(story: Story) -> None:
    searched = [path for path in (story.home / "orchestrator").rglob("*") if path.is_file()]
    assert {path.name for path in searched} >= {"prefect.db", "server.log"}
    for path in [*searched, story.out / "run.json"]:
        assert CANARY.encode() not in path.read_bytes(), path
    assert not any(CANARY in str(path.relative_to(story.out)) for path in story.out.rglob("*"))


def test_the_store_forgets_the_names_of_files(story: Story) -> None:
    with sqlite3.connect(story.home / "overseal.db") as connection:
        assert connection.execute("SELECT count(*) FROM inputs").fetchone() == (0,)
        states = connection.execute("SELECT state, count(*) FROM runs GROUP BY state ORDER BY state").fetchall()
    connection.close()
    assert [state for state in states if state[0] != "failed"] == [("finished", 2), ("interrupted", 1)]
    assert not list((story.home / "runs").iterdir())


def test_the_orchestrator_has_the_whole_history(story: Story) -> None:
    database = story.home / "orchestrator" / "0" / "prefect.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        flows = connection.execute("SELECT state_type FROM flow_run ORDER BY created").fetchall()
        tasks = connection.execute(
            "SELECT name, state_type FROM task_run WHERE flow_run_id = "
            "(SELECT id FROM flow_run WHERE state_type = 'COMPLETED' ORDER BY created DESC LIMIT 1)"
        ).fetchall()
    connection.close()
    assert flows[:3] == [("CRASHED",), ("COMPLETED",), ("COMPLETED",)]
    assert {state for _, state in tasks} == {"COMPLETED"}
    assert {name.split("-")[0] for name, _ in tasks} == {"read", "judge"}


def test_judgements_are_tied_to_the_evidence_of_the_finding(story: Story, tmp_path: Path) -> None:
    flagged = next(case for case in map(json.loads, story.cases_resumed["screening"].splitlines()) if case["groups"])
    file = tmp_path / "judgements.csv"
    file.write_text(
        "document_id,code,verdict,because,judged_by,judged_at\n"
        f"{flagged['document_id']},tst101,benign,a test,A. Person,2026-11-02\n"
    )
    command = [sys.executable, "-m", "tests.flows.driver", "judge", "import", str(file)]
    for told in ("1 judgements added, 0 known", "0 judgements added, 1 known"):
        done = subprocess.run(command, env=_environment(story.home, 1), capture_output=True, text=True, check=True)
        assert told in done.stdout
    store = open_store(f"sqlite:///{story.home / 'overseal.db'}")
    with store.read() as connection:
        mine = sa.select(judgements).where(judgements.c.document_id == flagged["document_id"])
        (kept,) = connection.execute(mine).all()
    store.close()
    assert kept.code == "TST101"
    assert len(kept.evidence_hash) == 64


def test_a_killed_run_leaves_no_process_behind_and_is_ended_by_the_next(story: Story, tmp_path: Path) -> None:
    folder, before = tmp_path / "in", _reads(story.home)
    _write(folder / "hangs.jpg", behave="hang", facts={"other": "bytes"})
    process = _start(folder, story.home, tmp_path / "out", timeout=600)
    try:
        _wait_for_reads(process, story.home, before + 1)
        started = psutil.Process(process.pid).children(recursive=True)
        assert any("server" in child.cmdline() for child in started)
    finally:
        process.kill()
        process.communicate()
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)
    assert alive == []
    store = open_store(f"sqlite:///{story.home / 'overseal.db'}")
    with noted_run(store, story.home) as run_id, store.read() as connection:
        assert running(connection) == [run_id]
    store.close()


@pytest.fixture(autouse=True)
def _no_orphans() -> Iterator[None]:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    after = psutil.Process().children(recursive=True)
    assert [child for child in after if child.pid not in before and "prefect" in " ".join(child.cmdline())] == []
