from __future__ import annotations

from pathlib import Path

import pytest

from flows.arrival import Inbox
from flows.new_scans import selection
from pipeline.intake.find import Input, find_files
from pipeline.settings import Intake
from pipeline.store.database import open_store
from tests.flows.test_arrival import KEY, Watched


@pytest.fixture(name="watched")
def _watched(tmp_path: Path) -> Watched:
    folder = tmp_path.resolve() / "inbox"
    folder.mkdir()
    return Watched(folder, open_store(f"sqlite:///{tmp_path / 'store.db'}"))


def selected(watched: Watched) -> list[str]:
    """Names of the files that a night would screen."""
    inbox = Inbox(KEY, watched.folder, (), 0.0, 1000)
    select = selection(watched.store, inbox, Intake(), everything=False)
    if select is None:
        return []
    found = select(list(find_files([watched.folder], Intake())))
    return [Path(one.name).name for one in found if isinstance(one, Input)]


def test_a_file_that_a_link_leads_to_is_one_file(watched: Watched) -> None:
    watched.put("a.jpg")
    (watched.folder / "b.jpg").symlink_to("a.jpg")
    assert watched.look().new == 1
    assert selected(watched) == ["a.jpg"]
    watched.screened()
    assert watched.look().waiting == 0
    assert selected(watched) == []
