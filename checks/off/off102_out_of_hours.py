"""Permits worked on outside opening hours gather at one place (OFF102).

What it looks at:
    Permits of which a step lies outside the opening hours of the office, by office, officer, workstation, counterpart
    and pairs of them. Counted are the flags of PRC107 that the register's own data explain by no innocent cause; a
    permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure: every permit
    issued in the period of which the office's hours are known, compared with the rest of the same office, kind,
    channel and category. At least three events make a pattern.

Why it matters:
    Papers that were made when nobody else was in the building were seen by nobody else. In the South African cases
    documents were produced at night.

What else it can be:
    - A night desk or an emergency service works at these hours.
    - A clock was wrong or its zone was not recorded.
    - A batch job stamps the steps in the evening.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC107 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Compare the door log and the roster with the hours of these permits.

Source:
    Sowetan Live, 2022-11-24, on arrests at the Department of Home Affairs of South Africa.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF102",
    name="out-of-hours",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC107",),
    exposure="permits of which the office's hours are known",
    innocent=(
        "a night desk or an emergency service works at these hours",
        "a clock was wrong or its zone was not recorded",
        "a batch job stamps the steps in the evening",
    ),
    next_check="Compare the door log and the roster with the hours of these permits",
    source="Sowetan Live, 2022-11-24, on arrests at the Department of Home Affairs of South Africa",
)
