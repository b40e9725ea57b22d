"""The schema's numbered steps, from nothing to the present; step N brings version N - 1 to N.

A released step is never edited, and names no table of `schema`, which moves on: it is SQL that both databases know,
with their few differences filled in. All steps of an upgrade are one transaction under the write lock, so that of two
programs that start at once one upgrades, and a step that fails leaves the store as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection

Step = Callable[[Connection], None]

#: What the databases call the same thing.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {"bytes": "BLOB", "counted": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "collate": ""},
    "postgresql": {"bytes": "BYTEA", "counted": "SERIAL PRIMARY KEY", "collate": ' COLLATE "C"'},
}


def execute(connection: Connection, *statements: str) -> None:
    """Run SQL of a step: `{bytes}`, `{counted}` (a key that counts up) and `{collate}` are filled in."""
    for statement in statements:
        connection.exec_driver_sql(statement.format_map(_WORDS[connection.dialect.name]))


def append_only(connection: Connection, table: str) -> None:
    """Make the database refuse to change or remove a row of a table."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are appended, never changed'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION '%% are appended, never changed', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _first(connection: Connection) -> None:
    execute(
        connection,
        "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)",
        "CREATE TABLE scans (sha256 VARCHAR(64) NOT NULL, reading_version INTEGER NOT NULL, "
        "status VARCHAR(10) NOT NULL, problems TEXT NOT NULL, PRIMARY KEY (sha256, reading_version))",
        "CREATE TABLE records (sha256 VARCHAR(64) NOT NULL, reading_version INTEGER NOT NULL, "
        "ordinal INTEGER NOT NULL, document_id VARCHAR(80) NOT NULL, record TEXT NOT NULL, "
        "PRIMARY KEY (sha256, reading_version, ordinal))",
        "CREATE INDEX records_by_document ON records (document_id)",
        "CREATE TABLE outcomes (document_id VARCHAR(80) NOT NULL, code VARCHAR(6) NOT NULL, "
        "check_version INTEGER NOT NULL, policy_hash VARCHAR(64) NOT NULL, register_hash VARCHAR(64) NOT NULL, "
        "as_of VARCHAR(10) NOT NULL, context VARCHAR(64) NOT NULL, outcome TEXT NOT NULL, "
        "PRIMARY KEY (document_id, code, check_version, policy_hash, register_hash, as_of, context))",
        "CREATE TABLE runs (run_id VARCHAR(32) NOT NULL PRIMARY KEY, started VARCHAR(40) NOT NULL, "
        "state VARCHAR(12) NOT NULL, summary TEXT)",
        "CREATE TABLE inputs (run_id VARCHAR(32) NOT NULL REFERENCES runs (run_id), ordinal BIGINT NOT NULL, "
        "path {bytes} NOT NULL, label {bytes} NOT NULL, bundle VARCHAR(80) NOT NULL, sha256 VARCHAR(64), "
        "duplicate_of BIGINT, status VARCHAR(10), problems TEXT NOT NULL, PRIMARY KEY (run_id, ordinal))",
        "CREATE INDEX inputs_by_bundle ON inputs (run_id, bundle)",
        "CREATE INDEX inputs_by_hash ON inputs (run_id, sha256)",
        "CREATE TABLE cases (run_id VARCHAR(32) NOT NULL, document_id VARCHAR(80) NOT NULL, "
        'folder VARCHAR(12) NOT NULL, position BIGINT NOT NULL, "case" TEXT NOT NULL, '
        "PRIMARY KEY (run_id, document_id, folder))",
        "CREATE INDEX cases_by_document ON cases (document_id)",
        "CREATE INDEX cases_in_order ON cases (run_id, folder, position)",
        "CREATE TABLE judgements (number {counted}, document_id VARCHAR(80) NOT NULL, code VARCHAR(6) NOT NULL, "
        "evidence_hash VARCHAR(64) NOT NULL, verdict VARCHAR(12) NOT NULL, because TEXT NOT NULL, "
        "judged_by TEXT NOT NULL, judged_at VARCHAR(40) NOT NULL)",
        "CREATE INDEX judgements_by_finding ON judgements (document_id, code)",
    )
    append_only(connection, "judgements")


def _second(connection: Connection) -> None:
    execute(
        connection,
        "CREATE TABLE audits (run_id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES runs (run_id), "
        "finished VARCHAR(40) NOT NULL, register_hash VARCHAR(64) NOT NULL)",
        "CREATE TABLE audit_leads (run_id VARCHAR(32) NOT NULL REFERENCES audits (run_id), "
        "office VARCHAR(80) NOT NULL, subject VARCHAR(400) NOT NULL, code VARCHAR(6) NOT NULL, "
        "PRIMARY KEY (run_id, office, subject))",
    )


def _third(connection: Connection) -> None:
    execute(
        connection,
        "CREATE TABLE name_requests (run_id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES runs (run_id), "
        "asked_by VARCHAR(40) NOT NULL, asked_at VARCHAR(40) NOT NULL)",
    )


def _fourth(connection: Connection) -> None:
    """Retention; texts of Postgres in byte order and as long as they come (SQLite has both without saying so)."""
    if connection.dialect.name == "postgresql":
        _widen(connection)
    execute(
        connection,
        "ALTER TABLE scans ADD COLUMN read_at VARCHAR(40){collate}",
        "CREATE TABLE tombstones (sha256 VARCHAR(64){collate} NOT NULL, what VARCHAR(6){collate} NOT NULL, "
        "kept_as VARCHAR(12){collate} NOT NULL, erased_at VARCHAR(40){collate} NOT NULL, "
        "rule VARCHAR(80){collate} NOT NULL, status VARCHAR(10){collate} NOT NULL, pages TEXT{collate} NOT NULL, "
        "PRIMARY KEY (sha256, what))",
        "CREATE TABLE legal_holds (number {counted}, sha256 VARCHAR(64){collate} NOT NULL, "
        "act VARCHAR(6){collate} NOT NULL, asked_by VARCHAR(40){collate} NOT NULL, "
        "agreed_by VARCHAR(40){collate} NOT NULL, reference VARCHAR(80){collate} NOT NULL, "
        "at VARCHAR(40){collate} NOT NULL)",
        "CREATE INDEX legal_holds_by_scan ON legal_holds (sha256)",
        "CREATE TABLE retention_clock (day VARCHAR(10){collate} NOT NULL PRIMARY KEY)",
    )
    # How old they are is not known: their time runs from now on.
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    connection.execute(sa.text("UPDATE scans SET read_at = :now"), {"now": now})
    append_only(connection, "tombstones")
    append_only(connection, "legal_holds")


def _widen(connection: Connection) -> None:
    longer = {
        ("outcomes", "register_hash"): 200,
        ("audits", "register_hash"): 200,
        ("audit_leads", "office"): 400,
    }
    tables = ("scans", "records", "outcomes", "runs", "inputs", "cases", "judgements", "audits", "audit_leads",
              "name_requests")  # fmt: skip
    columns = connection.execute(
        sa.text(
            "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text') "
            "AND table_name = ANY(:tables) ORDER BY table_name, column_name"
        ),
        {"tables": list(tables)},
    ).all()
    for table, column, kind, length in columns:
        whole = "TEXT" if kind == "text" else f"VARCHAR({longer.get((table, column), length)})"
        connection.exec_driver_sql(f'ALTER TABLE {table} ALTER COLUMN "{column}" TYPE {whole} COLLATE "C"')
    # The first stores counted it up.
    connection.exec_driver_sql("ALTER TABLE schema_version ALTER COLUMN version DROP DEFAULT")


def _fifth(connection: Connection) -> None:
    """The nightly schedule."""
    execute(
        connection,
        "CREATE TABLE arrivals (inbox VARCHAR(32){collate} NOT NULL, place VARCHAR(32){collate} NOT NULL, "
        "size BIGINT NOT NULL, mtime_ns BIGINT NOT NULL, state VARCHAR(12){collate} NOT NULL, "
        "sha256 VARCHAR(64){collate}, bundle VARCHAR(80){collate}, first_seen VARCHAR(40){collate} NOT NULL, "
        "tries INTEGER NOT NULL, reasons VARCHAR(200){collate} NOT NULL, night VARCHAR(40){collate} NOT NULL, "
        "file_id VARCHAR(80){collate} NOT NULL, PRIMARY KEY (inbox, place))",
        "CREATE INDEX arrivals_by_state ON arrivals (inbox, state)",
        "CREATE INDEX arrivals_by_hash ON arrivals (inbox, sha256)",
        "CREATE TABLE nights (night_id VARCHAR(32){collate} NOT NULL PRIMARY KEY, inbox VARCHAR(32){collate} NOT NULL, "
        "home VARCHAR(32){collate} NOT NULL, scheduled VARCHAR(40){collate} NOT NULL, "
        "started VARCHAR(40){collate} NOT NULL, finished VARCHAR(40){collate}, beat FLOAT NOT NULL, "
        "state VARCHAR(12){collate} NOT NULL, failure VARCHAR(40){collate} NOT NULL, found INTEGER NOT NULL, "
        '"read" INTEGER NOT NULL, partial INTEGER NOT NULL, unreadable INTEGER NOT NULL, '
        "duplicates INTEGER NOT NULL, seconds FLOAT NOT NULL, rehashed INTEGER NOT NULL, "
        "summary TEXT{collate} NOT NULL)",
        "CREATE INDEX nights_by_time ON nights (inbox, scheduled)",
    )


#: All steps, in order.
STEPS: tuple[Step, ...] = (_first, _second, _third, _fourth, _fifth)
SCHEMA_VERSION = len(STEPS)


def migrate(connection: Connection, version: int, upto: int = SCHEMA_VERSION) -> None:
    """Take the steps after a version, up to another, and note where the store stands then."""
    for step in STEPS[version:upto]:
        step(connection)
    execute(connection, "DELETE FROM schema_version", f"INSERT INTO schema_version (version) VALUES ({upto})")


@cache
def tables_of(version: int) -> frozenset[str]:
    """Names of the tables of a version: what its steps make of an empty database."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, 0, version)
        found = frozenset(sa.inspect(connection).get_table_names())
    engine.dispose()
    return found


def version_of(connection: Connection) -> int:
    """Version of the store's schema; 0 where there is none yet."""
    if not sa.inspect(connection).has_table("schema_version"):
        return 0
    return connection.exec_driver_sql("SELECT max(version) FROM schema_version").scalar() or 0
