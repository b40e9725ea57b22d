"""Medical certificates beyond what a clinic can do gather at one place (OFF113).

What it looks at:
    Permits whose medical certificate is one of more than the clinic can examine in an hour, or has the values of
    another, by office, officer, clinic and pairs of them. Counted are the flags of EMP109, EMP116 that the register's
    own data explain by no innocent cause; a permit whose flag is so explained, or that none of them can judge, counts
    neither way. Exposure: every permit issued in the period of which the medical certificate is on record, compared
    with the rest of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    Certificates without an examination are sold by few clinics, and pass where an officer does not ask.

What else it can be:
    - A mobile clinic came with several doctors.
    - Results were entered in one go with one time.
    - An employer had all its staff examined on one day.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what EMP109 and EMP116 need; then the run says so. Offices, officers or counterparts with fewer
    than three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask the clinic for its appointment book and laboratory log of these hours.

Source:
    CESLAM archive, on false medical reports of workers leaving Nepal.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF113",
    name="medical-batch",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("EMP109", "EMP116"),
    exposure="permits of which the medical certificate is on record",
    innocent=(
        "a mobile clinic came with several doctors",
        "results were entered in one go with one time",
        "an employer had all its staff examined on one day",
    ),
    next_check="Ask the clinic for its appointment book and laboratory log of these hours",
    source="CESLAM archive, on false medical reports of workers leaving Nepal",
)
