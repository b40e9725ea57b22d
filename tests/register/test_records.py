from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.register import records
from pipeline.register.header import Columns
from pipeline.register.pieces import CsvPiece
from pipeline.register.records import AFTER_QUOTE, NEVER_CLOSED, NUL, STRAY_QUOTE, Layout, RecordFault, blocks

NOT_UTF8 = "not UTF-8; if the file is in another encoding, name it in register.encoding, such as cp1252"


def layout(width: int = 3, longest: int = 1_000, delimiter: bytes = b",") -> Layout:
    return Layout(delimiter, width, start=0, key=0, longest=longest)


def read(data: bytes, how: Layout) -> tuple[list[tuple[int, list[str]]], list[RecordFault]]:
    """Number and fields of every row taken, and the faults."""
    names = tuple(f"f{place}" for place in range(how.width))
    taken, faults = [], []
    for block in blocks(io.BytesIO(data), how):
        piece = CsvPiece(block, how, Columns({name: place for place, name in enumerate(names)}, ()), names)
        taken += [(row[0], [cell or "" for cell in row[1:]]) for row in piece.text().iter_rows()]
        faults += block.faults
    return taken, faults


@pytest.fixture(name="window", params=[records.WINDOW, 4_000])
def _window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """All at once, and in windows that a file needs several of."""
    size: int = request.param
    monkeypatch.setattr(records, "WINDOW", size)
    monkeypatch.setattr(records, "_SMALL_WINDOW", min(records._SMALL_WINDOW, size // 8))
    return size


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    ("data", "taken", "faults"),
    [
        (b"1,2,3\n4,5,6\n", [1, 2], []),
        (b"1,2,3\n4,5,6", [1, 2], []),
        (b"1,2,3\r\n4,5,6\r\n", [1, 2], []),
        (b"1,2,3\r\n4,5,6\n7,8,9\r", [1, 2, 3], []),
        (b"\n1,2,3\n\r\n\n4,5,6\n\n", [1, 2], []),
        (b'1,"x\ny",3\n4,"a ""b"" c",6\n7,"",9\n', [1, 2, 3], []),
        (
            b"1,2,3\n4,5\n6,7,8,9\n10,11,12\n",
            [1, 4],
            [(2, None, "2 fields where the header has 3"), (3, None, "4 fields where the header has 3")],
        ),
        (b'1,2,3\n4,"5,6\n7,8,9\n10,11,12\n', [1, 3, 4], [(2, 1, NEVER_CLOSED)]),
        (b'1,2,3\n4,"5,6\n7,"8",9\n10,11,12\n', [1, 3, 4], [(2, 1, NEVER_CLOSED)]),
        (b'1,2,3\n4,"5,6\n7,8,"\n10,11,12\n', [1, 4], [(2, 1, NEVER_CLOSED), (3, 2, NEVER_CLOSED)]),
        (b'1,2,3\n4,"5,6', [1], [(2, 1, NEVER_CLOSED)]),
        (b'1,2,3\n4,"5"x,6\n7,8,9\n', [1, 3], [(2, 1, AFTER_QUOTE)]),
        (b'1,2,3\n4,5,O"Neil\n7,8,9\n', [1, 3], [(2, 2, STRAY_QUOTE)]),
        (b"1,2,3\n4,\x005,6\n7,8,9\n", [1, 3], [(2, 1, NUL)]),
        (b"1,2,3\n4,5,M\xfcller\n7,8,M\xc3\xbcller\n", [1, 3], [(2, 2, NOT_UTF8)]),
        (b"1,2,3\n4," + b"x" * 990 + b",5\n6,7,8\n", [1, 2, 3], []),
        (
            b"1,2,3\n4," + b"x" * 2_000 + b",5\n6,7,8\n",
            [1, 3],
            [(2, None, "the row is longer than 1,000 bytes (register.max_row_bytes)")],
        ),
        (
            b"1,2,3\n4," + b"x" * 50_000 + b"\n6,7,8\n",
            [1, 3],
            [(2, None, "the row is longer than 1,000 bytes (register.max_row_bytes)")],
        ),
        (b"1,2,3\n4," + b"x" * 50_000, [1], [(2, None, "the row is longer than 1,000 bytes (register.max_row_bytes)")]),
        (b'1,2,3\n4,"' + b"5,6,7\n" * 2_000, [1, *range(3, 2_002)], [(2, 1, NEVER_CLOSED)]),
        (b"", [], []),
        (b"\n\n", [], []),
    ],
)
def test_a_row_is_taken_or_refused_and_the_next_one_is_read(
    data: bytes, taken: list[int], faults: list[tuple[int, int | None, str]]
) -> None:
    rows, found = read(data, layout())
    assert [row for row, _ in rows] == taken
    assert [(fault.row, fault.column, fault.reason) for fault in found] == faults


def test_a_faulty_row_is_known_by_its_key() -> None:
    _, faults = read(b'1,2\n"a, b",2\n3,"4\n ,5\n\x006,7\n8,\xff,9\n', layout())
    assert [fault.key for fault in faults] == ["1", "a, b", "3", None, "6", "8"]
    assert read(b"1,2\n", Layout(b",", 3, 0, 2, 1_000))[1][0].key is None


def test_the_encoding_that_was_named_is_told() -> None:
    _, faults = read(b"\xff,2,3\n", Layout(b",", 3, 0, 0, 1_000, "cp1252"))
    assert faults[0].reason == "not in the encoding cp1252"


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["", '"', '""', ",", "\n", "\r\n", " ", ";", '",', "=1+1", "\t", "é\n"]
)
_MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_MANY
@given(
    rows=st.lists(st.lists(_TEXTS, min_size=2, max_size=2), max_size=12),
    delimiter=st.sampled_from(",;\t"),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    size=st.sampled_from([16, 64, 1_000_000]),
)
def test_what_a_writer_writes_is_read_as_it_was(
    rows: list[list[str]], delimiter: str, newline: str, quoting: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "WINDOW", size)
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    how = layout(2, delimiter=delimiter.encode(), longest=min(size // 2, 1_000))
    taken, faults = read(text.getvalue().encode(), how)
    assert len(taken) + len(faults) == len(rows) or size < 1_000
    if not faults:
        # Blanks around a cell are not part of it, and a carriage return at the end of a line is one.
        assert [[cell.strip() for cell in cells] for _, cells in taken] == [
            [cell.strip() for cell in row] for row in rows
        ]
        assert [row for row, _ in taken] == list(range(1, len(rows) + 1))


@_MANY
@given(
    data=st.lists(
        st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", "é".encode(), b" "]), max_size=60
    ),
    size=st.sampled_from([8, 32, 1_000_000]),
)
def test_whatever_comes_every_row_is_counted_once(
    data: list[bytes], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "WINDOW", size)
    monkeypatch.setattr(records, "_SMALL_WINDOW", 4)
    taken, faults = read(b"".join(data), layout(2, longest=6))
    numbers = sorted([row for row, _ in taken] + [fault.row for fault in faults])
    assert numbers == list(range(1, len(numbers) + 1))
