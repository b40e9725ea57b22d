"""A CSV file as UTF-8 without byte order mark and with newlines: as it is where it can be, else as a copy."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PIECE = 8_000_000
#: What cannot be decoded becomes a lone surrogate, which is no UTF-8: its row is refused and no other.
_UNDECODED = "overseal-undecoded"

codecs.register_error(_UNDECODED, lambda error: ("\udcff", getattr(error, "end", 0)))


@contextmanager
def as_utf8(path: Path, encoding: str, scratch: Path) -> Iterator[tuple[BinaryIO, int, str]]:
    """The file, the position at which its text begins, and the encoding in which it came.

    A byte order mark goes before the encoding named. Lines that end in a carriage return only get newlines.

    Args:
        path: of a CSV file.
        encoding: of files without a byte order mark.
        scratch: folder for a copy, which is gone afterwards.
    """
    with path.open("rb") as file:
        head = file.read(_PIECE)
        mark, found = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", encoding))
        returns = b"\r" in head and b"\n" not in head
        if found == "utf-8" and not returns:
            yield file, len(mark), found
            return
        file.seek(len(mark))
        with tempfile.TemporaryFile(dir=scratch) as copy:
            decoder = codecs.getincrementaldecoder(found)(_UNDECODED)
            while True:
                piece = file.read(_PIECE)
                text = decoder.decode(piece, final=not piece)
                copy.write((text.replace("\r", "\n") if returns else text).encode("utf-8", "surrogatepass"))
                if not piece:
                    break
            yield copy, 0, found
