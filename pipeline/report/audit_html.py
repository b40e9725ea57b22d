"""audit.html: an audit as a person reads and prints it; works offline, without a script.

What was assessed comes first. Leads stand strongest first; offices and units by id, never by merit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import polars as pl
from markupsafe import Markup

from pipeline.audit.assignment_log import ASSIGNED, OUT_OF_TURN, TAKEN_OVER
from pipeline.audit.cusum import UNIT_YEARS
from pipeline.report.audit_numbers import chance, number, sure
from pipeline.report.audit_pictures import (
    FEW,
    FEW_OF_OFFICE,
    WEEKDAYS,
    around_svg,
    funnel_svg,
    hours_svg,
    months_svg,
    outside,
)
from pipeline.report.audit_report import AuditReport, IndicatorWords
from pipeline.report.lead_permits_csv import subject_text
from pipeline.report.report_html import environment
from pipeline.types.audit_evidence import ScannedPermit, SharedContact
from pipeline.types.leads import Lead

NAME = "audit.html"
#: Leads shown with pictures; the rest stands in the list and in leads.jsonl.
MOST_LEADS = 200
#: Permits of a lead named on the page; all are in lead_permits.csv.
MOST_PERMITS = 60
#: Parties around a lead.
MOST_AROUND = 12
#: Shared telephones and addresses of a lead, the rarest.
MOST_SHARED = 6
#: Units of a funnel in the table under it.
MOST_UNITS = 300
_PAIRS = ("office", "officer", "kind", "counterpart", "n", "expected", "q", "permutation")
_PARTIES = ("officer", "agency", "employer", "clinic", "workstation")


@dataclass(frozen=True, slots=True)
class ScansView:
    """Scans of a lead's permits: how many permits have one, (code, title, hypothesis, findings, documents) of them."""

    permits: int
    rows: Sequence[tuple[str, str, str, int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead as it is shown.

    Attributes:
        number: its line in leads.jsonl.
        evidence: title, code, observed, expected of each indicator.
        around: (kind, id, permits) of the other parties of its permits, most first.
        hours: weekday, then the count of each hour; [] where no time of day is known.
        next_check: what would clear it next.
        shared: telephones and addresses that holders of its permits share, the rarest first.
        scans: which of its permits were screened, and what was found on their issue.
    """

    number: int
    lead: Lead
    subject: str
    words: IndicatorWords
    evidence: Sequence[tuple[str, str, int, float]]
    shown: Sequence[str]
    around: Sequence[tuple[str, str, int]]
    around_picture: Markup
    hours: Sequence[tuple[str, Sequence[int]]]
    hours_picture: Markup
    next_check: str
    shared: Sequence[SharedContact]
    scans: ScansView


@dataclass(frozen=True, slots=True)
class FunnelView:
    """A funnel: its picture and the units outside the limits, by office and id; `small` units are not in it."""

    words: IndicatorWords
    units: int
    small: int
    beyond: int
    picture: Markup
    rows: Sequence[tuple[str, str, int, int, float, float, float]]


@dataclass(frozen=True, slots=True)
class LogView:
    """One question of the assignment log: what it counts, and the units above what the others give."""

    title: str
    counted: str
    tests: int
    above: int
    dispersion: float
    rows: Sequence[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class MonthsView:
    """Office by month: the picture, and under it (office, year, twelve cells of text); `small` offices are left out."""

    small: int
    picture: Markup
    rows: Sequence[tuple[str, str, Sequence[str]]]


def write_audit_html(file: TextIO, report: AuditReport, banner: str | None) -> None:
    """Write the page; `banner` stands on every sheet, e.g. for a register of specimens."""
    views = [_lead_view(number, lead, report) for number, lead in enumerate(report.leads[:MOST_LEADS], start=1)]
    template = environment().get_template("audit.html")
    file.writelines(
        template.generate(
            report=report,
            banner=banner,
            title="Audit of issuing offices",
            views=views,
            listed=[(number, lead, subject_text(lead)) for number, lead in enumerate(report.leads, start=1)],
            funnels=[_funnel_view(report.indicators[code], rows) for code, rows in _funnels(report)],
            pairs=report.assignment.select(_PAIRS).head(MOST_UNITS).rows(),
            log=[_log_view(question, found, report) for question, found in report.log.found.items()],
            log_open=report.log.not_assessed,
            standing=report.monitored.standing.head(MOST_UNITS).rows(),
            unit_years=f"{UNIT_YEARS:g}",
            months=_months_view(report),
            events=report.events,
            names=report.names or {},
            conflicts=_conflicts_view(report.beside.conflicts),
            offices=report.exposure["office_id"].drop_nulls().n_unique(),
            few=FEW,
            few_of_office=FEW_OF_OFFICE,
            number=number,
            chance=chance,
            sure=sure,
            most_permits=MOST_PERMITS,
            most_units=MOST_UNITS,
        )
    )


def _funnels(report: AuditReport) -> list[tuple[str, pl.DataFrame]]:
    """Those with a unit in them, by code."""
    known = [(code, rows) for code, rows in report.funnels.items() if code in report.indicators and rows.height]
    return sorted(known, key=lambda one: one[0])


def _lead_view(number: int, lead: Lead, report: AuditReport) -> LeadView:
    permits = report.exposure.filter(pl.col("permit_number").is_in(list(lead.permits)))
    around = _around(lead, permits)
    shared = report.beside.shared[number - 1][:MOST_SHARED]
    contacts = [(f"shared {one.column}", f"{one.bits:.0f} bits", len(one.permits)) for one in shared]
    counts = Counter(permits.select("weekday", "hour").drop_nulls().iter_rows())
    hours = [(name, [counts[day, hour] for hour in range(24)]) for day, name in enumerate(WEEKDAYS)] if counts else []
    words = report.indicators[lead.code]
    open_causes = [one for one in lead.innocent_causes_tried if one.result.startswith(("cannot tell", "not tried"))]
    asked = f"; and bring what was missing to try: {', '.join(one.cause for one in open_causes)}" if open_causes else ""
    return LeadView(
        number=number,
        lead=lead,
        subject=subject_text(lead),
        words=words,
        evidence=[
            (report.indicators[code].title if code in report.indicators else code, code, observed, expected)
            for code, observed, expected in lead.evidence
        ],
        shown=lead.permits[:MOST_PERMITS],
        around=around,
        around_picture=around_svg(subject_text(lead), [*around, *contacts]),
        hours=hours,
        hours_picture=hours_svg(counts) if counts else Markup(""),
        next_check=f"{words.next_check}{asked}.",
        shared=shared,
        scans=_scans(lead, report.beside.scans),
    )


def _scans(lead: Lead, scans: Sequence[ScannedPermit]) -> ScansView:
    permits = set(lead.permits)
    mine = [scan for scan in scans if scan.permit_number in permits]
    by_finding: dict[tuple[str, str, str], list[str]] = {}
    for scan in mine:
        for one in scan.findings:
            by_finding.setdefault((one.code, one.title, one.hypothesis), []).append(scan.document_id)
    rows = [(*found, len(held), sorted(set(held))) for found, held in sorted(by_finding.items())]
    return ScansView(len({scan.permit_number for scan in mine}), rows)


def _conflicts_view(conflicts: pl.DataFrame) -> list[tuple[str, str, int]]:
    """(office, kind, pairs), by office and kind; the office is that of the later permit."""
    counted = conflicts.with_columns(pl.col("office_id").fill_null("not recorded")).group_by("office_id", "kind").len()
    return list(counted.sort("office_id", "kind").iter_rows())


def _around(lead: Lead, permits: pl.DataFrame) -> list[tuple[str, str, int]]:
    subject = set(lead.subject)
    found = [
        (kind, str(name), int(count))
        for kind in _PARTIES
        for name, count in permits[f"{kind}_id"].drop_nulls().value_counts(name="n").iter_rows()
        if (kind, name) not in subject
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))[:MOST_AROUND]


#: Title of each question of the assignment log, and what it counts.
_QUESTIONS = {
    ASSIGNED: ("Given more of an agency's applications than the day's others", "assigned to the officer"),
    TAKEN_OVER: (
        "Decided in another's place, more of an agency's than the month's others",
        "taken over by the officer",
    ),
    OUT_OF_TURN: ("Assigned before applications that were lodged earlier on the day", "earlier ones overtaken"),
}


def _log_view(question: str, found: pl.DataFrame, report: AuditReport) -> LogView:
    title, counted = _QUESTIONS[question]
    tests, dispersion = report.log.tests[question], report.log.dispersion[question]
    return LogView(title, counted, tests, found.height, dispersion, found.head(MOST_UNITS).rows())


def _funnel_view(words: IndicatorWords, funnel: pl.DataFrame) -> FunnelView:
    drawn = funnel.filter(pl.col("n") >= FEW)
    far = outside(drawn).sort("office", "unit")
    rows = far.head(MOST_UNITS).select("office", "unit", "n", "observed", "expected", "low998", "high998").rows()
    return FunnelView(
        words, drawn.height, funnel.height - drawn.height, far.height, funnel_svg(drawn, words.title), rows
    )


def _months_view(report: AuditReport) -> MonthsView:
    flagged = report.flags.select("permit_number").unique().with_columns(event=pl.lit(1))
    month = pl.col("issued_on").dt.strftime("%Y-%m").alias("month")
    known = report.exposure.filter(pl.col("office_id").is_not_null(), pl.col("issued_on").is_not_null())
    large = known.filter(pl.len().over("office_id") >= FEW_OF_OFFICE)
    counted = (
        large.select("office_id", "permit_number", month)
        .join(flagged, on="permit_number", how="left")
        .group_by("office_id", "month")
        .agg(pl.col("event").sum(), pl.len())
    )
    cells = {(office, month): (int(events), int(permits)) for office, month, events, permits in counted.iter_rows()}
    offices, months = sorted({office for office, _ in cells}), sorted({month for _, month in cells})
    rows = [
        (office, year, [_cell(cells.get((office, f"{year}-{number:02}"))) for number in range(1, 13)])
        for office in offices
        for year in sorted({month[:4] for month in months})
        if any((office, f"{year}-{number:02}") in cells for number in range(1, 13))
    ]
    small = known["office_id"].n_unique() - large["office_id"].n_unique()
    return MonthsView(small, months_svg(cells, offices, months), rows)


def _cell(cell: tuple[int, int] | None) -> str:
    if cell is None:
        return ""
    events, permits = cell
    return "few" if permits < FEW else f"{events} / {permits}"
