"""The work of a screening run, batch by batch; knows no orchestrator.

A batch is a range of opaque ordinals; names, readings and findings stay in the store and never pass through the
orchestrator. A document that cannot be read or judged ends as a Problem of its own and never fails its batch.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from checks.base import Context, DocumentCheck
from checks.run_all import judge
from flows.rows import RowRun
from flows.sightings import UNSEEN, Sighting, sightings
from flows.tally import Tally
from flows.workers import WorkerPool
from pipeline import READING_VERSION
from pipeline.bundles import Linked, facts_with_links
from pipeline.cases import cases_of, unjudged
from pipeline.errors import place_of
from pipeline.reference.policy import Policies
from pipeline.settings import Settings
from pipeline.store.database import Store
from pipeline.store.inputs import Input, bundles, close_input, unread
from pipeline.store.outcomes import Basis, day_of, forget_outcomes, known_outcomes, save_outcomes
from pipeline.store.pages import PageFolder
from pipeline.store.runs import save_cases
from pipeline.store.scans import documents_there, keep_bundle, records_of, save_reading
from pipeline.store.tombstones import erased
from pipeline.types.documents import DocumentRecord
from pipeline.types.facts import Facts
from pipeline.types.findings import Case, Hypothesis, Outcome
from pipeline.types.problems import Problem, ProblemKind

log = logging.getLogger(__name__)

#: More documents than a file may have pages; keeps the documents of one file together in the order of the run.
_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Screening:
    """Everything a batch needs.

    Attributes:
        today: the day that the answers hold for.
        law: policy packs in force.
        precisions: measured precision by code.
        rows: the register and what its checks flagged; None without a register.
        same_days: whether a document is judged for the day that its kept answers hold for, so that those still do.
    """

    run_id: str
    settings: Settings
    store: Store
    pages: PageFolder
    pool: WorkerPool
    today: dt.date
    law: Policies
    checks: Sequence[DocumentCheck]
    precisions: Mapping[str, float] = field(default_factory=dict)
    rows: RowRun | None = None
    same_days: bool = False

    @property
    def hypotheses(self) -> dict[str, Hypothesis]:
        """What each check looks for, by code."""
        on_rows = self.rows.checks if self.rows else ()
        return {check.code: check.hypothesis for check in (*self.checks, *on_rows)}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A document to judge, with those that it is compared with.

    Attributes:
        position: its place in the run.
        moved: whether it came in with another application before.
    """

    record: DocumentRecord
    position: int
    together: Sequence[DocumentRecord]
    moved: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the checks said of one document; without a basis where it could not be judged, and nothing is kept.

    `outcomes` are of checks on the document alone: those on the register's rows are counted and kept with the register.
    `asked` are the codes of checks that were asked, for want of an answer that holds.
    """

    document_id: str
    position: int
    basis: Basis | None
    outcomes: tuple[Outcome, ...]
    cases: tuple[Case, ...]
    asked: tuple[str, ...] = ()


def read_batch(run: Screening, first: int, last: int) -> int:
    """Read the unread files between two ordinals (both included); returns how many.

    Each file is committed on its own, so that a run that is killed reads at most one file again.

    Raises:
        StoreError: when the store refuses.
        Stopped: when the run is being interrupted.
    """
    with run.store.read() as connection:
        files = unread(connection, run.run_id, first, last)
    for file in files:
        try:
            _read_file(run, file)
        except (TypeError, ValueError, AttributeError) as error:  # the store's form has no place for what was read
            log.error("keeping a reading failed: %s", place_of(error))
            _give_up(run, file, error)
    return len(files)


def _read_file(run: Screening, file: Input) -> None:
    reading = run.pool.read(file.path, file.bundle)
    sha256 = reading.file_sha256 or file.sha256
    if not _images_erased(run, sha256):
        for image in reading.images:
            run.pages.save(image)
    with run.store.write() as connection:
        if sha256 is not None:
            save_reading(connection, sha256, reading, dt.datetime.now(dt.UTC))
        close_input(connection, run.run_id, file.ordinal, sha256, reading.status, reading.problems)


def _images_erased(run: Screening, sha256: str | None) -> bool:
    """Whether their time was over before: a new version of the reader brings facts, not images."""
    with run.store.read() as connection:
        return sha256 is not None and bool(erased(connection, [sha256], "images"))


def _give_up(run: Screening, file: Input, error: Exception) -> None:
    problem = Problem(ProblemKind.OURS, "store", f"the reading cannot be kept: {type(error).__name__}")
    with run.store.write() as connection:
        close_input(connection, run.run_id, file.ordinal, file.sha256, "unreadable", (problem,))


def judge_batch(run: Screening, first: int, last: int) -> Tally:
    """Run every check on the documents of the bundles whose heads lie between two ordinals (both included).

    Raises:
        StoreError: when the store refuses.
    """
    tally = Tally()
    with run.store.read() as connection:
        waiting = [one for files in bundles(connection, run.run_id, first, last) for one in _waiting(connection, files)]
        seen = sightings(run.rows, {one.record.document_id: Facts(one.record.facts) for one in waiting})
        judged = [_judge(run, connection, one, seen.get(one.record.document_id, UNSEEN)) for one in waiting]
    for one in judged:
        tally.add(one.cases, one.outcomes, run.hypotheses)
        tally.asked.update(one.asked)
    with run.store.write() as connection:
        # What was erased meanwhile, by the night of another process, would never be erased again.
        there = documents_there(connection, [one.document_id for one in judged])
        for one in judged:
            if one.document_id not in there:
                continue
            if one.basis is None:
                forget_outcomes(connection, one.document_id)
            else:
                save_outcomes(connection, one.document_id, one.basis, one.outcomes)
            save_cases(connection, run.run_id, one.position, one.cases)
        for moved in (document.record for document in waiting if document.moved):
            keep_bundle(connection, moved)
    return tally


def _waiting(connection: Connection, files: Sequence[Input]) -> list[_Waiting]:
    """The documents of one application; one that came in twice is judged once."""
    read = [
        (file, part, record)
        for file in files
        if file.sha256 is not None
        for part, record in enumerate(records_of(connection, file.sha256))
    ]
    together = list({record.document_id: record for _, _, record in read}.values())
    return [
        _Waiting(_own(record, file, part), file.ordinal * _PARTS + part, together, record.bundle != file.bundle)
        for file, part, record in read
        if file.duplicate_of is None
    ]


def _own(record: DocumentRecord, file: Input, part: int) -> DocumentRecord:
    """The record as it stands in this run; problems of the file as a whole are told with its first document."""
    problems = file.problems if part == 0 else ()
    return dataclasses.replace(record, bundle=file.bundle, problems=record.problems + problems)


def _judge(run: Screening, connection: Connection, one: _Waiting, seen: Sighting) -> _Judged:
    record = one.record
    try:
        linked = facts_with_links(record, one.together)
        today = (day_of(connection, record.document_id) if run.same_days else None) or run.today
        basis = _basis(run, record, linked, today)
        versions = {check.code: check.version for check in run.checks}
        known = _with_precision(run, known_outcomes(connection, record.document_id, basis, versions))
        missing = [check for check in run.checks if check.code not in known]
        new = judge(linked.facts, _context(run, record, linked, seen, today), missing, run.precisions)
        answers = {**known, **{outcome.code: outcome for outcome in new}}
        outcomes = tuple(answers[check.code] for check in run.checks)
        cases = cases_of(
            record, (*outcomes, *seen.rows), run.hypotheses, register=seen.match, unlinked=linked.not_assessed
        )
        asked = tuple(check.code for check in missing)
        return _Judged(record.document_id, one.position, basis, outcomes, cases, asked)
    except DBAPIError:  # the store's refusal concerns every document
        raise
    except Exception as error:  # a fault of ours must not stop the run; the message could hold what was read
        log.error("judging a document failed: %s", place_of(error))
        problem = Problem(ProblemKind.OURS, "checks", f"judging failed: {type(error).__name__}")
        cases = unjudged(dataclasses.replace(record, problems=(*record.problems, problem)))
        return _Judged(record.document_id, one.position, None, (), cases)


def _with_precision(run: Screening, known: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Answers that were kept, with the precision that was measured since: no check knows it, so it dates none."""
    return {
        code: dataclasses.replace(
            outcome,
            findings=tuple(dataclasses.replace(one, precision=run.precisions.get(code)) for one in outcome.findings),
        )
        for code, outcome in known.items()
    }


def _context(run: Screening, record: DocumentRecord, linked: Linked, seen: Sighting, today: dt.date) -> Context:
    return Context(
        today=today,
        policy=run.law,
        thresholds=run.settings.checks,
        specimen_run=run.settings.specimen_run,
        register=seen.match,
        problems=record.problems,
        linked_ids=linked.ids,
    )


def _basis(run: Screening, record: DocumentRecord, linked: Linked, today: dt.date) -> Basis:
    rest = (
        READING_VERSION,
        sorted((code, sorted(limits.items())) for code, limits in run.settings.checks.items()),
        run.settings.specimen_run,
        sorted(linked.ids.items()),
        record.problems,
    )
    context = hashlib.sha256(repr(rest).encode()).hexdigest()
    return Basis(run.law.hash, run.rows.hash if run.rows else "", today.isoformat(), context)
