"""The one schema as it is now, in SQLAlchemy Core; SQLite and Postgres alike.

How a store gets there is in `migrations`.
Readings are kept by (sha256, reading version), outcomes by everything that they depend on. Names of input files stand
in `inputs` only, and only while their run lasts.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table

from pipeline.store.columns import text, varchar

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

#: What became of each file's bytes. `problems` are those of the whole file; `read_at`, when this version first read it
#: (UTC, ISO 8601).
scans = Table(
    "scans",
    metadata,
    Column("sha256", varchar(64), primary_key=True),
    Column("reading_version", Integer, primary_key=True),
    Column("status", varchar(10), nullable=False),
    Column("problems", text(), nullable=False),
    Column("read_at", varchar(40)),
)

#: The documents of each file, in their order in it.
records = Table(
    "records",
    metadata,
    Column("sha256", varchar(64), primary_key=True),
    Column("reading_version", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("document_id", varchar(80), nullable=False),
    Column("record", text(), nullable=False),
)
Index("records_by_document", records.c.document_id)

#: `context` is a hash over what else a check may know: thresholds, linked documents, reading version, specimen run.
outcomes = Table(
    "outcomes",
    metadata,
    Column("document_id", varchar(80), primary_key=True),
    Column("code", varchar(6), primary_key=True),
    Column("check_version", Integer, primary_key=True),
    Column("policy_hash", varchar(64), primary_key=True),
    Column("register_hash", varchar(200), primary_key=True),
    Column("as_of", varchar(10), primary_key=True),
    Column("context", varchar(64), primary_key=True),
    Column("outcome", text(), nullable=False),
)

#: `state`: running, finished, interrupted, failed. `summary` is what run.json says.
runs = Table(
    "runs",
    metadata,
    Column("run_id", varchar(32), primary_key=True),
    Column("started", varchar(40), nullable=False),
    Column("state", varchar(12), nullable=False),
    Column("summary", text()),
)

#: The files of a run. `path` and `label` are bytes, since a file name need not be text.
inputs = Table(
    "inputs",
    metadata,
    Column("run_id", varchar(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("bundle", varchar(80), nullable=False),
    Column("sha256", varchar(64)),
    Column("duplicate_of", BigInteger),
    Column("status", varchar(10)),
    Column("problems", text(), nullable=False),
)
Index("inputs_by_hash", inputs.c.run_id, inputs.c.sha256)
Index("inputs_by_bundle", inputs.c.run_id, inputs.c.bundle)

#: The latest run's cases; `position` is their order in the run.
cases = Table(
    "cases",
    metadata,
    Column("run_id", varchar(32), primary_key=True),
    Column("document_id", varchar(80), primary_key=True),
    Column("folder", varchar(12), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("case", text(), nullable=False),
)
Index("cases_in_order", cases.c.run_id, cases.c.folder, cases.c.position)
Index("cases_by_document", cases.c.document_id)

#: Audits that ended, and whom their leads were about: `subject` is JSON, ids only.
audits = Table(
    "audits",
    metadata,
    Column("run_id", varchar(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("finished", varchar(40), nullable=False),
    Column("register_hash", varchar(200), nullable=False),
)
audit_leads = Table(
    "audit_leads",
    metadata,
    Column("run_id", varchar(32), ForeignKey("audits.run_id"), primary_key=True),
    Column("office", varchar(400), primary_key=True),
    Column("subject", varchar(400), primary_key=True),
    Column("code", varchar(6), nullable=False),
)

#: Who asked an audit for printed names (an id), and when.
name_requests = Table(
    "name_requests",
    metadata,
    Column("run_id", varchar(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("asked_by", varchar(40), nullable=False),
    Column("asked_at", varchar(40), nullable=False),
)

#: What people said of findings. Triggers refuse to change or remove a row.
judgements = Table(
    "judgements",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("document_id", varchar(80), nullable=False),
    Column("code", varchar(6), nullable=False),
    Column("evidence_hash", varchar(64), nullable=False),
    Column("verdict", varchar(12), nullable=False),
    Column("because", text(), nullable=False),
    Column("judged_by", text(), nullable=False),
    Column("judged_at", varchar(40), nullable=False),
    sqlite_autoincrement=True,
)
Index("judgements_by_finding", judgements.c.document_id, judgements.c.code)

#: What was erased of a scan, `images` or `facts`, as which class and by which rule. `status` is how reading it had
#: ended, `pages` the names of its image files (JSON). Appended, never changed.
tombstones = Table(
    "tombstones",
    metadata,
    Column("sha256", varchar(64), primary_key=True),
    Column("what", varchar(6), primary_key=True),
    Column("kept_as", varchar(12), nullable=False),
    Column("erased_at", varchar(40), nullable=False),
    Column("rule", varchar(80), nullable=False),
    Column("status", varchar(10), nullable=False),
    Column("pages", text(), nullable=False),
)

#: Legal holds `placed` on scans and `lifted`, each by two persons (ids). Appended, never changed; of each
#: scan and reference the last one counts.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("sha256", varchar(64), nullable=False),
    Column("act", varchar(6), nullable=False),
    Column("asked_by", varchar(40), nullable=False),
    Column("agreed_by", varchar(40), nullable=False),
    Column("reference", varchar(80), nullable=False),
    Column("at", varchar(40), nullable=False),
    sqlite_autoincrement=True,
)
Index("legal_holds_by_scan", legal_holds.c.sha256)

#: The day that erasing was last asked for.
retention_clock = Table("retention_clock", metadata, Column("day", varchar(10), primary_key=True))
