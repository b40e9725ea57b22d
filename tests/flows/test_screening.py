"""A batch is judged document by document: one that cannot be judged costs no other."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from flows import screening
from flows.discovery import hash_file
from flows.screening import Screening, judge_batch, read_batch
from flows.workers import WorkerPool
from pipeline.bundles import Linked, facts_with_links
from pipeline.reference.policy import load_policies
from pipeline.settings import Settings
from pipeline.store.database import open_store
from pipeline.store.inputs import Input, add_inputs, originals
from pipeline.store.outcomes import Basis, known_outcomes, save_outcomes
from pipeline.store.pages import PageFolder
from pipeline.store.runs import cases_in_order, start_run
from pipeline.store.scans import save_reading
from pipeline.store.schema import outcomes, records
from pipeline.types.documents import DocumentRecord
from pipeline.types.findings import Light, Outcome, OutcomeKind
from pipeline.types.problems import ProblemKind
from pipeline.types.readings import FileReading
from tests.flows import fake_checks, fake_reader

BASIS = Basis("p", "", "2026-11-01", "c")


@pytest.fixture(name="run")
def _run(tmp_path: Path, store_url: str) -> Iterator[Screening]:
    """A run of three files that were read, each a bundle of its own."""
    store = open_store(store_url)
    pool = cast("WorkerPool", None)  # nothing is read here
    settings = Settings(home=tmp_path)
    law = load_policies(None)
    day = dt.date(2026, 11, 1)
    with store.write() as connection:
        start_run(connection, "r", "2026-11-01T00:00:00+00:00")
        for ordinal in range(3):
            data = json.dumps({"kind": "passport", "facts": {"viz.surname": f"NAME {ordinal}"}}).encode()
            reading = fake_reader.reading(data, f"b{ordinal}", lambda: None)
            assert reading.file_sha256 is not None
            save_reading(connection, reading.file_sha256, reading, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
            file = Input(ordinal, Path("x"), "x", f"b{ordinal}", reading.file_sha256, status="read")
            add_inputs(connection, "r", [file])
    yield Screening("r", settings, store, PageFolder(tmp_path), pool, day, law, fake_checks.CHECKS)
    store.close()


def _lights(run: Screening) -> list[Light]:
    with run.store.read() as connection:
        return [case.altered for case in cases_in_order(connection, "r", "screening")]


def test_a_record_that_cannot_be_read_back_costs_no_other(run: Screening) -> None:
    with run.store.write() as connection:
        one = connection.execute(sa.select(records.c.document_id)).scalars().first()
        connection.execute(sa.update(records).where(records.c.document_id == one).values(record='{"no": 1}'))
    tally = judge_batch(run, 0, 2)
    assert (tally.documents, tally.faults, tally.problems) == (3, 1, {str(ProblemKind.OURS): 1})
    assert sorted(_lights(run)) == [Light.CLEAR, Light.CLEAR, Light.GREY]


def test_a_link_that_fails_costs_no_other_and_nothing_of_it_is_kept(
    run: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(record: DocumentRecord, together: Sequence[DocumentRecord]) -> Linked:
        if record.bundle == "b1":
            raise KeyError("what was read")
        return facts_with_links(record, together)

    judge_batch(run, 0, 2)
    monkeypatch.setattr(screening, "facts_with_links", fail)
    tally = judge_batch(run, 0, 2)
    assert (tally.documents, tally.faults) == (3, 1)
    assert _lights(run)[1] is Light.GREY
    with run.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count(outcomes.c.document_id.distinct()))).scalar() == 2


def test_errors_and_what_cannot_be_read_back_are_asked_anew(run: Screening) -> None:
    answers = [
        Outcome("TST101", 1, OutcomeKind.CLEAR),
        Outcome("TST102", 1, OutcomeKind.ERROR, reason="KeyError"),
        Outcome("TST103", 1, OutcomeKind.CLEAR),
    ]
    with run.store.write() as connection:
        save_outcomes(connection, "d", BASIS, answers)
        connection.execute(sa.update(outcomes).where(outcomes.c.code == "TST103").values(outcome="{}"))
    with run.store.read() as connection:
        known = known_outcomes(connection, "d", BASIS, {"TST101": 1, "TST102": 1, "TST103": 1})
    assert known == {"TST101": answers[0]}


class _Pool:
    """Stands for the reading processes."""

    def read(self, path: Path, bundle: str) -> FileReading:
        return fake_reader.reading(path.read_bytes(), bundle, lambda: None)


def test_a_reading_that_cannot_be_kept_costs_no_other(run: Screening, tmp_path: Path) -> None:
    files = []
    for ordinal, behave in ((7, "unstorable"), (8, "")):
        path = tmp_path / str(ordinal)
        path.write_text(json.dumps({"kind": "visa", "facts": {"viz.surname": behave}, "behave": behave}))
        files.append(Input(ordinal, path, "x", f"b{ordinal}", hash_file(path, 1000)))
    with run.store.write() as connection:
        add_inputs(connection, "r", files)
    assert read_batch(dataclasses.replace(run, pool=cast("WorkerPool", _Pool())), 7, 8) == 2
    with run.store.read() as connection:
        ended = originals(connection, "r", (7, 8))
    assert [ended[ordinal].status for ordinal in (7, 8)] == ["unreadable", "read"]
    assert [problem.kind for problem in ended[7].problems] == [ProblemKind.OURS]
