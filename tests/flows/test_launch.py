"""What goes wrong around a run: its end cannot be written, its orchestrator is silent, its settings name nothing."""

from __future__ import annotations

import datetime as dt
import errno
import os
from pathlib import Path

import pytest
from sqlalchemy import Connection

from flows import launch, orchestrator
from flows.launch import Request, check_out, noted_run, screen_folder
from pipeline.errors import StoreError, UsageError
from pipeline.settings import Settings
from pipeline.store.database import open_store
from pipeline.store.runs import end_run, running


def test_a_run_whose_end_could_not_be_written_is_ended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")

    def refuse(connection: Connection, *_: object) -> None:
        raise StoreError("locked")

    monkeypatch.setattr(launch, "end_run", refuse)
    with pytest.raises(KeyboardInterrupt), noted_run(store, tmp_path):
        raise KeyboardInterrupt
    monkeypatch.setattr(launch, "end_run", end_run)
    with noted_run(store, tmp_path) as run_id, store.read() as connection:
        assert running(connection) == [run_id]
    assert list((tmp_path / "runs").iterdir()) == []
    store.close()


def test_a_log_that_could_not_be_emptied_keeps_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")

    def refuse() -> None:
        raise StoreError("locked")

    monkeypatch.setattr(store, "empty_log", refuse)
    with pytest.raises(KeyboardInterrupt), noted_run(store, tmp_path):
        raise KeyboardInterrupt
    assert list((tmp_path / "runs").iterdir()) == []
    store.close()


class _Process:
    def poll(self) -> None:
        return None


def test_an_orchestrator_that_does_not_answer_at_the_end_costs_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    server = orchestrator.LocalServer.__new__(orchestrator.LocalServer)
    answers: list[object] = [OSError("reset"), 1, 2]

    def ask(*_: object) -> object:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(server, "ask", ask)
    monkeypatch.setattr(server, "_process", _Process(), raising=False)
    monkeypatch.setattr(orchestrator, "_POLL_SECONDS", 0.0)
    assert server.drain("run", 2)


@pytest.mark.parametrize(
    ("limits", "told"),
    [({"XXX999": {"legible": 0.5}}, "no such check"), ({"QLT101": {"legible": 0.5}}, "no such threshold")],
)
def test_a_threshold_that_no_check_has_is_refused(
    tmp_path: Path, limits: dict[str, dict[str, float]], told: str
) -> None:
    settings = Settings(home=tmp_path / "home", checks=limits)
    with pytest.raises(UsageError, match=told):
        screen_folder(Request([tmp_path], tmp_path / "out", settings, dt.date(2026, 11, 1)))


@pytest.mark.parametrize("out", ["there", "there/not/yet"])
def test_a_folder_for_reports_that_cannot_be_written_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    (tmp_path / "there").mkdir()
    access = os.access

    def read_only(place: Path, mode: int) -> bool:
        return access(place, mode) and not (place == tmp_path / "there" and mode & os.W_OK)

    monkeypatch.setattr(os, "access", read_only)
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(UsageError, match="cannot be written"):
        screen_folder(Request([tmp_path], tmp_path / out, settings, dt.date(2026, 11, 1), own_server=False))
    assert not settings.home.exists()
    check_out(tmp_path / "elsewhere" / "new")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="names a file"):
        check_out(tmp_path / "file")


def test_a_folder_for_reports_below_one_that_may_not_be_entered_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat

    def closed(place: str | Path, **named: bool) -> os.stat_result:
        if "closed" in Path(place).parent.parts:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return stat(place, **named)

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(os, "stat", closed)
    for out in ("closed/out", "closed/not/yet"):
        with pytest.raises(UsageError, match="cannot be reached"):
            check_out(tmp_path / out)
