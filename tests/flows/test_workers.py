from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.workers import Read, Stopped, WorkerPool
from pipeline.errors import MissingDependency, OversealError
from pipeline.settings import Intake, Reading, Settings
from pipeline.types.problems import ProblemKind
from tests.flows import fake_reader

Write = Callable[[str, dict[str, object]], Path]


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, reading=Reading(file_timeout_seconds=1.0))


@pytest.fixture(name="pool")
def _pool(settings: Settings) -> Iterator[WorkerPool]:
    with WorkerPool(1, fake_reader.make_reader, settings) as pool:
        yield pool


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    def write(name: str, content: dict[str, object]) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(content))
        return path

    return write


def _readers(settings: Settings) -> list[str]:
    return (settings.home / "reads.log").read_text().split()


def test_one_process_reads_one_file_after_the_other(pool: WorkerPool, write: Write, settings: Settings) -> None:
    for number in range(3):
        path = write(f"{number}", {"kind": "passport", "facts": {"viz.surname": f"N{number}"}})
        reading = pool.read(path, "bundle")
        assert reading.status == "read"
        assert reading.records[0].bundle == "bundle"
    assert len(set(_readers(settings))) == 1
    assert str(os.getpid()) not in _readers(settings)


def test_a_file_that_hangs_or_kills_ends_as_a_problem_and_the_next_is_read(
    pool: WorkerPool, write: Write, settings: Settings
) -> None:
    hung = pool.read(write("hang", {"behave": "hang"}), "bundle")
    killed = pool.read(write("die", {"behave": "die"}), "bundle")
    failed = pool.read(write("raise", {"behave": "raise", "facts": {"viz.surname": "CANARY"}}), "bundle")
    good = pool.read(write("good", {"kind": "visa", "facts": {}}), "bundle")
    assert [reading.problems[0].kind for reading in (hung, killed, failed)] == [
        ProblemKind.TIMEOUT,
        ProblemKind.ENGINE,
        ProblemKind.OURS,
    ]
    assert {reading.status for reading in (hung, killed, failed)} == {"unreadable"}
    assert "CANARY" not in failed.problems[0].message
    assert good.status == "read"
    assert len(set(_readers(settings))) == 3


def test_an_answer_that_is_no_reading_ends_its_process_and_the_next_file_is_read(
    pool: WorkerPool, write: Write, settings: Settings
) -> None:
    rubbish = pool.read(write("garbage", {"behave": "garbage"}), "bundle")
    good = pool.read(write("good", {"kind": "visa", "facts": {}}), "bundle")
    assert [problem.kind for problem in rubbish.problems] == [ProblemKind.ENGINE]
    assert good.status == "read"
    assert len(set(_readers(settings))) == 2


def test_a_file_has_as_long_as_its_pages_need(pool: WorkerPool, write: Write, settings: Settings) -> None:
    pages = {"pages": 8, "seconds": 0.2}
    assert pages["pages"] * pages["seconds"] > settings.reading.file_timeout_seconds
    slow = pool.read(write("slow", {"kind": "visa", "facts": {}, **pages}), "bundle")
    stuck = pool.read(write("stuck", {"behave": "hang", "pages": 2, "seconds": 0}), "bundle")
    assert slow.status == "read"
    assert [problem.kind for problem in stuck.problems] == [ProblemKind.TIMEOUT]


def test_a_file_may_not_report_more_pages_than_are_taken_in(write: Write, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, intake=Intake(max_pages=3))
    with WorkerPool(1, fake_reader.make_reader, settings) as pool:
        whole = pool.read(write("whole", {"kind": "visa", "facts": {}, "pages": 3, "seconds": 0}), "bundle")
        endless = pool.read(write("endless", {"kind": "visa", "facts": {}, "pages": 4, "seconds": 0}), "bundle")
    assert whole.status == "read"
    assert [problem.kind for problem in endless.problems] == [ProblemKind.TIMEOUT]


def test_a_process_that_cannot_start_ends_the_run(settings: Settings, tmp_path: Path) -> None:
    with (
        WorkerPool(1, fake_reader.broken_reader, settings) as pool,
        pytest.raises(OversealError, match="no engine"),
    ):
        pool.read(tmp_path / "x", "bundle")


def test_a_process_that_never_started_ends_no_other(settings: Settings, tmp_path: Path) -> None:
    def unnamed(settings: Settings) -> Read:
        raise AssertionError("spawn cannot name a function within another")

    with WorkerPool(1, unnamed, settings) as pool, pytest.raises(AttributeError):
        pool.read(tmp_path / "x", "bundle")


def test_a_library_or_package_that_is_missing_is_named_with_its_cure(
    pool: WorkerPool, settings: Settings, write: Write
) -> None:
    file = write("file", {"behave": "import"})
    with (
        WorkerPool(1, fake_reader.reader_without_library, settings) as broken,
        pytest.raises(MissingDependency, match=r"libGL\.so\.1 is missing; install it with: apt-get install libgl1"),
    ):
        broken.read(file, "bundle")
    with pytest.raises(MissingDependency, match="package pytesseract"):
        pool.read(file, "bundle")


def test_stopping_ends_a_file_under_way(write: Write, tmp_path: Path) -> None:
    pool = WorkerPool(1, fake_reader.make_reader, Settings(home=tmp_path))
    pool.read(write("good", {"kind": "visa", "facts": {}}), "bundle")
    hanging = write("hang", {"behave": "hang"})
    caught: list[BaseException] = []

    def read() -> None:
        try:
            pool.read(hanging, "bundle")
        except Stopped as error:
            caught.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while len(_readers(Settings(home=tmp_path))) < 2:
        thread.join(0.01)
    pool.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert len(caught) == 1
    with pytest.raises(Stopped):
        pool.read(hanging, "bundle")
