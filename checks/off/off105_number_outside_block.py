"""Numbers outside the office's blocks gather at one place (OFF105).

What it looks at:
    Permits whose number lies in no block of the office that issued them, by office, officer, workstation, counterpart
    and pairs of them. Counted are the flags of SEQ101 that the register's own data explain by no innocent cause; a
    permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure: every permit
    issued in the period of which blocks of numbers are recorded, compared with the rest of the same office, kind,
    channel and category. At least three events make a pattern.

Why it matters:
    Blanks of another office were taken, lent or stolen; where one officer or agency has most of them, somebody brings
    them in.

What else it can be:
    - The ministry lent blanks to the office.
    - A block was allocated and not recorded.
    - An office was merged into another.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what SEQ101 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask the stock keeper for the transfer of these blanks.

Source:
    ICAO, Guide for Assessing Security of Handling and Issuance of Travel Documents, 2010.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF105",
    name="number-outside-block",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("SEQ101",),
    exposure="permits of which blocks of numbers are recorded",
    innocent=(
        "the ministry lent blanks to the office",
        "a block was allocated and not recorded",
        "an office was merged into another",
    ),
    next_check="Ask the stock keeper for the transfer of these blanks",
    source="ICAO, Guide for Assessing Security of Handling and Issuance of Travel Documents, 2010",
)
