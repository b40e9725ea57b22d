"""audit.json: an audit in totals; no permit, no person and no officer in it (DESIGN section 4)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any, TextIO

from pipeline.report.audit_report import AuditReport

NAME = "audit.json"


def write_audit_json(file: TextIO, report: AuditReport) -> None:
    """Write the totals."""
    file.write(json.dumps(as_contract(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def as_contract(report: AuditReport) -> dict[str, Any]:
    """Totals, number of tests, false-discovery rate, over-dispersion and coverage."""
    events = report.events
    return {
        "run_id": report.run_id,
        "started": report.started,
        "finished": report.finished,
        "versions": dict(report.versions),
        "register_hash": report.register_hash,
        "as_of": report.as_of,
        "asked": {"from": report.asked[0] or None, "to": report.asked[1] or None},
        "period": [day.isoformat() for day in report.period] if report.period else None,
        "permits": report.exposure.height,
        "offices": report.exposure["office_id"].drop_nulls().n_unique(),
        "rows": dict(sorted(report.rows.items())),
        "refused": dict(sorted(report.refused.items())),
        "leads": {
            "total": len(report.leads),
            "new": report.count("status")["new"],
            "persisting": report.count("status")["persisting"],
            "since": report.since or None,
            "bands": dict(sorted(report.count("band").items())),
            "codes": dict(sorted(report.count("code").items())),
        },
        "tests": report.tests,
        "fdr": report.fdr,
        "seed": report.seed,
        "overdispersion": {code: _finite(value) for code, value in sorted(report.overdispersion.items())},
        "indicators": {code: {"events": events.get(code, 0)} for code in report.assessed},
        "pairs_above_assignment": report.assignment.height,
        "week_by_week": {
            "charts": report.monitored.charts,
            "weeks": report.monitored.weeks,
            "above_at_the_end": report.monitored.standing.height,
            "expected_by_chance": _finite(report.monitored.by_chance),
        },
        "assignment_log": {
            "applications": report.log.applications,
            "questions": {
                question: {
                    "tests": report.log.tests[question],
                    "above": found.height,
                    "dispersion": _finite(report.log.dispersion[question]),
                }
                for question, found in report.log.found.items()
            },
        },
        "coverage": dict(sorted({**report.left_out, **report.coverage}.items())),
        "not_assessed": [{"code": code, "reason": reason} for code, reason in report.not_assessed],
        "checks": {code: asdict(tally) for code, tally in sorted(report.checks.items())},
        "control_sample": report.sample.height,
        "identities": _identities(report),
        "screened": _screened(report),
        "names_shown": report.names is not None,
    }


def _identities(report: AuditReport) -> dict[str, Any]:
    beside = report.beside
    return {
        "conflicts": dict(beside.conflicts.group_by("kind").len().sort("kind").iter_rows()),
        "explained": dict(sorted(beside.explained.items())),
        "linked_holders": beside.linked,
        "not_assessed": list(beside.not_assessed),
    }


def _screened(report: AuditReport) -> dict[str, Any]:
    """Scans of permits in the register; no part of the statistics, since a scanned sample is not random."""
    scans = report.beside.scans
    codes = Counter(finding.code for scan in scans for finding in scan.findings)
    behind = {number for lead in report.leads for number in lead.permits}
    return {
        "permits": len({scan.permit_number for scan in scans}),
        "behind_leads": len({scan.permit_number for scan in scans} & behind),
        "codes": dict(sorted(codes.items())),
    }


def _finite(value: float) -> float | None:
    return float(f"{value:.6g}") if abs(value) < float("inf") else None
