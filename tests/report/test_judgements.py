from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.report.judgements import evidence_hash, read_judgements
from pipeline.types.findings import Strength, Verdict
from tests.report.made_up import finding, reading, row

HEADER = "document_id,code,verdict,because,judged_by,judged_at"


def file_with(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "judged.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def test_good_rows_become_judgements(tmp_path: Path) -> None:
    path = file_with(
        tmp_path,
        "d-1,MRZ101,confirmed,,A. Auditor,2026-04-01",
        'd-2,XZN101,Benign,"renewed, seen the old one",A. Auditor,2026-04-01T10:00:00+02:00',
        "",
        "d-3,XZN101,cannot tell,,B. Auditor,2026-04-01T10:00:00Z",
    )
    good, bad = read_judgements(path)
    assert bad == []
    assert [one.verdict for one in good] == [Verdict.CONFIRMED, Verdict.BENIGN, Verdict.CANNOT_TELL]
    assert good[1].because == "renewed, seen the old one"
    assert good[0].evidence_hash == ""


@pytest.mark.parametrize(
    ("row_text", "column"),
    [
        ("d-1,MRZ101,benign,,A,2026-04-01", "because"),
        ("d-1,MRZ101,confirmed,,,2026-04-01", "judged_by"),
        (",MRZ101,confirmed,,A,2026-04-01", "document_id"),
        ("d-1,,confirmed,,A,2026-04-01", "code"),
        ("d-1,MRZ101,guilty,,A,2026-04-01", "verdict"),
        ("d-1,MRZ101,confirmed,,A,yesterday", "judged_at"),
        ("d-1,MRZ101,confirmed,,A,2026-04-01T10:00:00", "judged_at"),
        ("d-1,MRZ101,confirmed", ""),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_loses_no_other(tmp_path: Path, row_text: str, column: str) -> None:
    good, bad = read_judgements(file_with(tmp_path, row_text, "d-9,MRZ101,confirmed,,A,2026-04-01"))
    assert [one.document_id for one in good] == ["d-9"]
    assert [(one.file, one.row, one.column) for one in bad] == [("judged.csv", 2, column)]
    assert bad[0].reason


def test_semicolons_byte_order_mark_and_the_hash_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    head = HEADER.replace(",", ";") + ";evidence_hash"
    path.write_text(f"{head}\nd-1;MRZ101;confirmed;;A;2026-04-01;{'AB' * 32}\n", encoding="utf-8-sig")
    good, bad = read_judgements(path)
    assert not bad
    assert good[0].evidence_hash == "ab" * 32


@pytest.mark.parametrize("header", ["", "document_id,code", HEADER + ",mood", HEADER + ",code"])
def test_a_wrong_header_is_a_usage_error(tmp_path: Path, header: str) -> None:
    with pytest.raises(UsageError, match="columns"):
        read_judgements(file_with(tmp_path, header=header))


def test_a_file_that_is_no_text_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"judged\.csv"):
        read_judgements(path)
    with pytest.raises(UsageError):
        read_judgements(tmp_path / "absent.csv")


@given(st.text(max_size=200))
def test_any_text_is_judged_row_by_row(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("judged") / "judged.csv"
    path.write_bytes((HEADER + "\n" + text).encode("utf-8", "replace"))
    good, bad = read_judgements(path)
    assert not good
    assert all(one.row >= 2 and one.reason for one in bad)


def test_the_hash_follows_the_readings_and_nothing_else() -> None:
    first = finding(reading("A"), row())
    scans = ("aa" * 32, "bb" * 32)
    same = evidence_hash(first, scans)
    assert len(same) == 64
    assert evidence_hash(finding(row(), reading("A"), title="other words"), scans[::-1]) == same
    assert evidence_hash(replace(first, version=9, strength=Strength.WEAK), scans) == same
    assert evidence_hash(finding(reading("B"), row()), scans) != same
    assert evidence_hash(replace(first, code="XZN103"), scans) != same
    assert evidence_hash(first, scans[:1]) != same
