"""What was backed up comes back, on either database; what was cut or changed does not."""

from __future__ import annotations

import datetime as dt
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StoreError, UsageError
from pipeline.store import backup, restore
from pipeline.store.backup import PASSING, opened, write_backup
from pipeline.store.database import Store, open_as_it_is, open_store
from pipeline.store.holds import place_hold
from pipeline.store.inputs import Input, add_inputs
from pipeline.store.judgements import append_judgements
from pipeline.store.migrations import SCHEMA_VERSION, tables_of
from pipeline.store.pages import PageFolder
from pipeline.store.restore import Restored, restore_backup
from pipeline.store.runs import start_run
from pipeline.store.schema import records, runs, scans
from pipeline.store.tombstones import Tombstone, add_tombstones
from pipeline.types.findings import Judgement, Verdict
from tests.store import test_migrations
from tests.store.filled import READ_ON, put
from tests.store.test_migrations import VERSIONS, release

Rows = dict[str, list[tuple[Any, ...]]]
_MADE_UP: dict[type, object] = {str: "x\u2028", int: 2**31 - 1, float: 0.1, bytes: b"\xff\x00"}


@pytest.fixture(
    params=[
        pytest.param("sqlite to sqlite", id="sqlite-sqlite"),
        pytest.param("sqlite to postgres", id="sqlite-postgres", marks=pytest.mark.postgres),
        pytest.param("postgres to sqlite", id="postgres-sqlite", marks=pytest.mark.postgres),
        pytest.param("postgres to postgres", id="postgres-postgres", marks=pytest.mark.postgres),
    ],
    name="pair",
)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """The store that is backed up, and the one that it is restored into."""
    kinds = request.param.split(" to ")
    urls = [f"sqlite:///{tmp_path / str(at) / 'overseal.db'}" for at in range(2)]
    if "postgres" in kinds:
        make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        urls = [make() if kind == "postgres" else url for kind, url in zip(kinds, urls, strict=True)]
    stores = [open_store(url, busy_seconds=5.0, away_seconds=0.0) for url in urls]
    yield stores[0], stores[1]
    for store in stores:
        store.close()


def rows_of(store: Store) -> Rows:
    with store.read() as connection:
        found = sa.MetaData()
        found.reflect(connection, only=sorted(tables_of(SCHEMA_VERSION) - PASSING))
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in found.sorted_tables
        }


def fill(store: Store, home: Path) -> None:
    """Something in every table that a backup has."""
    for at, kept_as in enumerate(("clear", "flagged", "protection", "confirmed")):
        put(store, home, f"x{at}", kept_as)  # type: ignore[arg-type]
    with store.write() as connection:
        place_hold(connection, "a" * 64, "a.1", "b.2", "AZ 1/26", READ_ON)
        add_tombstones(connection, [Tombstone("f" * 64, "facts", "clear", READ_ON, "rules 1", "read", ("x",))])
        for name, rows in test_migrations.ROWS.items():
            if name in ("audits", "audit_leads", "name_requests", "runs"):
                found = sa.Table(name, sa.MetaData(), autoload_with=connection)
                connection.execute(sa.insert(found), rows)
        every = sa.MetaData()
        every.reflect(connection, only=sorted(tables_of(SCHEMA_VERSION) - PASSING))
        for table in every.sorted_tables:
            if connection.execute(sa.select(table)).first() is None:
                row = {column.name: _MADE_UP[column.type.python_type] for column in table.columns}
                connection.execute(sa.insert(table), row)


def images(home: Path) -> dict[str, bytes]:
    pages = PageFolder(home)
    return {name: (home / "pages" / name).read_bytes() for name in pages.names()}


def restored(path: Path, store: Store, home: Path, *, replace: bool = False) -> Restored:
    return restore_backup(path, store, PageFolder(home), replace=replace)


def test_all_of_it_comes_back(pair: tuple[Store, Store], tmp_path: Path) -> None:
    there, here = pair
    fill(there, tmp_path / "there")
    file = tmp_path / "backup"
    manifest, digest = write_backup(there, PageFolder(tmp_path / "there"), file)
    told = restored(file, here, tmp_path / "here")
    before, after = rows_of(there), rows_of(here)
    assert after == before
    assert all(before.values())
    assert images(tmp_path / "here") == images(tmp_path / "there") != {}
    assert told == Restored(manifest, len(images(tmp_path / "here")))
    assert manifest.rows == {name: len(rows) for name, rows in before.items()}
    assert file.read_bytes().endswith(digest.encode())
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_restored_is_used_on(pair: tuple[Store, Store], tmp_path: Path) -> None:
    there, here = pair
    fill(there, tmp_path)
    write_backup(there, PageFolder(tmp_path), tmp_path / "backup")
    restored(tmp_path / "backup", here, tmp_path)
    with here.write() as connection:
        append_judgements(connection, [Judgement("d", "X", "e" * 64, Verdict.BENIGN, "b", "p", "2026-11-02")])
        place_hold(connection, "c" * 64, "a", "b", "r", READ_ON)
    for table in ("judgements", "tombstones", "legal_holds"):
        with pytest.raises(StoreError, match="appended, never changed"), here.write() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_a_backup_taken_while_others_write_is_of_one_state(store: Store, tmp_path: Path) -> None:
    stop, begun = threading.Event(), threading.Event()
    written = [0]

    def write() -> None:
        while not stop.is_set():
            # Scan, record, run and case of one document come in two transactions; a scan never without its record.
            put(store, tmp_path / "there", f"w{written[0]}", "clear")
            written[0] += 1
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    files = [tmp_path / f"backup{at}" for at in range(3)]
    for file in files:
        write_backup(store, PageFolder(tmp_path / "there"), file)
    stop.set()
    writer.join()
    for at, file in enumerate(files):
        here = open_store(f"sqlite:///{tmp_path / f'here{at}' / 'overseal.db'}")
        told = restored(file, here, tmp_path / f"here{at}")
        with here.read() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(scans)).scalar_one()
            assert count == connection.execute(sa.select(sa.func.count()).select_from(records)).scalar_one() > 0
            assert told.pages == count
        here.close()


def test_a_run_that_is_going_on_leaves_no_names_and_ends_as_interrupted(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        start_run(connection, "r", "2026-11-01T00:00:00+00:00")
        add_inputs(connection, "r", [Input(0, Path("CANARY.png"), "CANARY.png", "b", "a" * 64)])
    write_backup(store, PageFolder(tmp_path), tmp_path / "backup")
    with zipfile.ZipFile(tmp_path / "backup") as archive:
        assert not any(b"CANARY" in archive.read(name) or "inputs" in name for name in archive.namelist())
    restored(tmp_path / "backup", store, tmp_path)
    with store.read() as connection:
        assert connection.execute(sa.select(runs.c.state)).scalars().all() == ["interrupted"]


@pytest.mark.parametrize("what", ["run", "judgement", "hold"])
def test_what_the_backup_lacks_is_lost_only_on_request(store: Store, tmp_path: Path, what: str) -> None:
    fill(store, tmp_path)
    write_backup(store, PageFolder(tmp_path), tmp_path / "backup")
    before = rows_of(store)
    restored(tmp_path / "backup", store, tmp_path)
    with store.write() as connection:
        if what == "run":
            start_run(connection, "later", "2026-11-01T00:00:00+00:00")
        elif what == "judgement":
            append_judgements(connection, [Judgement("d", "X", "e" * 64, Verdict.BENIGN, "b", "p", "2026-11-02")])
        else:
            place_hold(connection, "c" * 64, "a", "b", "r", READ_ON)
    now = rows_of(store)
    with pytest.raises(StoreError, match=f"the store has what the backup does not: 1 .*{what}"):
        restored(tmp_path / "backup", store, tmp_path)
    assert rows_of(store) == now != before
    restored(tmp_path / "backup", store, tmp_path, replace=True)
    assert rows_of(store) == before


def test_images_of_other_documents_go(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    write_backup(store, PageFolder(tmp_path), tmp_path / "backup")
    before = images(tmp_path)
    put(store, tmp_path, "later", "clear")
    assert images(tmp_path) != before
    restored(tmp_path / "backup", store, tmp_path, replace=True)
    assert images(tmp_path) == before


def test_an_image_that_only_this_machine_has_stays(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path / "here", "x", "clear")
    write_backup(store, PageFolder(tmp_path / "there"), tmp_path / "backup")
    assert restored(tmp_path / "backup", store, tmp_path / "here").pages == 0
    assert len(images(tmp_path / "here")) == 1


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a small store."""
    folder = tmp_path_factory.mktemp("whole")
    store = open_store(f"sqlite:///{folder / 'overseal.db'}")
    fill(store, folder)
    write_backup(store, PageFolder(folder), folder / "backup")
    store.close()
    return (folder / "backup").read_bytes()


@given(data=st.data())
def test_a_file_that_was_cut_is_refused(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.getbasetemp() / "cut"
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(StoreError, match="cut or changed"), opened(file):
        pass


@given(data=st.data())
def test_a_file_in_which_a_bit_changed_is_refused(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.getbasetemp() / "changed"
    at = data.draw(st.integers(0, len(whole) - 1))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << data.draw(st.integers(0, 7))]) + whole[at + 1 :])
    with pytest.raises(StoreError, match="cut or changed"), opened(file):
        pass


def test_a_file_that_is_refused_changes_nothing(store: Store, tmp_path: Path, whole: bytes) -> None:
    fill(store, tmp_path)
    before = rows_of(store), images(tmp_path)
    (tmp_path / "backup").write_bytes(whole[:-1])
    with pytest.raises(StoreError):
        restored(tmp_path / "backup", store, tmp_path, replace=True)
    assert (rows_of(store), images(tmp_path)) == before


def test_a_restore_that_fails_midway_changes_nothing(
    store: Store, tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, tmp_path)
    before = rows_of(store), images(tmp_path)
    (tmp_path / "backup").write_bytes(whole)

    def fail(connection: sa.Connection) -> list[str]:
        raise StoreError("the disk of the store is full")

    with monkeypatch.context() as patched:
        patched.setattr(restore, "running", fail)
        with pytest.raises(StoreError, match="full"):
            restored(tmp_path / "backup", store, tmp_path, replace=True)
    assert (rows_of(store), images(tmp_path)) == before
    restored(tmp_path / "backup", store, tmp_path, replace=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_an_older_schema_is_backed_up_as_it_is_and_restored_into_the_present_one(
    url: str, tmp_path: Path, version: int
) -> None:
    release(url, version)
    old = open_as_it_is(url)
    manifest, _ = write_backup(old, PageFolder(tmp_path), tmp_path / "backup")
    old.close()
    assert manifest.schema == version
    here = open_store(f"sqlite:///{tmp_path / 'here' / 'overseal.db'}")
    restored(tmp_path / "backup", here, tmp_path)
    found = rows_of(here)
    assert [row[:4] for row in found["scans"]] == [tuple(row.values()) for row in test_migrations.ROWS["scans"]]
    assert found["judgements"] == [tuple(row.values()) for row in test_migrations.ROWS["judgements"]]
    here.close()
    upgraded = open_store(url)
    without = {name: rows for name, rows in rows_of(upgraded).items() if name != "scans"}
    assert without == {name: rows for name, rows in found.items() if name != "scans"}
    upgraded.close()


def test_a_backup_of_a_newer_schema_is_refused(
    store: Store, tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backup").write_bytes(whole)
    monkeypatch.setattr(restore, "SCHEMA_VERSION", SCHEMA_VERSION - 1)
    with pytest.raises(StoreError, match="update overseal"):
        restored(tmp_path / "backup", store, tmp_path)


def test_a_full_disk_leaves_no_file(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, tmp_path / "home")

    def fail(cells: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_line", fail)
    (tmp_path / "files").mkdir()
    with pytest.raises(StoreError, match="No space left on device"):
        write_backup(store, PageFolder(tmp_path / "home"), tmp_path / "files" / "backup")
    assert list((tmp_path / "files").iterdir()) == []


def test_a_file_that_is_there_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        write_backup(store, PageFolder(tmp_path), tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "mine"


def test_what_one_that_was_killed_left_is_in_nobodys_way(store: Store, tmp_path: Path) -> None:
    (tmp_path / ".backup.new").write_bytes(b"x" * 100_000)
    write_backup(store, PageFolder(tmp_path), tmp_path / "backup")
    with opened(tmp_path / "backup") as (_, manifest):
        assert manifest.created <= dt.datetime.now(dt.UTC).isoformat()
    assert not (tmp_path / ".backup.new").exists()


def test_a_row_with_bytes_comes_back() -> None:
    assert restore._value(backup._cell(b"\x00\xff")) == b"\x00\xff"
    with pytest.raises(TypeError, match="no form"):
        backup._cell(object())


def test_there_is_no_store_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        open_as_it_is(f"sqlite:///{tmp_path / 'overseal.db'}")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "overseal.db").touch()
    with pytest.raises(StoreError, match="no store"):
        open_as_it_is(f"sqlite:///{tmp_path / 'overseal.db'}")
