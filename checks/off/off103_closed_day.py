"""Permits dated on closed days gather at one place (OFF103).

What it looks at:
    Permits of which a step falls on a day on which the office was closed, by office, officer, workstation,
    counterpart and pairs of them. Counted are the flags of PRC108 that the register's own data explain by no innocent
    cause; a permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure: every
    permit issued in the period of which the office's calendar is known, compared with the rest of the same office,
    kind, channel and category. At least three events make a pattern.

Why it matters:
    On closed days there are no colleagues and no applicants. Several such permits of one pair are no slip of a date.

What else it can be:
    - An emergency service was held on these days.
    - The calendar lacks a day on which the office was open.
    - The date of a form was used for the day of issue.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC108 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask for the order by which the office was open on these days.

Source:
    Nigrini, Forensic Analytics, and the standard tests of ACL and IDEA, on entries on weekends and holidays.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF103",
    name="closed-day",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC108",),
    exposure="permits of which the office's calendar is known",
    innocent=(
        "an emergency service was held on these days",
        "the calendar lacks a day on which the office was open",
        "the date of a form was used for the day of issue",
    ),
    next_check="Ask for the order by which the office was open on these days",
    source=("Nigrini, Forensic Analytics, and the standard tests of ACL and IDEA, on entries on weekends and holidays"),
)
