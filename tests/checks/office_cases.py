"""Case files of office indicators: `fixtures/checks/<CODE>/leads.csv` and `groups.csv` beside it.

A group is a number of permits of one officer and the others it names, spread evenly over its days, of which so many are
events of the indicator, so many are masked, and so many are events of OFF101, which stands beside an indicator that
makes no lead alone. A group with `*` for its case stands in every case.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from checks.office import Measure, OfficeCheck
from checks.registry import by_code
from flows.audit_tables import CIRCUMSTANCES, EXPOSURE, FLAGS, AuditTables, why_not
from flows.auditing import compared
from pipeline.audit.innocent import OFFICES, Circumstances
from pipeline.settings import Audit
from pipeline.types.leads import Lead

FOLDER = Path(__file__).parents[2] / "fixtures" / "checks"
LISTED, GROUPS = "leads.csv", "groups.csv"
#: Stands beside an indicator that makes no lead alone.
BESIDE = "OFF101"
_COLUMNS = {"case", "about", "outcome", "subject", "cause", "reason"}
_SCHEMA = dict([*EXPOSURE.items(), *CIRCUMSTANCES.items()])
#: Columns of permits, and where the exposure keeps what they name.
_NAMED = {"permits.approved_by": "officer_id"} | {
    f"permits.{one}_id": f"{one}_id" for one in ("agency", "employer", "clinic")
}
_COUNTS = ("permits", "events", "masked", "beside")


@dataclass(frozen=True, slots=True)
class OfficeCase:
    """One case of an office indicator; `expect` is its line of leads.csv."""

    code: str
    name: str
    tables: AuditTables
    expect: Mapping[str, str]

    def difference(self) -> list[str]:
        """What comes out other than expected, one line each."""
        minimum = {check.code: int(check.thresholds[0][1]) for check in self.tables.assessed}
        audited, leads = compared(self.tables, minimum, Audit(bootstrap=100))
        ours = [lead for lead in leads if self.code in {code for code, _, _ in lead.evidence}]
        reason = dict([*audited.not_assessed, *self.tables.not_assessed]).get(self.code, "")
        outcome = "flag" if ours else "not-applicable" if reason else "clear"
        seen = {"outcome": outcome, "reason": reason, "subject": _subject(ours), "cause": _causes(ours)}
        return [
            f"{name}: expected {self.expect[name]!r}, got {seen[name]!r}"
            for name in seen
            if self.expect[name] != seen[name]
        ]


def _subject(leads: list[Lead]) -> str:
    return "; ".join(" ".join(f"{kind} {name}" for kind, name in lead.subject) for lead in leads)


def _causes(leads: list[Lead]) -> str:
    """Innocent causes that could explain the first lead."""
    tried = leads[0].innocent_causes_tried if leads else ()
    return "; ".join(one.cause for one in tried if one.result.startswith("could explain it"))


def lists() -> list[Path]:
    """The list of cases of every office indicator, by code."""
    return sorted(FOLDER.glob(f"*/{LISTED}"))


def load(path: Path) -> list[OfficeCase]:
    """The cases of one indicator.

    Raises:
        ValueError: for an unknown column or case; names the file.
    """
    listed, groups = _read(path), _read(path.with_name(GROUPS))
    if unknown := {name for row in listed for name in row} - _COLUMNS:
        raise ValueError(f"{path}: unknown columns {unknown}")
    known = {*_SCHEMA, *_COUNTS, "case", "first", "last"}
    if unknown := {name for row in groups for name in row} - known:
        raise ValueError(f"{path.parent.name}/{GROUPS}: unknown columns {unknown}")
    if strangers := {row["case"] for row in groups} - {row["case"] for row in listed} - {"*"}:
        raise ValueError(f"{path.parent.name}/{GROUPS}: no such case: {strangers}")
    check = by_code(path.parent.name)
    assert isinstance(check, OfficeCheck)
    return [
        OfficeCase(check.code, row["case"], _tables(check, [g for g in groups if g["case"] in (row["case"], "*")]), row)
        for row in listed
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _tables(check: OfficeCheck, groups: list[dict[str, str]]) -> AuditTables:
    rows: list[dict[str, object]] = []
    flags: list[tuple[str, str]] = []
    masks: list[tuple[str, str]] = []
    for group in groups:
        permits, events, masked, beside = (int(group.get(name) or 0) for name in _COUNTS)
        first, last = dt.date.fromisoformat(group["first"]), dt.date.fromisoformat(group["last"])
        for at in range(permits):
            number = f"WP-{len(rows):06}"
            day = first + dt.timedelta(days=(last - first).days * at // max(1, permits - 1))
            plain = {name: group.get(name) or None for name in _SCHEMA}
            rows.append(plain | {"permit_number": number, "issued_on": day, "weekday": day.weekday(), "hour": 10})
            flags += [(check.code, number)] if _is_one_of(at, events, permits) else []
            flags += [(BESIDE, number)] if _is_one_of(at, beside, permits) else []
            masks += [(check.code, number)] if _is_one_of(at, masked, permits) else []
    alone = check.measure is Measure.FLAGS
    exposure = pl.DataFrame(rows, _SCHEMA)
    named = {column for column, kept in _NAMED.items() if exposure[kept].null_count() < exposure.height}
    reason = "" if alone else why_not(check, frozenset({"permits.office_id", "permits.issued_at", *named}), {})
    beside_it = by_code(BESIDE)
    assert isinstance(beside_it, OfficeCheck)
    frame = pl.DataFrame(flags, FLAGS, orient="row")
    return AuditTables(
        exposure=exposure,
        flags=frame,
        masks=pl.DataFrame(masks, FLAGS, orient="row"),
        flagged_by=frame.select("permit_number", "code"),
        assessed=tuple(one for one in (None if alone else beside_it, None if reason else check) if one),
        not_assessed=((check.code, reason),) if reason else (),
        left_out={},
        known=Circumstances(pl.DataFrame([("01", dt.date(1990, 1, 1), False)], OFFICES, orient="row")),
    )


def _is_one_of(at: int, count: int, of: int) -> bool:
    """Whether the permit at this place is one of `count` that are spread evenly over `of`."""
    return (at + 1) * count // of > at * count // of
