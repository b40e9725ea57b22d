"""Overridden decisions gather at one place (OFF111).

What it looks at:
    Permits that were granted against a block, a hit or a refusal, by office, officer, counterpart and pairs of them.
    Counted are the flags of PRC110 that the register's own data explain by no innocent cause; a permit whose flag is
    so explained, or that none of them can judge, counts neither way. Exposure: every permit issued in the period of
    which the decision or its override is on record, compared with the rest of the same office, kind, channel and
    category. At least three events make a pattern.

Why it matters:
    An override is a decision that somebody answers for. Many of them of one officer for one counterpart ask for the
    reasons.

What else it can be:
    - Overrides are the supervisor's task there.
    - A list gave false hits after an update.
    - A policy was changed and old refusals reopened.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC110 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Read the reasons that were given for these overrides one after the other.

Source:
    GAO-06-115 (2005), on referrals and overrides in visa issue.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF111",
    name="decision-overridden",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC110",),
    exposure="permits of which the decision or its override is on record",
    innocent=(
        "overrides are the supervisor's task there",
        "a list gave false hits after an update",
        "a policy was changed and old refusals reopened",
    ),
    next_check="Read the reasons that were given for these overrides one after the other",
    source="GAO-06-115 (2005), on referrals and overrides in visa issue",
)
