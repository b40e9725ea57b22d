from __future__ import annotations

from pathlib import Path

import pytest

from flows import remote_reading, runners
from flows.remote_reading import Job, read_on_worker
from flows.runners import check_dask, mark, reading_hash
from pipeline import READING_VERSION, __version__
from pipeline.errors import ExitCode, MissingDependency, UsageError
from pipeline.settings import Intake, Run, Settings
from tests.flows import fake_reader


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "DASK_PACKAGE", "json")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_a_scheduler_of_this_machine_needs_no_encryption(address: str) -> None:
    check_dask(Run(runner="dask", dask_address=address))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "set .run. dask_address"),
        ("127.0.0.1:8786", "tls://HOST:PORT expected"),
        ("http://127.0.0.1:8786", "tls://HOST:PORT expected"),
        ("tcp://192.0.2.7:8786", "tls:// only"),
        ("tcp://localhost.example:8786", "tls:// only"),
        ("tls://192.0.2.7:8786", "dask_ca"),
    ],
)
def test_a_scheduler_that_anybody_could_listen_to_is_refused(address: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_dask(Run(runner="dask", dask_address=address))


def test_an_encrypted_one_is_taken_with_its_certificates(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    run = Run(runner="dask", dask_address="tls://h:1", dask_ca=file, dask_certificate=file, dask_key=file)
    check_dask(run)


def test_without_its_package_the_command_that_brings_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "DASK_PACKAGE", "no_such_package")
    with pytest.raises(MissingDependency, match="pip install distributed==") as caught:
        check_dask(Run(runner="dask", dask_address="tcp://127.0.0.1:1"))
    assert caught.value.exit_code is ExitCode.MISSING


def test_settings_that_change_readings_change_their_hash(tmp_path: Path) -> None:
    labels = tmp_path / "labels.toml"
    labels.write_text("a = 1")
    settings = Settings(home=tmp_path, labels=(labels,))
    before = reading_hash(settings)
    assert reading_hash(Settings(home=tmp_path / "elsewhere", labels=(labels,), run=Run(workers=3))) == before
    assert reading_hash(Settings(home=tmp_path, labels=(labels,), intake=Intake(max_pages=3))) != before
    labels.write_text("a = 2")
    assert reading_hash(settings) != before


def _job(**other: object) -> Job:
    known: dict[str, object] = {
        "run_id": "r",
        "first": 0,
        "last": 9,
        "reading_version": READING_VERSION,
        "version": __version__,
        "reading_hash": reading_hash(Settings()),
        "reader": fake_reader.make_reader,
    }
    return Job(**(known | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "marked", "said"),
    [
        ({"reading_version": READING_VERSION + 1}, True, "install"),
        ({"version": "9.9"}, True, "install 9.9"),
        ({"reading_hash": "x"}, True, "other settings"),
        ({}, False, "page images"),
        ({}, True, "another store"),
    ],
)
def test_a_worker_that_would_read_otherwise_or_elsewhere_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, object], *, marked: bool, said: str
) -> None:
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path))
    shown = mark(tmp_path, "r")
    if marked:
        shown.parent.mkdir()
        shown.touch()
    landed = read_on_worker(_job(**other))
    assert landed.fault is not None
    with pytest.raises(UsageError, match=said):
        raise landed.fault.error()
    assert not remote_reading._HELD


def test_what_nobody_expected_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(job: Job) -> None:
        raise KeyError("a name")

    monkeypatch.setattr(remote_reading, "_held", fail)
    landed = read_on_worker(_job())
    assert landed.fault is not None
    assert "a name" not in repr(landed)
    assert "KeyError" in landed.fault.message
