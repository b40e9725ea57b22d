"""Permits of one hand gather at one place (OFF109).

What it looks at:
    Permits that one officer took in and approved, or did from first to last, by office, officer, workstation,
    counterpart and pairs of them. Counted are the flags of OFR109, OFR110 that the register's own data explain by no
    innocent cause; a permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure:
    every permit issued in the period of which the office had a second officer in that month, compared with the rest
    of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    Every scheme that needs one officer only is easier where nobody else sees the file. Where an office keeps duties
    apart and one officer does not, the question is for whom.

What else it can be:
    - The post has one officer only.
    - The others were on leave or on a mobile mission.
    - A shared login stands for several people.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what OFR109 and OFR110 need; then the run says so. Offices, officers or counterparts with fewer
    than three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask the others who were on duty on these days what they saw of the cases.

Source:
    ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart); GAO-06-115 (2005).
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF109",
    name="duties-not-separated",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("OFR109", "OFR110"),
    exposure="permits of which the office had a second officer in that month",
    company=True,
    innocent=(
        "the post has one officer only",
        "the others were on leave or on a mobile mission",
        "a shared login stands for several people",
    ),
    next_check="Ask the others who were on duty on these days what they saw of the cases",
    source="ICAO Doc 9303-2 appendix D.3 (duties of issue are kept apart); GAO-06-115 (2005)",
)
