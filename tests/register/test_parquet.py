from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipeline.register import pieces
from tests.register.folders import keys, loaded, problems, write

UTC = dt.UTC
MOMENT = dt.datetime(2024, 7, 1, 10, 12, tzinfo=UTC).replace(tzinfo=None)


def put(folder: Path, table: str, **columns: pl.Series | Sequence[object]) -> Path:
    folder.mkdir(exist_ok=True)
    pl.DataFrame(columns).write_parquet(folder / f"{table}.parquet")
    return folder


def test_text_is_typed_as_in_csv(tmp_path: Path) -> None:
    folder = put(tmp_path / "r", "permits", permit_number=["A", "B"], issued_at=["2024-03-05T10:12:00+01:00", "x"])
    register = loaded(folder)
    assert keys(register, "permits", "issued_at") == [dt.datetime(2024, 3, 5, 9, 12, tzinfo=UTC)]
    assert problems(register)[0][:3] == ("permits.parquet", 2, "issued_at")
    assert keys(register, "refused", "key") == ["B"]


def test_typed_columns_are_taken_as_they_are(tmp_path: Path) -> None:
    moments = pl.Series([MOMENT]).dt.replace_time_zone("Europe/Berlin")
    folder = put(tmp_path / "r", "permits", permit_number=[1001], birth_date=[dt.date(1990, 1, 2)], issued_at=moments)
    put(
        folder,
        "hours",
        office_id=["01"],
        weekday=pl.Series([0], dtype=pl.UInt8),
        opens=[dt.time(8)],
        closes=[dt.time(16)],
    )
    put(folder, "employers", employer_id=pl.Series(["E"], dtype=pl.Categorical), staff=[12.0])
    put(folder, "clinics", clinic_id=["C"], mobile=[True], capacity_per_hour=[2.5])
    put(folder, "medicals", medical_id=["M"], values=[{"pulse_bpm": 70}])
    dates: dict[str, Sequence[object]] = {"from": [MOMENT.replace(hour=0, minute=0)], "to": [dt.date(2024, 7, 2)]}
    put(folder, "leave", officer_id=["O"], **dates)
    register = loaded(folder)
    assert problems(register) == []
    assert keys(register, "permits", "permit_number") == ["1001"]
    assert keys(register, "permits", "birth_date") == [dt.date(1990, 1, 2)]
    assert keys(register, "permits", "issued_at") == [MOMENT.replace(hour=8, tzinfo=UTC)]
    assert keys(register, "permits", "issued_at_offset") == [120]
    assert keys(register, "hours", "opens") == [dt.time(8)]
    assert keys(register, "employers", "staff") == [12]
    assert (keys(register, "clinics", "mobile"), keys(register, "clinics", "capacity_per_hour")) == ([True], [2.5])
    assert keys(register, "medicals", "values") == ['{"pulse_bpm":70}']
    assert keys(register, "leave", "from") == [dt.date(2024, 7, 1)]


@pytest.mark.parametrize(
    ("table", "column", "values", "reason"),
    [
        (
            "permits",
            "issued_at",
            [MOMENT],
            "no offset from UTC; write it, or set register.timezone to the zone to assume",
        ),
        ("permits", "issued_at", [dt.date(2024, 7, 1)], "a date without time of day where an instant is needed"),
        ("permits", "birth_date", [MOMENT], "a time of day where a date alone is needed"),
        ("permits", "birth_date", [19900102], "not a date of the form YYYY-MM-DD"),
        ("employers", "staff", [12.5], "not a whole number"),
        ("employers", "staff", [-3], "a negative number"),
        ("employers", "staff", [True], "not a number"),
        ("fees", "amount", [float("nan")], "not a number"),
        ("clinics", "mobile", [2], "not one of true, false, yes, no, 1, 0"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    tmp_path: Path, table: str, column: str, values: list[object], reason: str
) -> None:
    key = {"permits": "permit_number", "employers": "employer_id", "fees": "receipt_number", "clinics": "clinic_id"}[
        table
    ]
    columns: dict[str, Sequence[object]] = {key: ["A", "B"], column: [*values, None]}
    register = loaded(put(tmp_path / "r", table, **columns))
    assert problems(register) == [(f"{table}.parquet", 1, column, reason)]
    assert keys(register, table, key) == ["B"]


def test_a_column_of_a_type_without_text_is_kept_out(tmp_path: Path) -> None:
    folder = put(tmp_path / "r", "permits", permit_number=["A"], surname=[["X", "Y"]], address=[b"\xff"])
    assert problems(loaded(folder)) == [
        ("permits.parquet", None, "surname", "of type List(String), kept out; write it as text"),
        ("permits.parquet", None, "address", "of type Binary, kept out; write it as text"),
    ]
    assert keys(loaded(folder), "permits", "permit_number") == ["A"]
    register = loaded(put(folder, "permits", permit_number=[b"A"]))
    assert [problem[3] for problem in problems(register)] == [
        "of type Binary, kept out; write it as text",
        "column permit_number, which every row needs, cannot be taken; the file was not loaded",
    ]


def test_a_file_that_is_damaged_costs_nothing_else(tmp_path: Path) -> None:
    folder = put(
        tmp_path / "r",
        "permits",
        permit_number=[f"WP-{n}" for n in range(1_000)],
        issued_at=["2024-03-05T10:12:00Z"] * 1_000,
    )
    write(folder, offices="office_id\n01\n")
    whole = (folder / "permits.parquet").read_bytes()
    for damaged in (
        b"",
        b"PAR1",
        b"not parquet",
        whole[:-20],
        whole[:200] + whole[400:],
        whole[:50] + b"\0" * 100 + whole[150:],
    ):
        (folder / "permits.parquet").write_bytes(damaged)
        register = loaded(folder)
        assert any(problem[0] == "permits.parquet" for problem in problems(register))
        assert keys(register, "offices", "office_id") == ["01"]


def test_rows_are_numbered_over_all_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_PARQUET_ROWS", 100)
    numbers = [f"WP-{n}" for n in range(1, 1_001)]
    register = loaded(
        put(
            tmp_path / "r",
            "permits",
            permit_number=numbers,
            birth_date=["x" if n == 567 else None for n in range(1, 1_001)],
        )
    )
    assert keys(register, "permits", "permit_number") == [number for number in numbers if number != "WP-567"]
    assert problems(register)[0][1] == 567
    assert keys(register, "permits", "row") == [n for n in range(1, 1_001) if n != 567]


def test_columns_are_renamed_and_no_rows_are_told(tmp_path: Path) -> None:
    folder = put(tmp_path / "r", "permits", No=["A"])
    register = loaded(folder, columns={"permits": {"permit_number": "no"}})
    assert keys(register, "permits", "permit_number") == ["A"]
    pl.DataFrame({"permit_number": []}, schema={"permit_number": pl.String}).write_parquet(folder / "permits.parquet")
    assert problems(loaded(folder)) == [("permits.parquet", None, "", "no rows below the header")]
