from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.register.folder import hash_of, look_into
from tests.register.folders import keys, loaded, problems, write

OFFICES = "office_id\n01\n"


def test_what_is_no_file_of_a_register_is_told_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES, calendar="office_id,date\n", permit="")
    (folder / "notes.txt").write_text("")
    (folder / "fees.xlsx").write_text("")
    (folder / ".DS_Store").write_text("")
    (folder / "earlier").mkdir()
    register = loaded(folder)
    assert [problem[0] for problem in problems(register)] == [
        "calendar.csv",
        "earlier",
        "fees.xlsx",
        "notes.txt",
        "permit.csv",
    ]
    assert {problem[3] for problem in problems(register)} == {"no file of a register; it was not looked into"}
    assert register.rows == {"offices": 1}


def test_capitals_in_a_name_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "OFFICES.CSV").write_text(OFFICES)
    assert [file.table.name for file in look_into(tmp_path).files] == ["offices"]


def test_links_stay_within_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    (tmp_path / "fees.csv").write_text("receipt_number\nR\n")
    (folder / "fees.csv").symlink_to(tmp_path / "fees.csv")
    (folder / "hours.csv").symlink_to("nowhere.csv")
    (folder / "stations.csv").symlink_to("data.bin")
    (folder / "data.bin").write_text("station_id\nS\n")
    (folder / "voids.csv").mkdir()
    os.mkfifo(folder / "leave.csv")
    register = loaded(folder)
    assert [problem[::3] for problem in problems(register)] == [
        ("data.bin", "no file of a register; it was not looked into"),
        ("fees.csv", "a link to outside the folder"),
        ("hours.csv", "a link that leads nowhere"),
        ("leave.csv", "not a file"),
        ("voids.csv", "not a file"),
    ]
    assert register.rows == {"offices": 1, "stations": 1}


def test_a_table_that_comes_twice_is_not_loaded(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES, fees="receipt_number\nR\n")
    (folder / "fees.parquet").write_bytes(b"")
    register = loaded(folder)
    reason = "there are fees.csv and fees.parquet; which one holds cannot be told, so none was loaded"
    assert problems(register) == [("fees.csv", None, "", reason), ("fees.parquet", None, "", reason)]
    assert keys(register, "offices", "office_id") == ["01"]
    assert "fees" not in register.rows


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES, fees="receipt_number\nR\n")
    (folder / "fees.csv").chmod(0)
    assert problems(loaded(folder)) == [("fees.csv", None, "", "cannot be read: Permission denied")]


def test_the_hash_follows_names_bytes_and_further_words(tmp_path: Path) -> None:
    def hashed(*further: str, **files: str) -> str:
        return hash_of(look_into(write(tmp_path / str(len(seen)), **files)).files, *further)

    seen: list[str] = []
    for further, files in (
        ((), {"fees": "receipt_number\nR\n"}),
        ((), {"fees": "receipt_number\nS\n"}),
        ((), {"clinics": "receipt_number\nR\n"}),
        (("x",), {"fees": "receipt_number\nR\n"}),
        (("x", "y"), {"fees": "receipt_number\nR\n"}),
        (("xy",), {"fees": "receipt_number\nR\n"}),
    ):
        seen.append(hashed(*further, **files))
    assert len(set(seen)) == len(seen)
    assert hashed(fees="receipt_number\nR\n") == seen[0]


def test_a_name_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", offices=OFFICES)
    (folder / os.fsdecode(b"p\xe9rmits.csv")).write_text("")
    assert problems(loaded(folder)) == [("p\\xe9rmits.csv", None, "", "no file of a register; it was not looked into")]
