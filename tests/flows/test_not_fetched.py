"""What an inbox elsewhere kept, by name."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from flows import not_fetched
from flows.fetching import Fetching
from flows.not_fetched import name_not_fetched


def _rows(folder: Path) -> list[list[str]]:
    with (folder / "not_fetched.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_names_of_a_server_are_shown_and_never_computed(tmp_path: Path) -> None:
    night = tmp_path / "night"
    fetching = Fetching()
    fetching.leave("failed", "=HYPERLINK(1).jpg")
    fetching.leave("unfit", "../a\0b\n\x1b[2J\udcff.jpg")
    fetching.leave("unfit", "half \ud800.jpg")
    fetching.leave("too_large", "")
    name_not_fetched(fetching, night)
    assert _rows(night) == [
        ["reason", "file"],
        ["failed", "'=HYPERLINK(1).jpg"],
        ["unfit", "../a\ufffdb / \ufffd[2J\\xff.jpg"],
        ["unfit", "half \\ud800.jpg"],
        ["too_large", ""],
    ]
    assert (fetching.failed, fetching.unfit, fetching.too_large) == (1, 2, 1)
    assert stat.S_IMODE((night / "not_fetched.csv").stat().st_mode) == 0o600
    assert [path.name for path in night.iterdir()] == ["not_fetched.csv"]


def test_of_very_many_it_is_told_how_many_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(not_fetched, "_MOST", 2)
    fetching = Fetching()
    for number in range(5):
        fetching.leave("failed", f"{number}.jpg")
    assert len(fetching.names.rows) == 2
    name_not_fetched(fetching, tmp_path)
    assert _rows(tmp_path)[1:] == [["failed", "0.jpg"], ["failed", "1.jpg"], ["", "and 3 more"]]


@pytest.mark.parametrize("fetching", [None, Fetching(listed=1, fetched=1)])
def test_where_nothing_was_left_there_is_no_file(tmp_path: Path, fetching: Fetching | None) -> None:
    night = tmp_path / "night"
    name_not_fetched(fetching, night)
    assert not night.exists()
    night.mkdir()
    # Of an earlier attempt at the same night.
    (night / "not_fetched.csv").write_text("old")
    name_not_fetched(fetching, night)
    assert list(night.iterdir()) == []
