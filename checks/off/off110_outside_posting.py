"""Steps by officers who were not in post gather at one place (OFF110).

What it looks at:
    Permits of which a step was taken in the name of an officer who was not posted there, not in service or on leave,
    by office, officer, workstation, counterpart and pairs of them. Counted are the flags of OFR101, OFR102, OFR103
    that the register's own data explain by no innocent cause; a permit whose flag is so explained, or that none of
    them can judge, counts neither way. Exposure: every permit issued in the period of which postings, service or
    leave of the officers are on record, compared with the rest of the same office, kind, channel and category. At
    least three events make a pattern.

Why it matters:
    An account that works while its owner is away is used by another. In the United Arab Emirates the login of a
    colleague served for three thousand permits.

What else it can be:
    - A delegation order was not recorded.
    - The posting was recorded later than it began.
    - The officer was called back from leave.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what OFR101, OFR102 and OFR103 need; then the run says so. Offices, officers or counterparts
    with fewer than three events, and a stratum that is one officer's alone, are compared with nobody and yield
    nothing.

What to check next:
    Ask for the delegation order, then for the sessions of the account on these days.

Source:
    The National, on residence permits issued with a colleague's login in the United Arab Emirates.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF110",
    name="outside-posting",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("OFR101", "OFR102", "OFR103"),
    exposure="permits of which postings, service or leave of the officers are on record",
    innocent=(
        "a delegation order was not recorded",
        "the posting was recorded later than it began",
        "the officer was called back from leave",
    ),
    next_check="Ask for the delegation order, then for the sessions of the account on these days",
    source="The National, on residence permits issued with a colleague's login in the United Arab Emirates",
)
