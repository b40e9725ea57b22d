"""Scans in a store as a run leaves them: read, judged, with images."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from pipeline.store.database import Store
from pipeline.store.judgements import append_judgements
from pipeline.store.outcomes import Basis, save_outcomes
from pipeline.store.pages import PageFolder
from pipeline.store.retention import Class
from pipeline.store.runs import end_run, save_cases, start_run
from pipeline.store.scans import save_reading
from pipeline.types.findings import Case, Desk, Judgement, Light, Outcome, OutcomeKind, Verdict
from pipeline.types.readings import FileReading, PageImage
from tests.flows import fake_reader

READ_ON = dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC)
DESKS: dict[Class, tuple[str, Desk | None]] = {
    "clear": ("screening", Desk.RESCAN),
    "flagged": ("integrity", Desk.INTEGRITY_AUDITOR),
    "protection": ("protection", Desk.PROTECTION),
    "confirmed": ("screening", Desk.DOCUMENT_EXAMINER),
}


def reading(name: str) -> FileReading:
    data = json.dumps({"kind": "passport", "facts": {"viz.surname": f"CANARY {name}"}}).encode()
    return fake_reader.reading(data, "b", lambda: None)


def put(store: Store, home: Path, name: str, kept_as: Class | None, run_id: str | None = None) -> str:
    """A scan that was read, with its image, and judged by a run that finished unless no class is given."""
    read = reading(name)
    sha256 = read.file_sha256
    assert sha256 is not None
    document = read.records[0].document_id
    pages = len(read.records[0].pages)
    for page in range(pages):
        PageFolder(home).save(PageImage(document, page, b"pixels"))
    run_id = run_id or f"run {name}"
    with store.write() as connection:
        start_run(connection, run_id, "2026-01-01T00:00:00+00:00")
        save_reading(connection, sha256, read, READ_ON)
        save_outcomes(connection, document, Basis("p", "", "d", "c"), [Outcome("MRZ101", 1, OutcomeKind.CLEAR)])
        if kept_as is not None:
            folder, desk = DESKS[kept_as]
            case = Case(document, (sha256,), "passport", folder, desk, Light.CLEAR, None, (), (), ())
            plain = Case(document, (sha256,), "passport", "screening", None, Light.CLEAR, None, (), (), ())
            save_cases(connection, run_id, 0, [plain, case])
        if kept_as == "confirmed":
            judged = Judgement(document, "MRZ101", "e" * 64, Verdict.CONFIRMED, "seen", "a.1", "2026-01-02")
            append_judgements(connection, [judged])
        end_run(connection, run_id, "finished" if kept_as else "failed")
    return sha256
