"""What an audit leaves behind: files in a folder for its owner alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from flows.auditing import AuditFound, Auditing
from pipeline import __version__
from pipeline.report import (
    audit_folder,
    audit_html,
    audit_json,
    control_sample_csv,
    identity_conflicts_csv,
    lead_permits_csv,
    lead_strata_csv,
    leads_jsonl,
    names_of_officers_csv,
)
from pipeline.report.audit_report import AuditReport, Beside, IndicatorWords
from pipeline.types.runs import CheckTally


def audit_report(
    work: Auditing,
    found: AuditFound,
    checks: Mapping[str, CheckTally],
    started: str,
    finished: str,
    policy: str,
    names: Mapping[str, str] | None = None,
) -> AuditReport:
    """Bring together what the reports tell; `names`: printed names by officer id, None where nobody asked for them."""
    tables, register = found.tables, work.rows.register
    days = tables.exposure["issued_on"].drop_nulls()
    first, last = (days.min(), days.max()) if len(days) else (None, None)
    behind = pl.Series("permit_number", [number for lead in found.leads for number in lead.permits], pl.String())
    flagged = pl.concat([tables.flagged_by["permit_number"], behind]).unique()
    settings = work.settings
    return AuditReport(
        run_id=work.run_id,
        started=started,
        finished=finished,
        versions={"overseal": __version__, "policy": policy},
        register_hash=work.rows.hash,
        as_of=register.as_of.isoformat() if register.as_of else "",
        period=(first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else None,
        asked=(_iso(work.first), _iso(work.last)),
        rows=register.rows,
        refused={name: count for name, count in register.refused.items() if count},
        left_out=tables.left_out,
        exposure=tables.exposure,
        flags=tables.flags,
        masks=tables.masks,
        flagged_by=tables.flagged_by,
        sample=control_sample_csv.control_sample(tables.exposure, flagged, settings.control_sample, settings.seed),
        leads=found.leads,
        tests=found.audited.tests,
        fdr=found.audited.nominal_fdr,
        overdispersion=found.audited.overdispersion,
        coverage=found.audited.coverage,
        not_assessed=found.not_assessed,
        indicators={
            check.code: IndicatorWords(
                check.code, check.title, check.counts, check.innocent, check.next_check, check.own
            )
            for check in work.indicators
        },
        assessed=[check.code for check in tables.assessed if check.code not in dict(found.not_assessed)],
        too_little=found.too_little,
        funnels=found.audited.funnels,
        assignment=found.audited.assignment,
        checks=checks,
        since=found.since,
        seed=settings.seed,
        monitored=found.monitored,
        log=found.log,
        beside=Beside(
            conflicts=found.identities.conflicts.found,
            explained=found.identities.conflicts.explained,
            linked=found.identities.linked,
            not_assessed=found.identities.not_assessed,
            scans=found.scans,
            shared=found.shared,
        ),
        names=names,
    )


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def write_audit(out: Path, report: AuditReport, banner: str | None) -> None:
    """Write the files into `out`, mode 0700; names that an audit before was asked for do not stay.

    Raises:
        UsageError: if the folder is not ours.
        OSError: if it cannot be written.
    """
    audit_folder.prepare(out)
    by_permit = report.flagged_by.group_by("permit_number", maintain_order=True).agg("code")
    with audit_folder.created(out, leads_jsonl.NAME) as file:
        leads_jsonl.write_leads(file, report.leads)
    with audit_folder.created(out, lead_permits_csv.NAME) as file:
        lead_permits_csv.write_lead_permits(file, report.leads, report.exposure, dict(by_permit.iter_rows()))
    with audit_folder.created(out, lead_strata_csv.NAME) as file:
        own = {code: words.own for code, words in report.indicators.items()}
        lead_strata_csv.write_lead_strata(file, report.leads, report.exposure, report.flags, report.masks, own)
    with audit_folder.created(out, control_sample_csv.NAME) as file:
        control_sample_csv.write_control_sample(file, report.sample)
    with audit_folder.created(out, identity_conflicts_csv.NAME) as file:
        identity_conflicts_csv.write_identity_conflicts(file, report.beside.conflicts)
    if report.names is None:
        audit_folder.removed(out, names_of_officers_csv.NAME)
    else:
        with audit_folder.created(out, names_of_officers_csv.NAME) as file:
            names_of_officers_csv.write_names(file, report.names, report.leads)
    with audit_folder.created(out, audit_html.NAME) as file:
        audit_html.write_audit_html(file, report, banner)
    # Last, so that it stands for a complete set.
    with audit_folder.created(out, audit_json.NAME) as file:
        audit_json.write_audit_json(file, report)
