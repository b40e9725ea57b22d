"""Permits granted after a refusal elsewhere gather at one place (OFF112).

What it looks at:
    Permits of holders whom another office had refused shortly before, by office, officer, counterpart and pairs of
    them. Counted are the flags of PRC112 that the register's own data explain by no innocent cause; a permit whose
    flag is so explained, or that none of them can judge, counts neither way. Exposure: every permit issued in the
    period of which refusals of all offices are on record, compared with the rest of the same office, kind, channel
    and category. At least three events make a pattern.

Why it matters:
    People who were refused learn where they will not be. In the Ho Chi Minh City case applicants refused before were
    approved by one consul.

What else it can be:
    - Appeals are decided at this office.
    - The applicant brought what had been missing.
    - People moved to the district of this office.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC112 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Compare the new file with the reasons of the refusal.

Source:
    OCCRP, 2013, and Al Jazeera, 2015, on the sale of visas at the consulate general in Ho Chi Minh City.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF112",
    name="granted-after-refusal-elsewhere",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC112",),
    exposure="permits of which refusals of all offices are on record",
    innocent=(
        "appeals are decided at this office",
        "the applicant brought what had been missing",
        "people moved to the district of this office",
    ),
    next_check="Compare the new file with the reasons of the refusal",
    source="OCCRP, 2013, and Al Jazeera, 2015, on the sale of visas at the consulate general in Ho Chi Minh City",
)
