"""Permits above quota, staff or approval gather at one place (OFF107).

What it looks at:
    Permits beyond the quota of the employer, beyond its staff or beyond what was approved for it, by office, officer,
    counterpart and pairs of them. Counted are the flags of EMP104, EMP105, REG122 that the register's own data
    explain by no innocent cause; a permit whose flag is so explained, or that none of them can judge, counts neither
    way. Exposure: every permit issued in the period of which staff, quota or approval is on record, compared with the
    rest of the same office, kind, channel and category. At least three events make a pattern.
    All permits of one employer beyond its quota are one cause: an officer, an agency or a clinic has one event by them,
    only pairs with that employer have each. An employer by itself is no lead by this indicator, as its row check says
    the same.

Why it matters:
    A quota is kept by whoever counts. Where one officer's permits are the ones beyond it, the count was left out or
    turned off.

What else it can be:
    - A higher quota was granted and not yet recorded.
    - A project ramped up faster than the register of staff.
    - Several employers of one group share a quota.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what EMP104, EMP105 and REG122 need; then the run says so. Offices, officers or counterparts
    with fewer than three events, and a stratum that is one officer's alone, are compared with nobody and yield
    nothing.

What to check next:
    Ask for the approval that covers the last permits of this employer.

Source:
    The Daily Star, 2024, on clearances above those approved at the Bureau of Manpower (allegations of a case
    statement).
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF107",
    name="above-quota-or-capacity",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("EMP104", "EMP105", "REG122"),
    own=("employer",),
    exposure="permits of which staff, quota or approval is on record",
    innocent=(
        "a higher quota was granted and not yet recorded",
        "a project ramped up faster than the register of staff",
        "several employers of one group share a quota",
    ),
    next_check="Ask for the approval that covers the last permits of this employer",
    source=(
        "The Daily Star, 2024, on clearances above those approved at the Bureau of Manpower (allegations of a"
        " case statement)"
    ),
)
