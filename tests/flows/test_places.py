"""Where a night reads and writes: not in one folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.night import plan_of
from pipeline.errors import UsageError
from pipeline.settings import Nightly, Settings

NOW = dt.datetime(2026, 11, 29, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", ["out", "move_to", "OVERSEAL_HOME"])
def test_an_inbox_that_we_write_into_is_refused(tmp_path: Path, name: str) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    link = tmp_path / "link"
    link.symlink_to(inbox)
    home = link if name == "OVERSEAL_HOME" else tmp_path / "home"
    settings = Settings(home=home, nightly=Nightly(move_to=link if name == "move_to" else None))
    places = {"inbox": str(inbox), "out": str(link if name == "out" else tmp_path / "out")}
    with pytest.raises(UsageError, match=f"the inbox and {name} are one folder"):
        plan_of(settings, places, NOW, "UTC")


def test_folders_beside_each_other_are_taken(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    plan = plan_of(settings, {"inbox": str(tmp_path / "in"), "out": str(tmp_path / "out")}, NOW, "UTC")
    assert plan.inbox == (tmp_path / "in").resolve()
