from __future__ import annotations

import fcntl
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.cli import main
from flows.turns import turn
from pipeline.errors import ExitCode
from pipeline.store.database import open_store
from pipeline.store.pages import PageFolder
from pipeline.store.runs import start_run
from pipeline.store.schema import scans
from tests.store.filled import put


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a store of one scan, and its backup beside it."""
    home = tmp_path / "home"
    monkeypatch.setenv("OVERSEAL_HOME", str(home))
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    put(store, home, "x", "flagged")
    store.close()
    assert main(["backup", str(tmp_path / "backup")]) == ExitCode.NOTHING_FLAGGED
    return home


def _scans(home: Path) -> int:
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    with store.read() as connection:
        count: int = connection.execute(sa.select(sa.func.count()).select_from(scans)).scalar_one()
    store.close()
    return count


def test_a_data_folder_that_was_lost_comes_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "again")]) == ExitCode.NOTHING_FLAGGED
    said = capsys.readouterr().out
    assert "1 scans, 0 judgements, 1 page images" in said
    assert "CANARY" not in said
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path / "new"))
    assert main(["restore", str(tmp_path / "backup")]) == ExitCode.NOTHING_FLAGGED
    assert "1 scans, 0 judgements, 1 page images" in capsys.readouterr().out
    assert _scans(tmp_path / "new") == 1
    assert list(PageFolder(tmp_path / "new").names()) == list(PageFolder(home).names())


def test_runs_since_then_are_lost_only_on_request(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    put(store, home, "y", "clear")
    store.close()
    assert main(["restore", str(tmp_path / "backup")]) == ExitCode.STORE
    assert "--replace" in capsys.readouterr().err
    assert _scans(home) == 2
    assert main(["restore", str(tmp_path / "backup"), "--replace"]) == ExitCode.NOTHING_FLAGGED
    assert _scans(home) == 1


@pytest.mark.parametrize("replace", [[], ["--replace"]])
def test_nothing_is_restored_while_a_run_is_going_on(
    home: Path, tmp_path: Path, replace: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    with store.write() as connection:
        start_run(connection, "r", "2026-11-01T00:00:00+00:00")
    store.close()
    assert main(["backup", str(tmp_path / "other")]) == ExitCode.NOTHING_FLAGGED
    (home / "runs").mkdir(exist_ok=True)
    with (home / "runs" / "r").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["restore", str(tmp_path / "other"), *replace]) == ExitCode.STORE
        assert "a run is going on" in capsys.readouterr().err
    # The process that held it has ended.
    assert main(["restore", str(tmp_path / "other")]) == ExitCode.NOTHING_FLAGGED


def test_nothing_is_restored_while_a_night_is_going_on(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where it is not screening: what it notes would be of a store that is gone."""
    with (
        closing(open_store(f"sqlite:///{home / 'overseal.db'}")) as store,
        turn(store, home, "inbox", "2026-01-01T01:00:00+00:00", 60.0) as night,
    ):
        assert main(["restore", str(tmp_path / "backup"), "--replace"]) == ExitCode.STORE
        assert "a night is going on" in capsys.readouterr().err
        with store.write() as connection:
            night.hold(connection)
    assert main(["restore", str(tmp_path / "backup"), "--replace"]) == ExitCode.NOTHING_FLAGGED


def test_a_run_of_another_machine_is_asked_about(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(f"sqlite:///{home / 'overseal.db'}")
    with store.write() as connection:
        start_run(connection, "r", "2026-11-01T00:00:00+00:00")
    store.close()
    assert main(["restore", str(tmp_path / "backup")]) == ExitCode.STORE
    assert "another machine" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "backup"), "--replace"]) == ExitCode.NOTHING_FLAGGED


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["backup", "{there}"], ExitCode.USAGE),
        (["backup", "{new}", "--store", "sqlite:///{nowhere}"], ExitCode.STORE),
        (["restore", "{nowhere}"], ExitCode.USAGE),
        (["restore", "{broken}"], ExitCode.STORE),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(
    home: Path, tmp_path: Path, arguments: list[str], code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken").write_bytes((tmp_path / "backup").read_bytes()[:-1])
    places = {name: str(tmp_path / name) for name in ("new", "nowhere", "broken")}
    assert main([word.format(there=tmp_path / "backup", **places) for word in arguments]) == code
    assert capsys.readouterr().err.startswith("overseal: ")
    assert not (tmp_path / "nowhere").exists()
