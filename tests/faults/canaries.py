"""Words planted in scans and in their file names, searched for where nothing personal may be."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

#: Read at a time; a word across two pieces is found by the overlap.
_PIECE = 2**24


def found(folder: Path, words: Sequence[str]) -> list[str]:
    """Where the words are: names and contents of all that lies below a folder, whatever it is.

    Contents are looked through as bytes, so that rows that a database has freed but not overwritten count as well; in
    any case, as UTF-8, UTF-16, JSON and URL text, hex and base64, and unpacked where a whole file is packed.

    Args:
        folder: or one file.
        words: of at least six letters, so that base64 of them is no chance.

    Returns:
        `name of PATH` or `PATH` of each file or folder that has one, below `folder`, sorted; empty where none is.
    """
    if not words or min(map(len, words)) < 6:
        raise ValueError("a canary has six letters at least")
    forms = {form for word in words for form in _forms(word)}
    where: list[str] = []
    for path in sorted((folder, *folder.rglob("*"))):
        name = "." if path == folder else str(path.relative_to(folder))
        if path != folder and _in(os.fsencode(path.name), forms):
            where.append(f"name of {name}")
        if path.is_symlink():
            told = _in(os.fsencode(path.readlink()), forms)
        else:
            told = path.is_file() and any(_in(piece, forms) for piece in _pieces(path))
        if told:
            where.append(name)
    return sorted(where)


def _in(data: bytes, forms: set[bytes]) -> bool:
    low = data.lower()
    return any(form in data or form in low for form in forms)


def _forms(word: str) -> Iterator[bytes]:
    """How a word may be written; all but base64 in small letters."""
    for cased in (word, word.upper(), word.lower()):
        plain = cased.encode()
        for before in range(3):
            # What lies before and after shares characters with the word: those are left out.
            text = base64.b64encode(b"\0" * before + plain + b"\0\0")
            yield text[(0, 2, 3)[before] : (before + len(plain)) * 8 // 6]
        for form in (plain, cased.encode("utf-16-le"), json.dumps(cased)[1:-1].encode(), quote(cased).encode()):
            yield form.lower()
        yield plain.hex().encode()


def _pieces(path: Path) -> Iterator[bytes]:
    before = b""
    with path.open("rb") as data:
        while piece := data.read(_PIECE):
            yield before + piece
            before = piece[-1024:]
    whole = path.stat().st_size <= _PIECE
    for unpack in (gzip.decompress, zlib.decompress) if whole else ():
        try:
            yield unpack(path.read_bytes())
        except (OSError, EOFError, zlib.error):
            continue
