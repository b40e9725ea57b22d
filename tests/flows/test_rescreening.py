"""After an upgrade: only what changed is asked again, from what the store holds, without files and without a reader."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from checks.base import DocumentCheck
from flows import screening
from flows.cli import main
from flows.launch import Request, screen_folder
from flows.output import write_output
from flows.rescreening import rediscover
from flows.screening import Screening, judge_batch
from flows.tally import Tally
from flows.workers import WorkerPool
from pipeline import READING_VERSION
from pipeline.errors import ExitCode, NothingToRead, UsageError
from pipeline.reference.policy import load_policies
from pipeline.report.names_csv import NamesCsv
from pipeline.settings import Settings
from pipeline.store.database import Store, open_store
from pipeline.store.holds import place_hold
from pipeline.store.inputs import Input, add_inputs
from pipeline.store.outcomes import Basis, save_outcomes
from pipeline.store.pages import PageFolder
from pipeline.store.retention import erase_due
from pipeline.store.runs import cases_in_order, end_run, start_run
from pipeline.store.scans import records_of, save_reading
from pipeline.store.schema import cases, outcomes, records, scans
from pipeline.types.findings import Outcome, OutcomeKind
from pipeline.types.runs import RunSummary
from tests.flows import fake_checks, fake_reader

JUDGED_ON, TODAY = dt.date(2026, 11, 1), dt.date(2026, 11, 20)
SCANS = 3
CODES = [check.code for check in fake_checks.CHECKS]


def _screening(store: Store, home: Path, run_id: str, today: dt.date, same_days: bool) -> Screening:
    with store.write() as connection:
        start_run(connection, run_id, f"{today.isoformat()}T00:00:00+00:00")
    pool = cast("WorkerPool", None)  # nothing is read here
    law = load_policies(None)
    checks = fake_checks.CHECKS
    return Screening(
        run_id, Settings(home=home), store, PageFolder(home), pool, today, law, checks, same_days=same_days
    )


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    """A store with three scans that were read and judged, two of them of one application."""
    store = open_store(f"sqlite:///{tmp_path / 'overseal.db'}")
    run = _screening(store, tmp_path, "first", JUDGED_ON, same_days=False)
    for ordinal in range(SCANS):
        facts = {"viz.surname": f"{'ALTERED ' if ordinal else ''}{ordinal}", "viz.issue_date": "2020-01-02"}
        data = json.dumps({"kind": "passport", "facts": facts}).encode()
        reading = fake_reader.reading(data, f"b{ordinal // 2}", lambda: None)
        assert reading.file_sha256 is not None
        with store.write() as connection:
            save_reading(connection, reading.file_sha256, reading, dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
            add_inputs(
                connection,
                "first",
                [Input(ordinal, Path("x"), "x", f"b{ordinal // 2}", reading.file_sha256, status="read")],
            )
    tally = judge_batch(run, 0, SCANS)
    assert tally.asked == dict.fromkeys(CODES, SCANS)
    _end(store, "first")
    yield store
    store.close()


def _end(store: Store, run_id: str) -> None:
    with store.write() as connection:
        end_run(connection, run_id, "finished", RunSummary(run_id, "", "", {}, None, ""))


def _cases(store: Store, run_id: str) -> list[str]:
    with store.read() as connection:
        found = [case for folder in ("screening", "integrity") for case in cases_in_order(connection, run_id, folder)]
    return sorted(map(repr, found))


def _rescreened(
    store: Store, home: Path, checks: Sequence[DocumentCheck] = fake_checks.CHECKS, *, same_days: bool = True
) -> tuple[Screening, Tally]:
    run = dataclasses.replace(_screening(store, home, "second", TODAY, same_days), checks=checks)
    discovery = rediscover(store, "second", home / "out")
    assert (discovery.found, discovery.to_read) == (SCANS, [])
    tally = judge_batch(run, 0, SCANS)
    write_output(run, discovery, tally, "2026-11-20T00:00:00+00:00", home / "out")
    return run, tally


def test_where_nothing_changed_nothing_is_asked_and_the_cases_are_the_same(store: Store, tmp_path: Path) -> None:
    before = _cases(store, "first")
    _, tally = _rescreened(store, tmp_path)
    assert not tally.asked
    assert tally.documents == SCANS
    assert _cases(store, "second") == before


def test_only_the_check_whose_version_changed_is_asked(store: Store, tmp_path: Path) -> None:
    named, issue = fake_checks.CHECKS
    _, tally = _rescreened(store, tmp_path, (dataclasses.replace(named, version=2), issue))
    assert tally.asked == {named.code: SCANS}
    assert tally.checks[named.code].flag == SCANS - 1
    _end(store, "second")
    again = dataclasses.replace(_screening(store, tmp_path, "third", TODAY, same_days=True), checks=(named, issue))
    rediscover(store, "third", tmp_path / "out")
    assert judge_batch(again, 0, SCANS).asked == {named.code: SCANS}


def test_a_precision_that_was_measured_since_is_told_and_asks_nothing(store: Store, tmp_path: Path) -> None:
    run = dataclasses.replace(_screening(store, tmp_path, "second", TODAY, same_days=True), precisions={CODES[0]: 0.25})
    rediscover(store, "second", tmp_path / "out")
    assert not judge_batch(run, 0, SCANS).asked
    assert sum("precision=0.25" in case for case in _cases(store, "second")) == SCANS - 1


def test_another_day_asks_everything(store: Store, tmp_path: Path) -> None:
    _, tally = _rescreened(store, tmp_path, same_days=False)
    assert tally.asked == dict.fromkeys(CODES, SCANS)


def test_what_an_earlier_reader_read_is_told_to_need_its_file(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        one = connection.execute(sa.select(scans.c.sha256).order_by(scans.c.sha256)).scalars().first()
        for table in (scans, records):
            connection.execute(
                sa.update(table).where(table.c.sha256 == one).values(reading_version=READING_VERSION - 1)
            )
    _, tally = _rescreened(store, tmp_path)
    counts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (counts["found"], counts["read"], counts["unreadable"]) == (SCANS, SCANS - 1, 1)
    assert counts["problems"] == {"needs-reading": 1}
    assert tally.documents == SCANS - 1
    assert "screen its file again" in (tmp_path / "out" / "screening" / "report.html").read_text()


@pytest.mark.parametrize("version", [READING_VERSION, READING_VERSION - 1])
def test_what_was_erased_is_told_and_not_judged_from_nothing(store: Store, tmp_path: Path, version: int) -> None:
    one = _erase_one(store, tmp_path)
    with store.write() as connection:
        connection.execute(sa.update(scans).where(scans.c.sha256 == one).values(reading_version=version))
    _, tally = _rescreened(store, tmp_path)
    counts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (counts["found"], counts["read"], counts["unreadable"]) == (SCANS, SCANS, 0)
    assert counts["problems"] == {"erased": 1}
    assert tally.documents == SCANS - 1
    assert len(_cases(store, "second")) == SCANS - 1
    assert f"file-{one[:20]}" in (tmp_path / "out" / "screening" / "report.html").read_text()
    # Nothing is kept of it either, so that nothing has to be erased again.
    with store.read() as connection:
        assert list(records_of(connection, one)) == []
        assert len(connection.execute(sa.select(outcomes.c.document_id).distinct()).all()) == SCANS - 1


@pytest.mark.parametrize("when", ["before it is judged", "while it is judged"])
def test_what_is_erased_while_a_run_goes_on_is_told_and_does_not_come_back(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    run = _screening(store, tmp_path, "second", TODAY, same_days=True)
    discovery = rediscover(store, "second", tmp_path / "out")
    gone: list[str] = []
    if when == "before it is judged":
        gone.append(_erase_one(store, tmp_path))
    else:
        judge = screening._judge

        def meanwhile(*given: Any) -> Any:  # noqa: ANN401 - as it is called
            judged = judge(*given)
            if not gone:
                gone.append(_erase_one(store, tmp_path))
            return judged

        monkeypatch.setattr(screening, "_judge", meanwhile)
    tally = judge_batch(run, 0, SCANS)
    write_output(run, discovery, tally, "2026-11-20T00:00:00+00:00", tmp_path / "out")
    counts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert counts["problems"] == {"erased": 1}
    with store.read() as connection:
        for table in (outcomes, cases):
            assert len(connection.execute(sa.select(table.c.document_id).distinct()).all()) == SCANS - 1
    assert f"file-{gone[0][:20]}" in (tmp_path / "out" / "screening" / "report.html").read_text()


def _erase_one(store: Store, home: Path) -> str:
    """Erase the scans of the store but those under a hold: of all but one."""
    day = dt.date(2030, 1, 2)
    with store.write() as connection:
        one, *others = connection.execute(sa.select(scans.c.sha256).order_by(scans.c.sha256)).scalars()
        for sha256 in others:
            place_hold(connection, sha256, "a.1", "b.2", "AZ 1/26", dt.datetime.now(dt.UTC))
    for _ in range(2):
        erase_due(store, Settings(home=home), day)
    return str(one)


def test_names_of_an_earlier_run_stay(store: Store, tmp_path: Path) -> None:
    with store.read() as connection:
        known = list(connection.execute(sa.select(scans.c.sha256).order_by(scans.c.sha256)).scalars())
    with NamesCsv(tmp_path / "out") as names:
        names.add("id", known[0], "a file.jpg")
    _rescreened(store, tmp_path)
    with (tmp_path / "out" / "names.csv").open(newline="") as file:
        told = {row["sha256"]: row["file"] for row in csv.DictReader(file)}
    assert told == {known[0]: "a file.jpg", known[1]: "", known[2]: ""}


def test_a_document_stands_in_the_application_that_it_last_came_in_with(store: Store, tmp_path: Path) -> None:
    run = _screening(store, tmp_path, "moved", JUDGED_ON, same_days=False)
    with store.write() as connection:
        one = connection.execute(sa.select(records.c.sha256)).scalars().first()
        assert one is not None
        add_inputs(connection, "moved", [Input(0, Path("x"), "x", "elsewhere", one, status="read")])
    judge_batch(run, 0, 0)
    with store.read() as connection:
        assert [record.bundle for record in records_of(connection, one)] == ["elsewhere"]


def _request(home: Path) -> Request:
    return Request([], home / "out", Settings(home=home), TODAY, own_server=False, rescreen=True, same_days=True)


def test_a_store_that_a_register_was_asked_for_needs_it_again(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'overseal.db'}")
    with store.write() as connection:
        save_outcomes(connection, "d", Basis("p", "hash", "2026-11-01", "c"), [Outcome("TST101", 1, OutcomeKind.CLEAR)])
    store.close()
    with pytest.raises(UsageError, match="name it with --register"):
        screen_folder(_request(tmp_path))


def test_an_empty_store_has_nothing_to_screen(tmp_path: Path) -> None:
    with pytest.raises(NothingToRead, match="knows no scan"):
        screen_folder(_request(tmp_path))


def test_what_the_store_knows_and_files_are_not_screened_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "somewhere", "--rescreen", "changed"]) == ExitCode.USAGE
    assert "name no file or folder" in capsys.readouterr().err


#: The driver of these tests one release later: TST101 has changed, and no reader can be made.
_LATER = """
import dataclasses, sys
import checks.registry, flows.reading
from tests.flows import fake_checks, fake_reader
flows.reading.make_reader = fake_reader.broken_reader
first, *rest = fake_checks.CHECKS
checks.registry.CHECKS = (dataclasses.replace(first, version=2), *rest)
checks.registry.ROW_CHECKS = fake_checks.ROW_CHECKS
checks.registry.ALL_CHECKS = (*checks.registry.CHECKS, *fake_checks.ROW_CHECKS)
from flows import screening
from flows.cli import main
sys.exit(main())
"""


@pytest.mark.slow
def test_the_command_needs_neither_files_nor_a_reader(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(SCANS):
        facts = {"viz.surname": f"ALTERED {number}", "viz.issue_date": "2020-01-02"}
        (folder / f"{number}.jpg").write_text(json.dumps({"kind": "passport", "facts": facts}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    environment = kept | {"OVERSEAL_HOME": str(tmp_path / "home")}
    out = ["--out", str(tmp_path / "out"), "--exit-zero"]

    def overseal(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    overseal("-m", "tests.flows.driver", "screen", str(folder), *out, "--today", "2026-11-01")
    names = (tmp_path / "out" / "names.csv").read_text()
    shutil.rmtree(folder)
    said = overseal("-c", _LATER, "screen", "--rescreen", "changed", *out)
    assert f"checks asked again: {CODES[0]} of {SCANS}\n" in said
    counts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (counts["today"], counts["read"]) == ("2026-11-01", SCANS)
    assert sorted((tmp_path / "out" / "names.csv").read_text().splitlines()) == sorted(names.splitlines())
    assert "checks asked again: none\n" in overseal("-c", _LATER, "screen", "--rescreen", "changed", *out)


@pytest.mark.slow
def test_the_file_of_what_was_erased_is_not_read_again(tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "home"
    folder.mkdir()
    for number in range(SCANS):
        facts = {"viz.surname": f"ALTERED {number}", "viz.issue_date": "2020-01-02"}
        (folder / f"{number}.jpg").write_text(json.dumps({"kind": "passport", "facts": facts}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    reads = home / "reads.log"

    def screened(*what: str) -> dict[str, object]:
        command = [sys.executable, "-m", "tests.flows.driver", "screen", *what, "--out", str(tmp_path / "out")]
        environment = kept | {"OVERSEAL_HOME": str(home)}
        done = subprocess.run([*command, "--exit-zero"], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        counts: dict[str, object] = json.loads((tmp_path / "out" / "run.json").read_text())
        return counts

    assert screened(str(folder))["read"] == SCANS
    before = reads.read_text()
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    _erase_one(store, home)
    store.close()
    for what in ((str(folder),), ("--rescreen", "changed")):
        counts = screened(*what)
        assert (counts["found"], counts["read"], counts["problems"]) == (SCANS, SCANS, {"erased": 1})
        assert reads.read_text() == before
        assert len((tmp_path / "out" / "screening" / "cases.jsonl").read_text().splitlines()) == SCANS - 1
