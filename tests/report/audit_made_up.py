"""A made-up audit with hostile ids."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.audit.assignment_log import ASSIGNED, OUT_OF_TURN, TAKEN_OVER, WATCHED, LogWatched
from pipeline.audit.identities import CONFLICTS
from pipeline.audit.monitoring import STANDING, Monitored
from pipeline.report.audit_report import AuditReport, Beside, IndicatorWords
from pipeline.types.audit_evidence import ScannedFinding, ScannedPermit, SharedContact
from pipeline.types.leads import Band, Lead, Noted, Tried
from pipeline.types.runs import CheckTally
from tests.audit.made_up import office

HOSTILE = '<script>alert("1")</script>'
_PAIRS = {
    **dict.fromkeys(("office", "officer", "kind", "counterpart"), pl.String()),
    "n": pl.Int64(),
    "expected": pl.Float64(),
    "q": pl.Float64(),
    "permutation": pl.Float64(),
}
FORMULA = "=HYPERLINK(1)"


def lead(permits: tuple[str, ...], **other: object) -> Lead:
    """A lead about an officer and an agency with a hostile id."""
    made: dict[str, object] = {
        "code": "OFF101",
        "subject": (("officer", "OF-1"), ("agency", HOSTILE)),
        "office": "01",
        "window": (dt.date(2025, 1, 1), dt.date(2025, 6, 30)),
        "window_between": (
            (dt.date(2025, 1, 1), dt.date(2025, 1, 1)),
            (dt.date(2025, 6, 16), dt.date(2025, 7, 6)),
        ),
        "noted": (
            Noted("before the posting ended", "ends of postings", "not assessed: the register does not say"),
            Noted(f"dormant, then busy: agency {HOSTILE}", "days of permits", "not seen: 3 permits"),
        ),
        "observed": 4,
        "expected": 0.5,
        "ratio": 8.0,
        "interval": (2.18, 20.48),
        "q": 0.013,
        "posterior": 0.94,
        "band": Band.VERY_LIKELY,
        "permits": permits,
        "stratum": "work-permit/counter at 01",
        "evidence": (("OFF101", 4, 0.5), ("OFF119", 1, 6.5)),
        "innocent_causes_tried": (
            Tried("specialised desk", "desk of each application", "not tried: the register has no desks"),
            Tried("season", "other years", "does not explain it: 4 were seen"),
        ),
    }
    return Lead(**{**made, **other})  # type: ignore[arg-type]


def report(leads: tuple[Lead, ...] | None = None, groups: list[dict[str, object]] | None = None) -> AuditReport:
    """An audit of two officers, with one lead where none are given."""
    some: list[dict[str, object]] = [
        {"officer_id": "OF-1", "agency_id": HOSTILE, "clinic_id": HOSTILE, "permits": 20, "events": 4},
        {"officer_id": "OF-2", "agency_id": FORMULA, "permits": 80, "events": 1},
    ]
    exposure, flags = office(some if groups is None else groups)
    behind = tuple(flags["permit_number"])[:4]
    shown = (lead(behind),) if leads is None else leads
    words = {
        code: IndicatorWords(code, f"Title of {code}", ("PRC105",), ("an express desk",), "Take five of the permits")
        for code in ("OFF101", "OFF102", "OFF119")
    }
    funnel = pl.DataFrame(
        {
            "office": ["01", "01"], "unit": ["OF-1", "OF-2"], "n": [20, 80], "observed": [4, 1],
            "expected": [0.5, 2.0], "low95": [0.0, 0.0], "high95": [2.0, 5.0], "low998": [0.0, 0.0],
            "high998": [3.0, 8.0],
        }
    )  # fmt: skip
    return AuditReport(
        run_id="0123456789abcdef",
        started="2026-11-23T02:00:00+00:00",
        finished="2026-11-23T02:01:00+00:00",
        versions={"overseal": "0"},
        register_hash="f" * 64,
        as_of="",
        period=(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        asked=("", ""),
        rows={"permits": 100},
        refused={"fees": 2},
        left_out={"permit number again": 1},
        exposure=exposure,
        flags=flags,
        masks=flags.clear(),
        flagged_by=flags.with_columns(code=pl.lit("PRC105")).select("permit_number", "code"),
        sample=exposure.select("office_id", "permit_number", "issued_on", "stratum").head(3),
        leads=shown,
        tests=12,
        fdr=0.1,
        overdispersion={"OFF101": 0.25},
        coverage={"no agency": 3},
        not_assessed=(("OFF102", f"not in the register: {HOSTILE}"),),
        indicators=words,
        assessed=("OFF101", "OFF119"),
        funnels={"OFF101": funnel},
        assignment=pl.DataFrame([("01", "OF-1", "agency", HOSTILE, 20, 7.5, 0.01, 0.002)], _PAIRS, orient="row"),
        checks={"PRC105": CheckTally(clear=95, flag=5)},
        since="",
        seed=1,
        monitored=Monitored(
            charts=40,
            weeks=52,
            by_chance=0.4,
            standing=pl.DataFrame(
                [("01", "OF-7", "OFF101", dt.date(2025, 10, 6), dt.date(2025, 12, 22), 9, 1.25, 6.5, 3.0)],
                STANDING,
                orient="row",
            ),
        ),
        log=LogWatched(
            applications=900,
            found={
                ASSIGNED: pl.DataFrame([("01", "OF-8", HOSTILE, 50, 33, 11.75, 0.004, 0.001)], WATCHED, orient="row"),
                OUT_OF_TURN: WATCHED.to_frame(),
            },
            tests={ASSIGNED: 70, OUT_OF_TURN: 60},
            dispersion={ASSIGNED: 1.5, OUT_OF_TURN: 1.0},
            not_assessed=((TAKEN_OVER, "not in the log: decided_by"),),
        ),
        beside=Beside(
            conflicts=pl.DataFrame(
                [("WP-9", FORMULA, None, "one photograph, two identities", HOSTILE)], CONFLICTS, orient="row"
            ),
            explained={"the holders are twins": 2},
            linked=None,
            not_assessed=(f"linkage: {HOSTILE}",),
            scans=(
                ScannedPermit("doc-1", (*behind, "WP-1")[0], (ScannedFinding("LNK101", HOSTILE, "irregular-issue"),)),
                ScannedPermit("doc-2", "WP-elsewhere", ()),
            ),
            shared=tuple((SharedContact("phone", one.permits[:2], 3, 12.5),) for one in shown),
        ),
        names=None,
    )
