"""The one schema, in SQLAlchemy Core; SQLite and Postgres alike.

Readings are kept by (sha256, reading version), outcomes by everything that they depend on. Names of input files stand
in `inputs` only, and only while their run lasts.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from pipeline.store.schema_nights import create_nights

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

#: What became of each file's bytes. `problems` are those of the whole file.
scans = Table(
    "scans",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("reading_version", Integer, primary_key=True),
    Column("status", String(10), nullable=False),
    Column("problems", Text, nullable=False),
)

#: The documents of each file, in their order in it.
records = Table(
    "records",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("reading_version", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("document_id", String(80), nullable=False),
    Column("record", Text, nullable=False),
)
Index("records_by_document", records.c.document_id)

#: `context` is a hash over what else a check may know: thresholds, linked documents, reading version, specimen run.
outcomes = Table(
    "outcomes",
    metadata,
    Column("document_id", String(80), primary_key=True),
    Column("code", String(6), primary_key=True),
    Column("check_version", Integer, primary_key=True),
    Column("policy_hash", String(64), primary_key=True),
    Column("register_hash", String(64), primary_key=True),
    Column("as_of", String(10), primary_key=True),
    Column("context", String(64), primary_key=True),
    Column("outcome", Text, nullable=False),
)

#: `state`: running, finished, interrupted, failed. `summary` is what run.json says.
runs = Table(
    "runs",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("started", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("summary", Text),
)

#: The files of a run. `path` and `label` are bytes, since a file name need not be text.
inputs = Table(
    "inputs",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("bundle", String(80), nullable=False),
    Column("sha256", String(64)),
    Column("duplicate_of", BigInteger),
    Column("status", String(10)),
    Column("problems", Text, nullable=False),
)
Index("inputs_by_hash", inputs.c.run_id, inputs.c.sha256)
Index("inputs_by_bundle", inputs.c.run_id, inputs.c.bundle)

#: The latest run's cases; `position` is their order in the run.
cases = Table(
    "cases",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("document_id", String(80), primary_key=True),
    Column("folder", String(12), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("case", Text, nullable=False),
)
Index("cases_in_order", cases.c.run_id, cases.c.folder, cases.c.position)
Index("cases_by_document", cases.c.document_id)

#: Audits that ended, and whom their leads were about: `subject` is JSON, ids only.
audits = Table(
    "audits",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("finished", String(40), nullable=False),
    Column("register_hash", String(64), nullable=False),
)
audit_leads = Table(
    "audit_leads",
    metadata,
    Column("run_id", String(32), ForeignKey("audits.run_id"), primary_key=True),
    Column("office", String(80), primary_key=True),
    Column("subject", String(400), primary_key=True),
    Column("code", String(6), nullable=False),
)

#: Who asked an audit for printed names (an id), and when.
name_requests = Table(
    "name_requests",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", String(40), nullable=False),
)

#: What people said of findings. Triggers refuse to change or remove a row.
judgements = Table(
    "judgements",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("document_id", String(80), nullable=False),
    Column("code", String(6), nullable=False),
    Column("evidence_hash", String(64), nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("because", Text, nullable=False),
    Column("judged_by", Text, nullable=False),
    Column("judged_at", String(40), nullable=False),
    sqlite_autoincrement=True,
)
Index("judgements_by_finding", judgements.c.document_id, judgements.c.code)

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        judgements,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER judgements_no_{_verb.lower()} BEFORE {_verb} ON judgements "
            "BEGIN SELECT RAISE(ABORT, 'judgements are appended, never changed'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    judgements,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE FUNCTION refuse_change() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'judgements are appended, never changed'; END $$ LANGUAGE plpgsql; "
        "CREATE TRIGGER judgements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON judgements "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    ).execute_if(dialect="postgresql"),
)


def _first(connection: Connection) -> None:
    metadata.create_all(connection)


def _second(connection: Connection) -> None:
    for table in (audits, audit_leads):
        table.create(connection, checkfirst=True)


def _third(connection: Connection) -> None:
    name_requests.create(connection, checkfirst=True)


#: Steps from nothing to the present schema; step N brings version N to N + 1. A released step is never edited.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, create_nights)
SCHEMA_VERSION = len(MIGRATIONS)
