from __future__ import annotations

import codecs
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import NothingToRead, UsageError
from pipeline.reference.register_tables import TABLES
from pipeline.register.kinds import EMPTY
from pipeline.register.pieces import pieces
from pipeline.register.unique import REPEATED
from tests.register.folders import keys, loaded, problems, write

PERMITS = "permit_number,office_id,surname,issued_at\n"
ONE = "WP-1,01,ERIKSSON,2024-03-05T10:12:00+01:00\n"
TWO = "WP-2,02,O'BRIEN,2024-03-06T10:12:00Z\n"


def test_tables_are_typed_and_those_not_delivered_are_empty(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", permits=PERMITS + ONE + TWO, snapshot="as_of,source\n2024-06-01T00:00:00Z,\n")
    register = loaded(folder)
    assert set(register.tables) == set(TABLES)
    for name, table in TABLES.items():
        assert dict(register.tables[name].collect_schema()) == table.schema
        assert dict(register.tables[name].collect().schema) == table.schema
    assert keys(register, "permits", "permit_number") == ["WP-1", "WP-2"]
    assert keys(register, "permits", "row") == [1, 2]
    assert keys(register, "permits", "issued_at_offset") == [60, 0]
    assert register.rows == {"permits": 2, "snapshot": 1}
    assert register.refused == {"permits": 0, "snapshot": 0}
    assert register.as_of == dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    assert problems(register) == []


def test_delivered_is_what_has_a_value(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "register", permits=PERMITS + "WP-1,,,\n", fees="receipt_number,amount\n", offices="office_id\n01\n"
    )
    assert loaded(folder).delivered == {"permits", "permits.permit_number", "offices", "offices.office_id"}


def test_a_refused_row_is_told_everywhere_and_the_others_load(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", permits=PERMITS + ONE + "WP-9,01,X,2024-02-30T10:12:00Z\n" + TWO)
    register = loaded(folder)
    reason = "no such day in the calendar"
    assert keys(register, "permits", "row") == [1, 3]
    assert (register.rows, register.refused) == ({"permits": 2}, {"permits": 1})
    assert problems(register) == [("permits.csv", 2, "issued_at", reason)]
    refused = register.tables["refused"].collect()
    assert refused.rows() == [(1, "permits", "WP-9", 2, "issued_at", reason)]
    assert {"refused", "refused.key"} <= register.delivered


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("WP-9,01\n", [(2, "", "2 fields where the header has 4")]),
        ("WP-9,01,X,,\n", [(2, "", "5 fields where the header has 4")]),
        ('WP-9,01,"X,\n', [(2, "surname", "a quote that is never closed")]),
        ('WP-9,01,"X"Y,\n', [(2, "surname", "text after the closing quote")]),
        ("WP-9,01,X\0,\n", [(2, "surname", "a NUL character")]),
        (",01,X,\n", [(2, "permit_number", EMPTY)]),
        ("WP-9,01,X,yesterday\n", [(2, "issued_at", "not an instant of the form YYYY-MM-DDTHH:MM:SS+HH:MM")]),
        ("WP-9,01,X,2024-03-05\n", [(2, "issued_at", "a date without time of day where an instant is needed")]),
        (
            "WP-9,01," + "X" * 2_000_000 + ",\n",
            [(2, "", "the row is longer than 1,000,000 bytes (register.max_row_bytes)")],
        ),
        ("WP-9,01," + "X" * 200_000 + ",\n", [(2, "surname", "longer than 100,000 bytes")]),
        (b"WP-9,01,M\xfcller,\n".decode("latin-1"), []),
    ],
)
def test_every_bad_row_has_its_reason_and_the_rest_loads(
    tmp_path: Path, bad: str, told: list[tuple[int, str, str]]
) -> None:
    register = loaded(write(tmp_path / "register", permits=PERMITS + ONE + bad + TWO, offices="office_id\n01\n"))
    assert [problem[1:] for problem in problems(register)] == told
    assert [key for key in keys(register, "permits", "permit_number") if key != "WP-9"] == ["WP-1", "WP-2"]
    assert keys(register, "permits", "row")[-1] == 3
    assert keys(register, "offices", "office_id") == ["01"]
    assert keys(register, "refused", "key") == ([] if not told else [None if bad[0] == "," else "WP-9"])


def test_bytes_that_are_no_utf_8_cost_their_row_only(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "register", permits=(PERMITS + ONE + "WP-9,01,MÜLLER,\n").encode("latin-1") + TWO.encode()
    )
    register = loaded(folder)
    reason = "not UTF-8; if the file is in another encoding, name it in register.encoding, such as cp1252"
    assert problems(register) == [("permits.csv", 2, "surname", reason)]
    assert keys(register, "permits", "permit_number") == ["WP-1", "WP-2"]
    assert keys(loaded(folder, encoding="latin-1"), "permits", "surname") == ["ERIKSSON", "MÜLLER", "O'BRIEN"]


def test_what_the_named_encoding_does_not_have_costs_its_row_only(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", permits=PERMITS.encode() + b"WP-9,01,\x81,\n" + TWO.encode())
    register = loaded(folder, encoding="cp1252")
    assert problems(register) == [("permits.csv", 1, "surname", "not in the encoding cp1252")]
    assert keys(register, "permits", "permit_number") == ["WP-2"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_marks_delimiters_and_line_ends_are_found(
    tmp_path: Path, mark: bytes, encoding: str, delimiter: str, newline: str
) -> None:
    text = 'permit_number,surname,address\nWP-1,GARCÍA,"1, Harbour Road"\nWP-2,ÖZ,\n'
    text = text.replace('"1, H', '"1\0 H').replace(",", delimiter).replace("\0", delimiter).replace("\n", newline)
    register = loaded(write(tmp_path / "register", permits=mark + text.encode(encoding)))
    assert problems(register) == []
    assert keys(register, "permits", "surname") == ["GARCÍA", "ÖZ"]
    assert keys(register, "permits", "address") == [f"1{delimiter} Harbour Road", None]


def test_utf_16_without_a_mark_is_told_and_read_when_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", permits=(PERMITS + ONE).encode("utf-16-le"), offices="office_id\n01\n")
    register = loaded(folder)
    assert problems(register) == [
        (
            "permits.csv",
            None,
            "",
            "NUL characters in the header; if the file is UTF-16, set register.encoding to utf-16",
        )
    ]
    assert register.rows == {"offices": 1, "permits": 0}
    (folder / "offices.csv").unlink()
    assert keys(loaded(folder, encoding="utf-16-le"), "permits", "permit_number") == ["WP-1"]


def test_newlines_and_formulas_in_a_cell_are_text(tmp_path: Path) -> None:
    text = 'permit_number,address,surname\nWP-1,"1 Harbour Road\nUtopia",=1+1\nWP-2,<script>,"a ""b"""\n'
    register = loaded(write(tmp_path / "register", permits=text))
    assert keys(register, "permits", "address") == ["1 Harbour Road\nUtopia", "<script>"]
    assert keys(register, "permits", "surname") == ["=1+1", 'a "b"']
    assert keys(register, "permits", "row") == [1, 2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", [("", "the file is empty")]),
        ("\n\r\n", [("", "the file is empty")]),
        (PERMITS, [("", "no rows below the header")]),
        (
            "office_id,surname\n01,X\n",
            [("", "no column permit_number, which every row needs; the file was not loaded")],
        ),
        (
            "permit_number,permit_number\nA,B\n",
            [("", "no column permit_number, which every row needs; the file was not loaded")],
        ),
        ("x" * 1_100_000, [("", "no end of the header within 1,000,000 bytes (register.max_row_bytes)")]),
        (b"permit_number,n\xe9\nA,B\n".decode("latin-1"), [("né", "unknown column, kept out")]),
        ('permit_number,"x\nA,B\n', [("", "the quotes in the header are not in order")]),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_has_one_problem(
    tmp_path: Path, content: str, told: list[tuple[str, str]]
) -> None:
    register = loaded(write(tmp_path / "register", permits=content, offices="office_id\n01\n"))
    assert problems(register) == [("permits.csv", None, column, reason) for column, reason in told]
    assert keys(register, "offices", "office_id") == ["01"]


def test_unknown_columns_are_kept_out_and_told_once_each(tmp_path: Path) -> None:
    text = "Permit_Number ,colour,=A1,,permit_no,office\nWP-1,a,b,c,d,01\nWP-2,a,b,c,d,02\n"
    register = loaded(write(tmp_path / "register", permits=text))
    assert problems(register) == [
        ("permits.csv", None, "colour", "unknown column, kept out"),
        ("permits.csv", None, "=A1", "unknown column, kept out"),
        ("permits.csv", None, "", "a column without a name, kept out"),
        ("permits.csv", None, "permit_no", "unknown column, kept out"),
        ("permits.csv", None, "office", "unknown column, kept out; if it is office_id, say so in register.columns"),
    ]
    assert keys(register, "permits", "permit_number") == ["WP-1", "WP-2"]


def test_so_many_unknown_columns_are_summed_up(tmp_path: Path) -> None:
    names = ",".join(f"x{number}" for number in range(150))
    register = loaded(write(tmp_path / "register", permits=f"permit_number,{names}\nWP-1{',' * 150}\n"))
    assert len(problems(register)) == 101
    assert problems(register)[-1][3] == "50 more unknown columns, kept out"
    assert register.rows == {"permits": 1}


def test_of_two_columns_of_one_name_neither_is_taken(tmp_path: Path) -> None:
    register = loaded(write(tmp_path / "register", permits="permit_number,surname,Surname\nWP-1,A,B\n"))
    assert problems(register) == [
        ("permits.csv", None, "surname", "2 columns of this name; which one holds cannot be told")
    ]
    assert keys(register, "permits", "surname") == [None]


def test_columns_are_renamed_by_the_settings(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", permits="No;Büro;office_id\nWP-1;01;x\n")
    register = loaded(folder, columns={"permits": {"permit_number": "no", "office_id": "Büro", "surname": "Name"}})
    assert keys(register, "permits", "permit_number") == ["WP-1"]
    assert keys(register, "permits", "office_id") == ["01"]
    assert problems(register) == [
        ("permits.csv", None, "surname", "no column 'Name', as register.columns calls it"),
        ("permits.csv", None, "office_id", "unknown column, kept out"),
    ]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"permit": {"surname": "x"}}, "register.columns.permit: no such file"),
        ({"refused": {"key": "x"}}, "register.columns.refused: no such file"),
        ({"permits": {"name": "x"}}, "register.columns.permits.name: no such column"),
        ({"permits": {"surname": " "}}, "the name in the file is empty"),
        ({"permits": {"surname": "x", "given_names": "X"}}, "two columns are called x"),
        ({"permits": {"surname": "given_names"}}, "two columns are called given_names"),
    ],
)
def test_settings_that_rename_what_there_is_not_are_refused(
    tmp_path: Path, columns: dict[str, dict[str, str]], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        loaded(write(tmp_path / "register", permits=PERMITS + ONE), columns=columns)


def test_a_key_that_comes_again_is_refused_where_it_must_be_unique(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pieces so small that equal keys are in different ones.
    monkeypatch.setattr("pipeline.register.records.WINDOW", 20)
    names = [letter * 900 for letter in "ABCDE"]
    offices = "".join(f"{key},{name}\n" for key, name in zip(["01", "02", "01", "03", "01 "], names, strict=True))
    folder = write(tmp_path / "register", offices="office_id,name\n" + offices, permits=PERMITS + ONE + ONE)
    register = loaded(folder, max_row_bytes=1_000)
    assert len(list((tmp_path / "kept").glob("*/offices/*.parquet"))) > 1
    assert keys(register, "offices", "name") == [names[0], names[1], names[3]]
    assert keys(register, "offices", "row") == [1, 2, 4]
    assert problems(register) == [("offices.csv", 3, "office_id", REPEATED), ("offices.csv", 5, "office_id", REPEATED)]
    assert (register.rows, register.refused) == ({"offices": 3, "permits": 2}, {"offices": 2, "permits": 0})
    assert keys(register, "permits", "permit_number") == ["WP-1", "WP-1"]


def test_a_refused_row_takes_no_key(tmp_path: Path) -> None:
    register = loaded(write(tmp_path / "register", offices="office_id,opened_on\n01,x\n01,2020-01-01\n"))
    assert keys(register, "offices", "row") == [2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "permit_number,surname,birth_date,issued_at\nA,1990-01-01,SMITH,\nB,1991-01-01,LI,\n",
            "columns may be swapped: surname and birth_date would fit each other",
        ),
        (
            "permit_number,birth_date,issued_at\nA,2024-01-01T10:00:00Z,1990-01-01\nB,2024-01-01T10:00:00Z,1991-01-01\n",
            "columns may be swapped: birth_date and issued_at would fit each other",
        ),
        (
            "permit_number,birth_date,issued_at\nA,x,y\nB,x,y\n",
            "most rows are refused in birth_date, issued_at; columns may be swapped, or written in another way",
        ),
        ("permit_number,birth_date,issued_at\nA,x,\nB,x,\n", None),
        # An empty column fits everything and says nothing.
        ("permit_number,birth_date,surname\nA,01/02/1990,\nB,01/02/1990,\n", None),
        ("permit_number,birth_date,surname\nA,x,y\nB,,y\nC,,\nD,,\n", None),
    ],
)
def test_columns_that_may_be_swapped_are_told(tmp_path: Path, text: str, told: str | None) -> None:
    found = [
        problem[3] for problem in problems(loaded(write(tmp_path / "register", permits=text))) if problem[1] is None
    ]
    assert found == ([told] if told else [])


def test_rows_keep_their_order_over_many_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.register.records.WINDOW", 2_000)
    text = "".join(f'WP-{n},{n % 7:02},"X",{"x" if n % 50 == 0 else ""}\n' for n in range(1, 1_001))
    register = loaded(write(tmp_path / "register", permits=PERMITS + text), max_row_bytes=1_000)
    taken, refused = keys(register, "permits", "row"), keys(register, "refused", "row_number")
    assert refused == list(range(50, 1_001, 50))
    assert taken == [n for n in range(1, 1_001) if n % 50]
    assert keys(register, "permits", "permit_number") == [f"WP-{n}" for n in taken]
    assert keys(register, "refused", "row") == list(range(1, 21))
    assert [problem[1] for problem in problems(register)] == refused


def test_a_folder_without_a_file_of_a_register_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(NothingToRead, match="no file of a register"):
        loaded(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        loaded(tmp_path / "absent")


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "register", permits=PERMITS + ONE)

    def changing(*given: object) -> object:
        (folder / "permits.csv").write_text(PERMITS + ONE + TWO)
        return pieces(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.register.table_file.pieces", changing)
    with pytest.raises(UsageError, match=r"permits\.csv changed while it was loaded"):
        loaded(folder)
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_latest_snapshot_holds(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", snapshot="as_of\n2024-06-01T00:00:00Z\n2024-07-01T00:00:00+02:00\nx\n")
    assert loaded(folder).as_of == dt.datetime(2024, 6, 30, 22, tzinfo=dt.UTC)


def test_references_to_what_is_not_there_are_no_fault_of_the_file(tmp_path: Path) -> None:
    register = loaded(write(tmp_path / "register", permits="permit_number,office_id,employer_id\nWP-1,99,EMP-9\n"))
    assert problems(register) == []
    assert register.tables["permits"].select(pl.len()).collect().item() == 1
