"""Permits for employers that are not in being gather at one place (OFF117).

What it looks at:
    Permits for employers that the register does not have, or that were not founded yet or dissolved on the day of
    issue, by office, officer, employer, agency and pairs of them. Counted are the flags of EMP101, EMP102 that the
    register's own data explain by no innocent cause; a permit whose flag is so explained, or that none of them can
    judge, counts neither way. Exposure: every permit issued in the period of which the employer is named, compared
    with the rest of the same office, kind, channel and category. At least three events make a pattern.
    All permits of one such employer are one cause: an officer, an agency or a clinic has one event by them, only pairs
    with that employer have each. An employer by itself is no lead by this indicator, as its row check says the same.

Why it matters:
    An employer that does not exist needs somebody who does not look it up. In the United Kingdom 275 certificates
    named a home that knew nothing of them.

What else it can be:
    - The company trades under another name.
    - The business register is updated late.
    - A new company filed before its entry was published.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what EMP101 and EMP102 need; then the run says so. Offices, officers or counterparts with fewer
    than three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Look the employers up and ring them.

Source:
    Independent Chief Inspector of Borders and Immigration, inspection of the social care sector, 2024.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF117",
    name="employer-not-in-being",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("EMP101", "EMP102"),
    exposure="permits of which the employer is named",
    own=("employer",),
    innocent=(
        "the company trades under another name",
        "the business register is updated late",
        "a new company filed before its entry was published",
    ),
    next_check="Look the employers up and ring them",
    source="Independent Chief Inspector of Borders and Immigration, inspection of the social care sector, 2024",
)
