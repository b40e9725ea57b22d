from __future__ import annotations

from pathlib import Path

from pipeline.store.pages import PageFolder
from pipeline.types.readings import PageImage


def test_a_page_comes_back_and_says_nothing_by_its_name(tmp_path: Path) -> None:
    pages = PageFolder(tmp_path)
    pages.save(PageImage("document", 0, b"first"))
    pages.save(PageImage("document", 0, b"second"))
    assert pages.load("document", 0) == b"second"
    assert pages.load("document", 1) is None
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert "document" not in str(files[0].relative_to(tmp_path))
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in tmp_path.rglob("*") if folder.is_dir()} == {0o700}


def test_a_hostile_id_stays_within_the_folder(tmp_path: Path) -> None:
    PageFolder(tmp_path / "home").save(PageImage("../../x", 0, b"y"))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
