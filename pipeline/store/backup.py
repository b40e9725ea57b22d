"""A store and its page images in one file, whatever the database: what `restore` puts back, here or elsewhere.

The file is a ZIP archive: `tables/NAME.jsonl` (a line with the columns, then a line a row), `pages/...` (JPEG) and
`manifest.json`. The SHA-256 of all that stands before it is the archive's comment, so that a file that was cut, or in
which a byte changed, is known. It holds what the store holds: personal data, with mode 0600.

All rows are read in one transaction, which sees one state while others write; page images are those of its documents.
Names of input files are left out: they belong to a run that is going on, and end with it.
"""

from __future__ import annotations

import base64
import datetime as dt
import fcntl
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline import __version__
from pipeline.errors import StoreError, UsageError
from pipeline.store.database import Store
from pipeline.store.migrations import tables_of, version_of
from pipeline.store.pages import PageFolder, page_count

#: Version of this form of file.
FORMAT = 1
MANIFEST = "manifest.json"
TABLES = "tables/"
PAGES = "pages/"
#: Hexadecimal digits of the digest at the end.
DIGEST = 64
#: Tables whose rows are of the moment.
PASSING = frozenset({"schema_version", "inputs"})

_ROWS = 500
#: Rows of a store shrink to a tenth at the cheapest level; page images are JPEG and do not shrink.
_LEVEL = 1
#: What a cell holds: bytes are told by an object.
Cell: TypeAlias = bool | int | float | str | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        schema: version of the schema that its rows have.
        created: UTC, ISO 8601.
        rows: by table.
        pages: page images.
    """

    overseal: str
    schema: int
    created: str
    rows: Mapping[str, int]
    pages: int
    format: int = FORMAT


def write_backup(store: Store, pages: PageFolder, target: Path) -> tuple[Manifest, str]:
    """Write a backup while others use the store; returns what is in it and its digest, to be noted elsewhere.

    Raises:
        UsageError: if there is something of that name, or another backup is being written under it.
        StoreError: if the store or the disk refuses; no file is left then.
    """
    if target.exists():
        raise UsageError("a file of that name is there already: name another one")
    try:
        with _aside(target) as (aside, file):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                manifest = _write(archive, store, pages)
                archive.comment = b"0" * DIGEST
            digest = _digest(file)
            file.seek(-DIGEST, os.SEEK_END)
            file.write(digest.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
            aside.rename(target)
    except OSError as error:
        raise StoreError(f"the backup cannot be written: {error.strerror or type(error).__name__}") from error
    return manifest, digest


@contextmanager
def _aside(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside the target, for us alone; it is gone afterwards unless it was renamed."""
    aside = target.with_name(f".{target.name}.new")
    with os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError("another backup is being written under that name") from None
        try:
            # What one that was killed left there.
            file.truncate()
            yield aside, file
        finally:
            with suppress(FileNotFoundError):
                aside.unlink()


def _write(archive: zipfile.ZipFile, store: Store, pages: PageFolder) -> Manifest:
    images: dict[str, int] = {}
    with store.read() as connection:
        version = version_of(connection)
        rows = {name: _write_table(archive, connection, name, images) for name in sorted(tables_of(version) - PASSING)}
    count = 0
    for document_id, number in images.items():
        for page in range(number):
            data = pages.load(document_id, page)
            if data is not None:
                archive.writestr(PAGES + pages.name(document_id, page), data, zipfile.ZIP_STORED)
                count += 1
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    manifest = Manifest(__version__, version, created, rows, count)
    archive.writestr(MANIFEST, json.dumps(asdict(manifest)))
    return manifest


def _write_table(archive: zipfile.ZipFile, connection: Connection, name: str, images: dict[str, int]) -> int:
    """Write the rows of a table; what documents there are, and of how many pages, is added to `images`."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    query = sa.select(table).order_by(*table.primary_key).execution_options(yield_per=_ROWS)
    count = 0
    with archive.open(f"{TABLES}{name}.jsonl", "w", force_zip64=True) as member:
        member.write(_line([column.name for column in table.columns]))
        for row in connection.execute(query):
            member.write(_line([_cell(value) for value in row]))
            count += 1
            if name == "records":
                number = page_count(row.record) or 0
                images[row.document_id] = max(number, images.get(row.document_id, 0))
    return count


def _line(cells: list[str] | list[Cell]) -> bytes:
    return json.dumps(cells, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _cell(value: object) -> Cell:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"no form in a backup for a value of type {type(value).__name__}")


def _digest(file: BinaryIO) -> str:
    """SHA-256 of a file but for the digest at its end."""
    file.flush()
    left = file.seek(0, os.SEEK_END) - DIGEST
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (block := file.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup to read from, once it is known to be whole.

    Raises:
        UsageError: if there is no such file.
        StoreError: if it is no backup, was cut or edited, or is of a newer form than this program knows.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"the backup cannot be opened: {error.strerror}") from error
    with file:
        try:
            digest = _digest(file)
            file.seek(-DIGEST, os.SEEK_END)
            if file.read() != digest.encode("ascii"):
                raise ValueError("another digest")
            archive = zipfile.ZipFile(file)
            held = json.loads(archive.read(MANIFEST))
            manifest = Manifest(**held)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise StoreError("the file is no backup of a store, or it was cut or changed: it is not used") from error
        if manifest.format != FORMAT:
            raise StoreError(f"the backup is of form {manifest.format}, this program knows {FORMAT}: update overseal")
        with archive:
            yield archive, manifest
