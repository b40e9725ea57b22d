"""What is planted is found, however it is written."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.canaries import found

WORD = "Xcanäry QZX"


@pytest.mark.parametrize(
    "written",
    [
        WORD.encode(),
        WORD.upper().encode(),
        WORD.encode("utf-16-le"),
        json.dumps(WORD).encode(),
        quote(WORD).encode(),
        WORD.encode().hex().encode(),
        gzip.compress(WORD.encode()),
        *(base64.b64encode(b"." * shift + WORD.encode() + b"..") for shift in range(3)),
    ],
)
def test_a_word_is_found_in_contents(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "some").write_bytes(b"before" + written if written[:2] != b"\x1f\x8b" else written)
    (tmp_path / "a" / "other").write_bytes(b"XCANARYQZX")
    assert found(tmp_path, [WORD]) == ["a/b/some"]
    assert found(tmp_path, ["ANOTHER"]) == []


def test_a_word_is_found_in_names_and_in_a_row_that_was_deleted(tmp_path: Path) -> None:
    (tmp_path / "of XCANARYX").mkdir()
    (tmp_path / "link").symlink_to("xcanaryx/elsewhere")
    connection = sqlite3.connect(tmp_path / "rows.db")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("CREATE TABLE rows (name TEXT)")
    connection.execute("INSERT INTO rows VALUES ('XCANARYX')")
    connection.commit()
    connection.execute("DELETE FROM rows")
    connection.commit()
    connection.close()
    assert found(tmp_path, ["XCANARYX"]) == ["link", "name of of XCANARYX", "rows.db"]
    assert found(tmp_path / "rows.db", ["XCANARYX"]) == ["."]


def test_short_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="six"):
        found(tmp_path, ["AB"])
