"""What a run leaves behind: run.json, names.csv and the three folders, replaced in one step each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from flows.discovery import Discovery
from flows.rows import row_questions, unscanned
from flows.screening import Screening
from flows.tally import Tally
from pipeline import READING_VERSION, __version__
from pipeline.cases import NO_REGISTER
from pipeline.report.folder import Folder, FolderWriter
from pipeline.report.header import RunHeader
from pipeline.report.names_csv import NamesCsv
from pipeline.report.run_json import write_run_json
from pipeline.store.inputs import Input, all_inputs, file_id, originals
from pipeline.store.runs import cases_in_order
from pipeline.store.scans import document_ids
from pipeline.store.tombstones import ERASED, erased
from pipeline.types.findings import Hypothesis, NotAssessed
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.runs import RunSummary

SPECIMEN_BANNER = "Specimens of the Republic of Utopia: no real person, no real document"


@dataclass(frozen=True, slots=True)
class Unread:
    """A file without any document: its opaque id and the reason."""

    file_id: str
    problems: tuple[Problem, ...]


def write_output(run: Screening, discovery: Discovery, tally: Tally, started: str, out: Path) -> RunSummary:
    """Write everything into `out`; returns the summary that run.json holds.

    Raises:
        OSError: if the folder cannot be written.
    """
    summary = RunSummary(
        run_id=run.run_id,
        started=started,
        finished="",
        versions={"overseal": __version__, "reading": str(READING_VERSION), "policy": run.law.version},
        register_hash=run.rows.hash if run.rows else None,
        today=run.today.isoformat(),
        checks=tally.checks,
        cases=dict(tally.cases),
        assessed={"altered": tally.altered, "irregular_issue": tally.irregular_issue},
    )
    out.mkdir(parents=True, exist_ok=True)
    problems = Counter(tally.problems)
    if run.rows is not None and (refused := sum(run.rows.register.refused.values())):
        problems[str(ProblemKind.REGISTER)] += refused
    if discovery.manifest_rows:
        problems[str(ProblemKind.MANIFEST)] += discovery.manifest_rows
    unread = _write_names(run, summary, problems, out)
    summary.problems = dict(problems)
    summary.finished = now()
    for folder in get_args(Folder):
        _write_folder(run, folder, RunHeader(summary, _not_asked(run, folder)), unread, discovery, out)
    write_run_json(out, summary)
    return summary


def _not_asked(run: Screening, folder: Folder) -> tuple[NotAssessed, ...]:
    """Questions that nothing in this run could be asked; which checks need what is told to auditors alone."""
    if run.rows is None:
        return (NO_REGISTER,)
    return row_questions(run.rows) if folder == "integrity" else ()


def now() -> str:
    """The time, ISO 8601 with offset, to the second."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _write_names(run: Screening, summary: RunSummary, problems: Counter[str], out: Path) -> list[Unread]:
    unread: list[Unread] = []
    with NamesCsv(out) as names, run.store.read() as connection:
        for files in all_inputs(connection, run.run_id):
            firsts = originals(connection, run.run_id, {f.duplicate_of for f in files if f.duplicate_of is not None})
            hashes = [file.sha256 for file in files if file.sha256 is not None]
            ids, gone = document_ids(connection, hashes), erased(connection, hashes, "facts")
            for file in files:
                _count(summary, file)
                found = ids.get(file.sha256 or "", [])
                original = file if file.duplicate_of is None else firsts[file.duplicate_of]
                for document_id in found or [file_id(original)]:
                    names.add(document_id, file.sha256 or "", file.label)
                if not found and file.duplicate_of is None:
                    # Erased while the run went on, it was known when the run began.
                    why = file.problems or ((ERASED,) if file.sha256 in gone else ())
                    unread.append(Unread(file_id(file), why))
                    problems.update(str(problem.kind) for problem in why)
    return unread


def _count(summary: RunSummary, file: Input) -> None:
    if file.duplicate_of is not None:
        summary.duplicates += 1
        return
    match file.status:
        case "read":
            summary.read += 1
        case "partial":
            summary.partial += 1
        case "unreadable":
            summary.unreadable += 1
        case None:
            raise ValueError(f"input {file.ordinal} was not read")


def _write_folder(
    run: Screening, folder: Folder, header: RunHeader, unread: list[Unread], discovery: Discovery, out: Path
) -> None:
    banner = SPECIMEN_BANNER if run.settings.specimen_run else None
    every = (*run.checks, *(run.rows.checks if run.rows else ()))
    withheld = frozenset(
        check.code for check in every if check.protection or check.hypothesis is Hypothesis.IRREGULAR_ISSUE
    )
    images = run.pages.load
    with (
        FolderWriter(out, folder, banner, header, images, withheld=withheld) as writer,
        run.store.read() as connection,
    ):
        for case in cases_in_order(connection, run.run_id, folder):
            writer.add(case)
        if run.rows is not None and folder != "screening":
            writer.add_rows(unscanned(run.rows, protection=folder == "protection"))
        if folder == "screening":
            for file in unread:
                for problem in file.problems:
                    writer.add_unreadable(file.file_id, problem)
            for row in discovery.manifest:
                writer.add_unreadable("manifest", row)
