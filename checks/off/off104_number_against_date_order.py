"""Permits out of the order of their numbers gather at one place (OFF104).

What it looks at:
    Permits whose date of issue stands elsewhere than their number in the order of the block, by office, officer,
    workstation, counterpart and pairs of them. Counted are the flags of SEQ102 that the register's own data explain
    by no innocent cause; a permit whose flag is so explained, or that none of them can judge, counts neither way.
    Exposure: every permit issued in the period of which the number lies in a block that is used in order, compared
    with the rest of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    A date before the date of its own blank was chosen. Several of them at one printer are dates that somebody needed.

What else it can be:
    - Two printers share a block.
    - Blanks were left over and used up later.
    - Numbers were brought over from another system.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what SEQ102 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Lay the print log of the workstation beside the stock ledger.

Source:
    Belize, Auditor General, special audits 2011-13 (passports, visas, nationality); the government disputed parts of
    them.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF104",
    name="number-against-date-order",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("SEQ102",),
    exposure="permits of which the number lies in a block that is used in order",
    innocent=(
        "two printers share a block",
        "blanks were left over and used up later",
        "numbers were brought over from another system",
    ),
    next_check="Lay the print log of the workstation beside the stock ledger",
    source=(
        "Belize, Auditor General, special audits 2011-13 (passports, visas, nationality); the government "
        "disputed parts of them"
    ),
)
