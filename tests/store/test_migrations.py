"""Stores of every released version, filled and upgraded: nothing lost, and the schema is that of a new store."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from pipeline.errors import StoreError
from pipeline.store import migrations
from pipeline.store.database import Store, open_store
from pipeline.store.migrations import SCHEMA_VERSION
from pipeline.store.schema import judgements
from pipeline.store.schema_nights import arrivals

RELEASED = Path(__file__).parent / "released"
VERSIONS = sorted({int(path.name.partition(".")[0]) for path in RELEASED.glob("*.sql")})

#: Rows of every table that the third version had.
ROWS: dict[str, list[dict[str, Any]]] = {
    "scans": [{"sha256": "a" * 64, "reading_version": at, "status": "read", "problems": "[]"} for at in (4, 5)],
    "records": [
        {"sha256": "a" * 64, "reading_version": 5, "ordinal": 0, "document_id": "d" * 80, "record": '{"x":"\\u0000é"}'}
    ],
    "outcomes": [
        {"document_id": "d" * 80, "code": "MRZ101", "check_version": 1, "policy_hash": "p" * 64,
         "register_hash": "", "as_of": "2026-11-01", "context": "c" * 64, "outcome": "{}"}
    ],
    "runs": [{"run_id": "r" * 32, "started": "2026-11-01T00:00:00+01:00", "state": "finished", "summary": None}],
    "inputs": [
        {"run_id": "r" * 32, "ordinal": 2**40, "path": b"\xff\x00", "label": b"", "bundle": "b", "sha256": None,
         "duplicate_of": None, "status": None, "problems": "[]"}
    ],
    "cases": [{"run_id": "r" * 32, "document_id": "d" * 80, "folder": "screening", "position": 2**40, "case": "{}"}],
    "judgements": [
        {"number": 1, "document_id": "d" * 80, "code": "MRZ101", "evidence_hash": "e" * 64, "verdict": "benign",
         "because": "ü", "judged_by": "A. Person", "judged_at": "2026-11-01"}
    ],
    "audits": [{"run_id": "r" * 32, "finished": "2026-11-01T00:00:00+00:00", "register_hash": "h" * 64}],
    "audit_leads": [{"run_id": "r" * 32, "office": "O-1", "subject": '["a"]', "code": "OFF101"}],
    "name_requests": [{"run_id": "r" * 32, "asked_by": "a.1", "asked_at": "2026-11-01T00:00:00+00:00"}],
}  # fmt: skip


def _engine(url: str) -> Engine:
    target = make_url(url)
    if target.get_backend_name() == "postgresql":
        return sa.create_engine(target.set(drivername="postgresql+psycopg"))
    Path(str(target.database)).parent.mkdir(exist_ok=True)
    return sa.create_engine(target)


def release(url: str, version: int) -> None:
    """A store as the program of that version left it."""
    engine = _engine(url)
    script = (RELEASED / f"{version}.{make_url(url).get_backend_name()}.sql").read_text(encoding="utf-8")
    with engine.begin() as connection:
        for statement in script.splitlines():
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"INSERT INTO schema_version (version) VALUES ({version})")
        old = sa.MetaData()
        old.reflect(connection)
        for table in old.sorted_tables:
            if table.name in ROWS:
                later = {"read_at": "2026-11-01T00:00:00+00:00"} if "read_at" in table.columns else {}
                connection.execute(sa.insert(table), [{**row, **later} for row in ROWS[table.name]])
    engine.dispose()


def _schema(url: str) -> dict[str, object]:
    """What a database says of itself; SQLite keeps to no length, so there the length is left out."""
    engine = _engine(url)
    with engine.connect() as connection:
        there = sa.inspect(connection)
        found = {name: _table(there, name) for name in there.get_table_names()}
    engine.dispose()
    return found


def _table(there: sa.Inspector, name: str) -> object:
    dialect = there.dialect
    length = re.compile(r"\(\d+\)" if dialect.name == "sqlite" else "$^")
    columns = {
        column["name"]: (
            length.sub("", column["type"].compile(dialect)), column["nullable"], bool(column.get("default"))
        )
        for column in there.get_columns(name)
    }  # fmt: skip
    indexes = {index["name"]: index["column_names"] for index in there.get_indexes(name)}
    keys = [(key["constrained_columns"], key["referred_table"]) for key in there.get_foreign_keys(name)]
    return columns, there.get_pk_constraint(name)["constrained_columns"], indexes, keys


@pytest.fixture(name="other_url")
def _other_url(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another store on the same database."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'other' / 'overseal.db'}"
    name = f"{url.rpartition('%3D')[2]}_other"
    engine = _engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    engine.dispose()
    return f"{url.rpartition('%3D')[0]}%3D{name}"


def test_every_version_before_the_present_one_was_released() -> None:
    # The present one may be written down ahead of the step that follows it.
    assert list(range(1, SCHEMA_VERSION + 1))[: len(VERSIONS)] == VERSIONS
    assert len(VERSIONS) >= SCHEMA_VERSION - 1


def test_the_steps_lead_to_the_schema(store: Store, url: str, other_url: str) -> None:
    engine = _engine(other_url)
    arrivals.metadata.create_all(engine)
    engine.dispose()
    assert _schema(url) == _schema(other_url)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_released_store_is_upgraded(url: str, other_url: str, version: int) -> None:
    release(url, version)
    before = _schema(url)
    open_store(url).close()
    open_store(other_url).close()
    assert _schema(url) == _schema(other_url)
    assert (_schema(url) == before) is (version == SCHEMA_VERSION)
    store = open_store(url)
    with store.read() as connection:
        now = sa.MetaData()
        now.reflect(connection)
        for name, rows in ROWS.items():
            kept = [dict(row) for row in connection.execute(sa.select(now.tables[name])).mappings()]
            expected = rows if name in before else []
            assert [{key: row[key] for key in ROWS[name][0]} for row in kept] == expected
        assert all(connection.execute(sa.select(now.tables["scans"].c.read_at)).scalars())
    store.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_judgements_of_a_released_store_are_still_appended_only(url: str, version: int) -> None:
    release(url, version)
    store = open_store(url)
    with pytest.raises(StoreError, match="judgements are appended"), store.write() as connection:
        connection.execute(sa.delete(judgements))
    store.close()


@pytest.mark.parametrize("version", [version for version in VERSIONS if version < SCHEMA_VERSION])
def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    url: str, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(url, version)
    before = _schema(url)

    def fail(connection: sa.Connection) -> None:
        migrations.execute(connection, "CREATE TABLE half (a INTEGER)", "INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS[:-1], fail))
    with pytest.raises(StoreError):
        open_store(url)
    assert _schema(url) == before
    monkeypatch.undo()
    open_store(url).close()
    assert "half" not in _schema(url)
