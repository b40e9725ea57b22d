"""Permits issued faster than their process takes gather at one place (OFF101).

What it looks at:
    Permits that were issued faster than the process takes, or whose steps carry one minute, by office, officer,
    workstation, agency, employer and clinic and by pairs of them. Counted are the flags of PRC105, PRC106 that the
    register's own data explain by no innocent cause; a permit whose flag is so explained, or that none of them can
    judge, counts neither way. Exposure: every permit issued in the period of which application, decision and issue
    are on record, compared with the rest of the same office, kind, channel and category. At least three events make a
    pattern.

Why it matters:
    One fast permit is a slip or a favour to a person in need. Many of them, of one officer for one agency, mean that
    files were not looked at; in the port of Toamasina the files that were steered to an inspector were cleared
    faster.

What else it can be:
    - An express desk takes the cases that are paid to be fast.
    - Renewals are decided on an earlier file.
    - Files were entered after an outage of the system.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC105 and PRC106 need; then the run says so. Offices, officers or counterparts with fewer
    than three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Take five of the permits and ask who assessed what, and when.

Source:
    Chalendard, Fernandes, Raballand and Rijkers, Corruption in Customs, Quarterly Journal of Economics 138(1), 2023.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF101",
    name="faster-than-feasible",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC105", "PRC106"),
    exposure="permits of which application, decision and issue are on record",
    innocent=(
        "an express desk takes the cases that are paid to be fast",
        "renewals are decided on an earlier file",
        "files were entered after an outage of the system",
    ),
    next_check="Take five of the permits and ask who assessed what, and when",
    source=(
        "Chalendard, Fernandes, Raballand and Rijkers, Corruption in Customs, Quarterly Journal of Economics "
        "138(1), 2023"
    ),
)
