"""Nights that fail wherever it may be, over an empty inbox: each is told once, and noted where that is possible."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows import night, turns
from flows.night import plan_of, run_night
from flows.turns import NotMyTurn
from pipeline.errors import OversealError, StoreError
from pipeline.settings import Settings
from pipeline.store.database import Store, open_store
from pipeline.store.nights import COUNTS, Night, note_counts, recent
from tests.flows.nights import alerts, hook

_DUE = dt.datetime(2025, 10, 1, 2, tzinfo=dt.UTC)


@dataclass
class Empty:
    """An empty inbox."""

    root: Path

    def work(self) -> None:
        nightly = {"settle_seconds": 0, "alert": hook(self.root / "said")}
        told = {"home": self.root / "home", "nightly": nightly, "retention": {"reports": 0}}
        settings = Settings.model_validate(told)
        run_night(plan_of(settings, {"inbox": str(self.root / "inbox"), "out": str(self.root / "out")}, _DUE, "UTC"))

    def messages(self) -> list[str]:
        said = alerts(self.root / "said")
        assert {one["alert"] for one in said} <= {"failure"}
        return [one["message"] for one in said]

    def noted(self) -> list[Night]:
        with (
            closing(open_store(f"sqlite:///{self.root / 'home' / 'overseal.db'}")) as store,
            store.read() as connection,
        ):
            return recent(connection, 99)


@pytest.fixture(name="empty")
def _empty(tmp_path: Path) -> Empty:
    (tmp_path / "inbox").mkdir()
    return Empty(tmp_path)


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left", "/inbox/A. PERSON.jpg")


def _locked(*_: object, **__: object) -> None:
    raise StoreError("locked")


@pytest.mark.parametrize(
    ("name", "fail", "kind", "word"),
    [("_own_id", _full, OSError, "system"), ("begin_night", _locked, StoreError, "store")],
)
def test_a_night_that_cannot_take_its_turn_is_told(
    empty: Empty,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fail: object,
    kind: type[Exception],
    word: str,
) -> None:
    monkeypatch.setattr(turns, name, fail)
    with pytest.raises(kind):
        empty.work()
    assert empty.messages() == [f"the night could not begin: {word}"]
    assert empty.noted() == []


def test_a_data_folder_that_cannot_be_made_is_told(empty: Empty) -> None:
    (empty.root / "home").touch()
    with pytest.raises(OSError, match="exists"):
        empty.work()
    assert empty.messages() == ["the night could not begin: system"]


@pytest.mark.parametrize("name", ["run_reported_in", "look", "recent", "_summary", "_write", "end_night"])
def test_a_night_that_fails_anywhere_is_noted_and_told_once(
    empty: Empty, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real = getattr(night, name)
    left = iter([_locked])

    def fail_once(*given: object, **named: object) -> object:
        return next(left, real)(*given, **named)

    monkeypatch.setattr(night, name, fail_once)
    with pytest.raises(StoreError):
        empty.work()
    assert empty.messages() == ["the night failed: store"]
    assert [(one.state, one.failure) for one in empty.noted()] == [("failed", "store")]
    # It is made up for.
    empty.work()
    assert sorted(one.state for one in empty.noted()) == ["failed", "finished"]


def test_a_night_that_has_nothing_to_do_is_no_failure(empty: Empty) -> None:
    empty.work()
    with pytest.raises(NotMyTurn):
        empty.work()
    assert empty.messages() == []


def test_a_night_is_finished_though_its_metrics_cannot_be_read(empty: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night, "_write_metrics", _locked)
    empty.work()
    assert empty.messages() == []
    assert [one.state for one in empty.noted()] == ["finished"]


def test_what_was_screened_counts_however_the_night_ends(empty: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = dict(zip(COUNTS, (5, 4, 0, 1, 0), strict=True))
    inner = night._work

    def screened(plan: night.Plan, store: Store, mine: turns.Turn) -> object:
        with store.write() as connection:
            note_counts(connection, mine.night.night_id, counts)
        inner(plan, store, mine)
        raise OversealError("the audit failed")

    monkeypatch.setattr(night, "_work", screened)
    with pytest.raises(OversealError):
        empty.work()
    (failed,) = empty.noted()
    assert failed.state == "failed"
    assert {name: getattr(failed, name) for name in COUNTS} == counts


_SERVED = """
import datetime as dt, sys
from flows import nightly
nightly._night(dt.datetime(2025, 10, 1, 2, tzinfo=dt.UTC))
"""


@pytest.mark.parametrize(
    ("edited", "word"),
    [
        ('inbox = "sftp://user:password@host/scans"', "settings"),
        ('inbox = "s3://bucket/scans"\nmove_to = "/srv/done"', "settings"),
        ('out = "reports"', "settings"),
    ],
)
def test_settings_that_were_edited_into_what_cannot_be_used_are_told(tmp_path: Path, edited: str, word: str) -> None:
    said = tmp_path / "said"
    (tmp_path / "overseal.toml").write_text(f"[nightly]\nalert = {json.dumps(hook(said))}\n{edited}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    environment = kept | {"OVERSEAL_HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect")}
    done = subprocess.run([sys.executable, "-c", _SERVED], capture_output=True, text=True, check=False, env=environment)
    assert "UsageError" in done.stderr
    assert [one["message"] for one in alerts(said)] == [f"the night could not begin: {word}"]
