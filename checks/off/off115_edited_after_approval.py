"""Rows edited after approval gather at one place (OFF115).

What it looks at:
    Permits of which a field that the approval rested on was changed afterwards, by office, officer, workstation,
    counterpart and pairs of them. Counted are the flags of PRC109, REG125 that the register's own data explain by no
    innocent cause; a permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure:
    every permit issued in the period of which the access log or an earlier delivery of the register is at hand,
    compared with the rest of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    A file that was in order when it was looked at need not be any more. In the Maldives workers were recorded as
    departed so that quotas became free.

What else it can be:
    - Corrections were made on a ticket.
    - A field was migrated or recoded for all.
    - The holder changed employer or passport by the rules.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC109 and REG125 need; then the run says so. Offices, officers or counterparts with fewer
    than three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask for the tickets behind these edits.

Source:
    Report on employment quotas in the Maldives, 2008, of workers recoded as having left the country.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF115",
    name="edited-after-approval",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC109", "REG125"),
    exposure="permits of which the access log or an earlier delivery of the register is at hand",
    innocent=(
        "corrections were made on a ticket",
        "a field was migrated or recoded for all",
        "the holder changed employer or passport by the rules",
    ),
    next_check="Ask for the tickets behind these edits",
    source="Report on employment quotas in the Maldives, 2008, of workers recoded as having left the country",
)
