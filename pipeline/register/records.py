"""A CSV file cut into records: what is well formed goes on in blocks, the rest is refused row by row with its reason.

No reader of CSV that was tried keeps the count of rows, tells why and goes on in the next line whatever comes: DuckDB
2.0 takes every line after a quote that is never closed for one row and gives a file up whose line ends differ; Polars
fills short rows with nulls. So records are found here, with numpy over some megabytes at a time, and only those
that are sound are handed to Polars.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
#: Bytes looked at in one go.
WINDOW = 32_000_000
#: After a fault in the quoting little is looked at, so that a file full of them costs no more than its length.
_SMALL_WINDOW = 2_000
#: A block goes out with this many faults even where it is small.
_MOST_FAULTS = 50_000
#: So much of a faulty row is looked at for its key.
_HEAD = 10_000

NEVER_CLOSED = "a quote that is never closed"
STRAY_QUOTE = "a quote inside a field that does not begin with one"
AFTER_QUOTE = "text after the closing quote"
NUL = "a NUL character"

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are written.

    Attributes:
        delimiter: one byte.
        width: fields in each row.
        start: position of the first data row, in bytes.
        key: place of the field that names a row, None where there is none.
        longest: bytes that a row may have.
        encoding: in which the file came.
    """

    delimiter: bytes
    width: int
    start: int
    key: int | None
    longest: int
    encoding: str = "utf-8"

    @property
    def too_long(self) -> str:
        """The reason for a row that is longer than allowed."""
        return f"the row is longer than {self.longest:,} bytes (register.max_row_bytes)"

    @property
    def undecodable(self) -> str:
        """The reason for a row that is not in the file's encoding."""
        if self.encoding != "utf-8":
            return f"not in the encoding {self.encoding}"
        return "not UTF-8; if the file is in another encoding, name it in register.encoding, such as cp1252"


@dataclass(frozen=True, slots=True)
class RecordFault:
    """A row that is no sound record; `column` is the place of its field, None where it is the whole row."""

    row: int
    column: int | None
    reason: str
    key: str | None


@dataclass(slots=True)
class Block:
    """Sound records as they stand in the file, the number of the row of each, and faults among them."""

    pieces: list[bytes] = field(default_factory=list)
    numbers: list[Positions] = field(default_factory=list)
    faults: list[RecordFault] = field(default_factory=list)
    size: int = 0

    @property
    def text(self) -> bytes:
        """All records."""
        return b"".join(self.pieces)

    @property
    def rows(self) -> Positions:
        """1-based number of the data row of each record."""
        return np.concatenate(self.numbers) if self.numbers else np.empty(0, np.int64)

    @property
    def full(self) -> bool:
        """Whether it should go out."""
        return self.size >= WINDOW // 2 or len(self.faults) >= _MOST_FAULTS


@dataclass(frozen=True, slots=True)
class _Window:
    """Records of a piece of the file that begins with one.

    Attributes:
        marks: positions of delimiters and newlines outside quotes.
        starts, ends, widths: of the complete records; fields in each.
        broken: where the quoting goes wrong in the record after these and why.
    """

    data: bytes
    marks: Positions
    starts: Positions
    ends: Positions
    widths: Positions
    broken: tuple[int, str] | None

    @property
    def end(self) -> int:
        """Where the complete records end."""
        return int(self.ends[-1]) if self.ends.size else 0

    def column(self, start: int, position: int) -> int:
        """Place of the field at a position in the record that begins at `start`."""
        return int(np.searchsorted(self.marks, position) - np.searchsorted(self.marks, start))


def blocks(file: BinaryIO, layout: Layout) -> Iterator[Block]:
    """The records of a seekable UTF-8 file, some megabytes at a time, in order."""
    # A window that cannot hold a row of the greatest length would be read again for ever.
    largest = max(WINDOW, 2 * layout.longest)
    position, row, size = layout.start, 0, largest
    block = Block()
    while True:
        file.seek(position)
        data = file.read(size)
        if not data:
            break
        window = _window(data, layout, final=len(data) < size)
        if window.ends.size:
            row = _take(window, layout, row, block)
            position += window.end
        size = min(4 * size, largest)
        if window.broken is not None or (not window.ends.size and len(data) > layout.longest):
            row += 1
            position = _refuse_line(file, position, window, layout, row, block)
            size = _SMALL_WINDOW
        if block.full:
            yield block
            block = Block()
    if block.size or block.faults:
        yield block


def _window(data: bytes, layout: Layout, *, final: bool) -> _Window:
    """Find the records; one that the data may cut off is left for the next window."""
    seen = np.frombuffer(data, np.uint8)
    structural = (seen == layout.delimiter[0]) | (seen == _NEWLINE)
    broken = None
    open_at_end = False
    if b'"' in data:
        quotes = seen == _QUOTE
        structural &= ~np.logical_xor.accumulate(quotes)
        at = np.flatnonzero(quotes)
        broken = _misplaced(seen, at, layout.delimiter[0])
        open_at_end = at.size % 2 == 1
        if broken is None and open_at_end and final:
            broken = (int(at[-1]), NEVER_CLOSED)
    marks = np.flatnonzero(structural)
    last = np.flatnonzero(seen[marks] == _NEWLINE)
    ends = marks[last] + 1
    widths = np.diff(last, prepend=-1)
    if final and broken is None and not open_at_end and (not ends.size or ends[-1] < seen.size):
        ends = np.append(ends, seen.size)
        widths = np.append(widths, marks.size - (int(last[-1]) + 1 if last.size else 0) + 1)
    if broken is not None:
        sound = int(np.searchsorted(ends, broken[0], side="right"))
        ends, widths = ends[:sound], widths[:sound]
    starts = np.concatenate(([0], ends[:-1])) if ends.size else ends
    swallowed = _swallowed(data, starts, ends, widths, layout.width)
    if swallowed is not None:
        broken = (int(starts[swallowed]), NEVER_CLOSED)
        starts, ends, widths = starts[:swallowed], ends[:swallowed], widths[:swallowed]
    return _Window(data, marks, starts, ends, widths, broken)


def _misplaced(seen: npt.NDArray[np.uint8], at: Positions, delimiter: int) -> tuple[int, str] | None:
    """The first quote that neither encloses a field nor stands doubled within one, and what it is."""
    beside = np.zeros(256, np.bool_)
    beside[[delimiter, _NEWLINE, _QUOTE]] = True
    opening, closing = at[::2], at[1::2]
    in_order = beside[seen[opening - 1]]
    if opening[0] == 0:
        in_order[0] = True
    stray = opening[~in_order]
    last = seen.size - 1
    doubtful = closing[~beside[seen[np.minimum(closing + 1, last)]]]
    returns = (seen[np.minimum(doubtful + 1, last)] == _RETURN) & (
        (doubtful + 2 > last) | (seen[np.minimum(doubtful + 2, last)] == _NEWLINE)
    )
    follows = doubtful[~(returns | (doubtful == last))]
    found = [(int(where[0]), why) for where, why in ((stray, STRAY_QUOTE), (follows, AFTER_QUOTE)) if where.size]
    return min(found, default=None)


def _swallowed(data: bytes, starts: Positions, ends: Positions, widths: Positions, width: int) -> int | None:
    """The first record of a wrong width that goes over several lines: a quote of one row closed by one of another."""
    for index in np.flatnonzero((widths != width) & (ends - starts > 2)).tolist() if b'"' in data else ():
        if data.find(b"\n", starts[index], ends[index] - 1) >= 0:
            return int(index)
    return None


def _take(window: _Window, layout: Layout, row: int, block: Block) -> int:
    """Put the sound records into the block and the others among its faults; returns the number of the last row."""
    data, starts, ends = window.data[: window.end], window.starts, window.ends
    seen = np.frombuffer(data, np.uint8)
    lengths = ends - starts
    blank = _blank(seen, starts, lengths)
    numbers = row + np.cumsum(~blank)
    faults: dict[int, tuple[int | None, str]] = {}
    for index in np.flatnonzero(~blank & (window.widths != layout.width)).tolist():
        faults[index] = (None, f"{window.widths[index]} fields where the header has {layout.width}")
    for index in np.flatnonzero(lengths > layout.longest).tolist():
        faults[index] = (None, layout.too_long)
    for position, reason in (*_nuls(data), *_undecodable(data, starts, ends, layout)):
        index = int(np.searchsorted(ends, position, side="right"))
        faults.setdefault(index, (window.column(int(starts[index]), position), reason))
    for index, (column, reason) in sorted(faults.items()):
        key = key_of(data[starts[index] : min(ends[index], starts[index] + _HEAD)], layout)
        block.faults.append(RecordFault(int(numbers[index]), column, reason, key))
    sound = ~blank
    sound[list(faults)] = False
    if sound.all():
        block.pieces.append(data)
    else:
        edges = np.flatnonzero(np.diff(sound, prepend=False, append=False))
        block.pieces.extend(data[starts[a] : ends[b - 1]] for a, b in edges.reshape(-1, 2).tolist())
    if not data.endswith(b"\n") and sound[-1]:
        block.pieces.append(b"\n")
    block.numbers.append(numbers[sound])
    block.size += int(lengths[sound].sum())
    return int(numbers[-1])


def _blank(seen: npt.NDArray[np.uint8], starts: Positions, lengths: Positions) -> npt.NDArray[np.bool_]:
    """Which records are a line end and nothing else; they are no rows."""
    first, second = seen[starts], seen[np.minimum(starts + 1, seen.size - 1)]
    alone = (lengths == 1) & ((first == _NEWLINE) | (first == _RETURN))
    blank: npt.NDArray[np.bool_] = alone | ((lengths == 2) & (first == _RETURN) & (second == _NEWLINE))
    return blank


def _nuls(data: bytes) -> Iterator[tuple[int, str]]:
    if b"\0" in data:
        for position in np.flatnonzero(np.frombuffer(data, np.uint8) == 0).tolist():
            yield position, NUL


def _undecodable(data: bytes, starts: Positions, ends: Positions, layout: Layout) -> Iterator[tuple[int, str]]:
    """First byte in each record that is no UTF-8."""
    if data.isascii():
        return
    try:
        data.decode()
        return
    except UnicodeDecodeError:
        beyond = np.flatnonzero(np.frombuffer(data, np.uint8) >= 0x80)
    for index in np.unique(np.searchsorted(ends, beyond, side="right")).tolist():
        try:
            data[starts[index] : ends[index]].decode()
        except UnicodeDecodeError as error:
            yield int(starts[index]) + error.start, layout.undecodable


def _refuse_line(file: BinaryIO, position: int, window: _Window, layout: Layout, row: int, block: Block) -> int:
    """Refuse the line that begins where the complete records end; returns where the next one begins."""
    start = window.end
    stop = window.data.find(b"\n", start)
    stop = len(window.data) if stop < 0 else stop
    if stop - start > layout.longest:
        column, reason = None, layout.too_long
        following = _next_line(file, position + stop - start)
    else:
        following = position + stop + 1 - start
        quote, reason = window.broken or (stop, NEVER_CLOSED)
        if quote >= stop or reason == NEVER_CLOSED:
            quote, reason = window.data.rfind(b'"', start, stop), NEVER_CLOSED
        column = window.column(start, quote)
    key = key_of(window.data[start : min(start + _HEAD, stop)], layout)
    block.faults.append(RecordFault(row, column, reason, key))
    return following


def _next_line(file: BinaryIO, position: int) -> int:
    """Where the line after a position begins, else the end of the file; a megabyte in memory at once."""
    file.seek(position)
    while piece := file.read(1_000_000):
        found = piece.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(piece)
    return position


def key_of(record: bytes, layout: Layout) -> str | None:
    """The key of a faulty row as far as it can be told."""
    if layout.key is None:
        return None
    text = record.decode(errors="replace").replace("\0", "").rstrip("\r\n")
    try:
        fields = next(csv.reader([text], delimiter=layout.delimiter.decode()), [])
    except csv.Error:
        return None
    return fields[layout.key].strip() or None if len(fields) > layout.key else None
