"""A backup put back, in place of all that the store holds; in one transaction, so that it is the one or the other."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table

from pipeline.errors import StoreError
from pipeline.store.backup import PAGES, PASSING, TABLES, Manifest, opened
from pipeline.store.database import Store
from pipeline.store.migrations import SCHEMA_VERSION, migrate, tables_of
from pipeline.store.pages import PageFolder, page_count
from pipeline.store.runs import end_run, running

_ROWS = 500
#: Tables whose rows cannot be made again, with the column that tells them apart and what people call them.
_PRECIOUS = {
    "runs": ("run_id", "runs"),
    "judgements": ("number", "judgements"),
    "legal_holds": ("number", "legal holds"),
    "name_requests": ("run_id", "requests for names"),
}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    pages: int


def restore_backup(
    path: Path,
    store: Store,
    pages: PageFolder,
    *,
    replace: bool,
    allowed: Callable[[Connection], None] = lambda connection: None,
) -> Restored:
    """Put a backup in place of what a store holds; one of an older schema is brought up to the present one.

    Runs that were going on when the backup was taken end as interrupted. What was erased since comes back with its age,
    and is due again.

    Args:
        path: the backup.
        store: on either database, whichever the backup comes from.
        pages: where the page images go; images of other documents are removed.
        replace: also where the store has what the backup does not: runs, judgements, legal holds.
        allowed: raises, under the write lock, what speaks against it, such as a run that is going on.

    Raises:
        StoreError: if the backup cannot be used or the store would lose something; the store is left as it was.
        OSError: if a page image cannot be written; the same call again goes on from there.
    """
    with opened(path) as (archive, manifest):
        if manifest.schema > SCHEMA_VERSION:
            raise StoreError(
                f"the backup has schema {manifest.schema}, this program knows {SCHEMA_VERSION}: update overseal"
            )
        if set(manifest.rows) != tables_of(manifest.schema) - PASSING:
            raise StoreError("the backup has other tables than its schema: it is not used")
        with store.write() as connection:
            allowed(connection)
            if not replace:
                _refuse_loss(connection, archive)
            images = _replace(connection, archive, manifest)
        return Restored(manifest, _restore_pages(archive, pages, images))


def _refuse_loss(connection: Connection, archive: zipfile.ZipFile) -> None:
    lost = []
    for name, (key, words) in _PRECIOUS.items():
        column = sa.Table(name, MetaData(), autoload_with=connection).columns[key]
        kept = {row[key] for row in _rows(archive, name)} if f"{TABLES}{name}.jsonl" in archive.namelist() else set()
        gone = sum(value not in kept for value in connection.execute(sa.select(column)).scalars())
        lost += [f"{gone} {words}"] if gone else []
    if lost:
        raise StoreError(
            f"the store has what the backup does not: {', '.join(lost)}; back it up first, then restore with --replace"
        )


def _replace(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest) -> set[str]:
    """Put the rows in; returns the names of the page images that their documents may have."""
    images: set[str] = set()
    _reflected(connection, SCHEMA_VERSION).drop_all(connection)
    migrate(connection, 0, manifest.schema)
    for table in _reflected(connection, manifest.schema).sorted_tables:
        if table.name in PASSING:
            continue
        rows = _rows(archive, table.name)
        count = 0
        while chunk := list(islice(rows, _ROWS)):
            connection.execute(sa.insert(table), chunk)
            count += len(chunk)
            if table.name == "records":
                images |= {name for row in chunk for name in _images(row)}
        if count != manifest.rows[table.name]:
            raise StoreError(f"the backup lacks rows of {table.name}: it is not used")
        _count_on(connection, table)
    migrate(connection, manifest.schema)
    for run_id in running(connection):
        end_run(connection, run_id, "interrupted")
    return images


def _images(record: dict[str, Any]) -> Iterator[str]:
    for page in range(page_count(record["record"]) or 0):
        yield PageFolder.name(record["document_id"], page)


def _reflected(connection: Connection, version: int) -> MetaData:
    """The tables of a version as they stand in the database."""
    found = MetaData()
    found.reflect(connection, only=sorted(tables_of(version)))
    return found


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    """Rows of a table by column.

    Raises:
        StoreError: for what was not written by a backup.
    """
    try:
        with archive.open(f"{TABLES}{name}.jsonl") as member:
            columns = json.loads(next(member))
            for line in member:
                yield dict(zip(columns, map(_value, json.loads(line)), strict=True))
    except (KeyError, ValueError, TypeError, StopIteration, zipfile.BadZipFile) as error:
        raise StoreError(f"rows of {name} in the backup cannot be read: it is not used") from error


def _value(cell: object) -> object:
    return base64.b64decode(cell["bytes"]) if isinstance(cell, dict) else cell


def _count_on(connection: Connection, table: Table) -> None:
    """Let a key that counts up go on after the rows that came with theirs; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        sequence = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))).scalar()
        most = connection.execute(sa.select(sa.func.max(column))).scalar() if sequence else None
        if most is not None:
            connection.execute(sa.select(sa.func.setval(sequence, most)))


def _restore_pages(archive: zipfile.ZipFile, pages: PageFolder, wanted: set[str]) -> int:
    """Images of the backup's documents; one that only this machine has stays, those of other documents go."""
    names = wanted & {name.removeprefix(PAGES) for name in archive.namelist() if name.startswith(PAGES)}
    for name in sorted(names):
        pages.put(name, archive.read(PAGES + name))
    for name in pages.names():
        if name not in wanted:
            pages.remove(name)
    return len(names)
