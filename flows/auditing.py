"""The work of an audit, step by step; knows no orchestrator."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.office import Measure, OfficeCheck
from flows.audit_identities import Identities, identities, shared_contacts
from flows.audit_screened import scanned_permits
from flows.audit_tables import EXPOSURE, AuditTables, audit_tables
from flows.rows import RowRun
from pipeline.audit.assignment_log import LogWatched, watched_log
from pipeline.audit.diversity import counterparts_of
from pipeline.audit.indicators import ASSESSED
from pipeline.audit.innocent import innocent_causes
from pipeline.audit.leads import Audited, leads
from pipeline.audit.monitoring import Monitored, monitored
from pipeline.audit.timing import noted
from pipeline.settings import Audit
from pipeline.store.audits import last_audit, lead_key
from pipeline.store.database import Store
from pipeline.types.audit_evidence import ScannedPermit, SharedContact
from pipeline.types.leads import AuditSettings, Counts, Indicator, Lead


@dataclass(frozen=True, slots=True)
class Auditing:
    """Everything an audit needs.

    Attributes:
        rows: the register, with the row checks that the indicators count.
        indicators: which to count.
        first: first day of issue of the period; None: from the beginning; `last` likewise.
    """

    run_id: str
    store: Store
    rows: RowRun
    indicators: Sequence[OfficeCheck]
    settings: Audit
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AuditFound:
    """What an audit found.

    Attributes:
        leads: strongest first, with the innocent causes that were tried, and whether each is new.
        audited: as the statistics gave it, with the leads as they were.
        since: when the audit before ended, ISO 8601; "" where there was none.
        monitored: officers whose charts stand above their limit at the end of the period.
        log: what the assignment log shows.
        identities: evidence beside the statistics, as are the next two.
        scans: documents that were screened, by permit number.
        shared: for each lead, what the holders of its permits share.
    """

    tables: AuditTables
    audited: Audited
    leads: tuple[Lead, ...]
    since: str
    monitored: Monitored
    log: LogWatched
    identities: Identities
    scans: tuple[ScannedPermit, ...]
    shared: tuple[tuple[SharedContact, ...], ...]

    @property
    def not_assessed(self) -> tuple[tuple[str, str], ...]:
        """(indicator code or question, reason) of all that could not be judged, by code."""
        of_log = ((f"assignment log, {question}", reason) for question, reason in self.log.not_assessed)
        every = {*self.tables.not_assessed, *self.audited.not_assessed, *self.monitored.not_assessed, *of_log}
        return tuple(sorted(one for one in every if not one[1].startswith(ASSESSED)))

    @property
    def too_little(self) -> dict[str, str]:
        """By indicator code, in words, what was seen where it is too little for a test: nothing, or hardly anything."""
        every = self.audited.not_assessed
        return {code: said.removeprefix(ASSESSED) for code, said in every if said.startswith(ASSESSED)}


def find_leads(work: Auditing) -> AuditFound:
    """Bring the flags of the row checks together and say what chance does not explain.

    Raises:
        StoreError: when the store refuses.
    """
    tables = audit_tables(work.rows, work.indicators, work.first, work.last)
    limits = work.rows.context
    minimum = {check.code: int(limits.threshold(check.code, *check.thresholds[0])) for check in tables.assessed}
    audited, raised = compared(tables, minimum, work.settings)
    with work.store.read() as connection:
        before = last_audit(connection)
    since, known = before or ("", frozenset())
    found = tuple(
        dataclasses.replace(lead, status="persisting" if lead_key(lead) in known else "new") for lead in raised
    )
    told = identities(work.rows, tables.exposure, work.settings)
    return AuditFound(
        tables=tables,
        audited=audited,
        leads=found,
        since=since,
        monitored=monitored(
            tables.exposure,
            tables.flags,
            tables.masks,
            audited.overdispersion,
            [_indicator(check, minimum) for check in tables.assessed],
        ),
        log=watched_log(tables.log, work.settings.fdr, work.settings.seed),
        identities=told,
        scans=scanned_permits(work.store, work.rows.tables, work.rows.register.hash),
        shared=shared_contacts(work.rows.tables, told.weights, found),
    )


def compared(tables: AuditTables, minimum: Mapping[str, int], settings: Audit) -> tuple[Audited, tuple[Lead, ...]]:
    """What the statistics say of the tables, and the leads of it with all that speaks for and against each.

    Args:
        tables: of an audit.
        minimum: by indicator code, events that make a pattern.
        settings: rate, draws, seed.
    """
    audited = leads(
        tables.exposure.select(list(EXPOSURE)),
        tables.flags,
        [_indicator(check, minimum) for check in tables.assessed if check.measure is not Measure.DIVERSITY],
        AuditSettings(fdr=settings.fdr, bootstrap=settings.bootstrap, seed=settings.seed),
        tables.masks,
    )
    raised = audited.leads
    own = {check.code: check.own for check in tables.assessed}
    tried = innocent_causes(raised, tables.exposure, tables.flags, tables.known, own)
    told = (
        dataclasses.replace(
            lead, evidence=(*lead.evidence, *_diversity(lead, tables)), innocent_causes_tried=causes, noted=notes
        )
        for lead, causes, notes in zip(raised, tried, noted(raised, tables.exposure, tables.ends), strict=True)
    )
    return audited, tuple(told)


def _diversity(lead: Lead, tables: AuditTables) -> list[tuple[str, int, float]]:
    """What the diversity of the officer's counterparts adds to the evidence, where there is less than chance gives."""
    codes = [check.code for check in tables.assessed if check.measure is Measure.DIVERSITY]
    officer = dict(lead.subject).get("officer")
    if officer is None or not codes:
        return []
    found = counterparts_of(officer, lead.office, tables.exposure)
    return [(code, found.observed, found.expected) for code in codes if found.chance <= _FEW_BY_CHANCE]


#: Chance of as few counterparts, up to which they are said to be few.
_FEW_BY_CHANCE = 0.05


def _indicator(check: OfficeCheck, minimum: Mapping[str, int]) -> Indicator:
    counts = Counts.PAIRS if check.measure is Measure.PAIRS else Counts.FLAGS
    return Indicator(check.code, minimum[check.code], counts, check.own)
