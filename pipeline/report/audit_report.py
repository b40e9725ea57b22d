"""What an audit tells: everything that its reports are written from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.audit.assignment_log import LogWatched
from pipeline.audit.monitoring import Monitored
from pipeline.types.audit_evidence import ScannedPermit, SharedContact
from pipeline.types.leads import Lead
from pipeline.types.runs import CheckTally


@dataclass(frozen=True, slots=True)
class IndicatorWords:
    """An indicator as its page names it; `own`: kinds of party of which its flags are a property."""

    code: str
    title: str
    counts: tuple[str, ...]
    innocent: tuple[str, ...]
    next_check: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Evidence that stands beside the statistics and is no part of them.

    Attributes:
        conflicts: permit_number, other_permit, office_id, kind, basis: what contradicts itself about identities.
        explained: pairs that the register's own data explain, by reason.
        linked: holder numbers that linkage takes for a person's who has another one; None: it was not made.
        not_assessed: in words, what could not be asked about identities, and why.
        scans: documents that were screened, by permit number.
        shared: for each lead, what the holders of its permits share.
    """

    conflicts: pl.DataFrame
    explained: Mapping[str, int]
    linked: int | None
    not_assessed: Sequence[str]
    scans: Sequence[ScannedPermit]
    shared: Sequence[Sequence[SharedContact]]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """An audit.

    Attributes:
        finished: ISO 8601 with offset, as `started`.
        versions: of program and policy.
        period: first and last day of issue among the permits; None: there is no permit.
        asked: the first and the last day that were asked for, "" for none.
        rows: rows taken from the register, by table; `refused`, of rows not taken.
        left_out: permits that no unit could be compared with, by reason.
        exposure: a row a permit: columns of the exposure table, `weekday` (0 = Monday) and `hour` (local).
        flags: `code` and `permit_number` of every event; `masks`, of what counts neither way.
        flagged_by: `permit_number` and `code` of the row checks.
        sample: the control sample.
        tests: how many units and pairs were tested; `fdr`, the rate allowed over all of them.
        overdispersion: by indicator code.
        coverage: permits that lack something, by reason.
        not_assessed: (indicator code, reason).
        indicators: words of every indicator, by code; `assessed`, codes of those that could be judged.
        funnels: by indicator code: office, unit, n, observed, expected and limits low95, high95, low998, high998.
        assignment: pairs above the assignment, in order of ids: office, officer, kind, counterpart, n, expected, q,
            permutation; no leads by themselves.
        checks: counts of the row checks, by code.
        since: when the audit before ended; "": there was none.
        seed: of draws and sample.
        names: printed names by officer id; None: nobody asked for them.
        monitored: officers whose charts stand above their limit at the end; no leads.
        log: what the assignment log shows; no leads.
        too_little: of the assessed, by indicator code, in words, what was seen where it is too little for a test.
    """

    run_id: str
    started: str
    finished: str
    versions: Mapping[str, str]
    register_hash: str
    as_of: str
    period: tuple[dt.date, dt.date] | None
    asked: tuple[str, str]
    rows: Mapping[str, int]
    refused: Mapping[str, int]
    left_out: Mapping[str, int]
    exposure: pl.DataFrame
    flags: pl.DataFrame
    masks: pl.DataFrame
    flagged_by: pl.DataFrame
    sample: pl.DataFrame
    leads: Sequence[Lead]
    tests: int
    fdr: float
    overdispersion: Mapping[str, float]
    coverage: Mapping[str, int]
    not_assessed: Sequence[tuple[str, str]]
    indicators: Mapping[str, IndicatorWords]
    assessed: Sequence[str]
    funnels: Mapping[str, pl.DataFrame]
    assignment: pl.DataFrame
    checks: Mapping[str, CheckTally]
    since: str
    seed: int
    beside: Beside
    names: Mapping[str, str] | None
    monitored: Monitored = field(default_factory=Monitored)
    log: LogWatched = field(default_factory=LogWatched)
    too_little: Mapping[str, str] = field(default_factory=dict)

    @property
    def events(self) -> dict[str, int]:
        """Events by indicator code."""
        counted = self.flags.group_by("code").len().sort("code")
        return dict(counted.iter_rows())

    def count(self, attribute: str) -> Counter[str]:
        """Leads by an attribute: `code`, `band`, `status` or `office`."""
        return Counter(str(getattr(lead, attribute)) for lead in self.leads)
