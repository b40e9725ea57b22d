"""Holders below the age for their category gather at one place (OFF108).

What it looks at:
    Permits whose holder was below the least age for the category on the day of issue, by office, officer, counterpart
    and pairs of them. Counted are the flags of PRC116 that the register's own data explain by no innocent cause; a
    permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure: every permit
    issued in the period of which date of birth and category are on record, compared with the rest of the same office,
    kind, channel and category. At least three events make a pattern.

Why it matters:
    The age is on the passport that the officer had in hand. Several in a row for one agency mean that it was not
    looked at.

What else it can be:
    - Dates of birth were entered with day and month exchanged.
    - A category for apprentices is recorded under another name.
    - An exception by order holds for the category.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC116 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Compare the dates of birth with the copies of the passports in the file.

Source:
    The Daily Star, 2025, on the case of nine at the Bureau of Manpower, Employment and Training (allegations).
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF108",
    name="under-age",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC116",),
    exposure="permits of which date of birth and category are on record",
    innocent=(
        "dates of birth were entered with day and month exchanged",
        "a category for apprentices is recorded under another name",
        "an exception by order holds for the category",
    ),
    next_check="Compare the dates of birth with the copies of the passports in the file",
    source=(
        "The Daily Star, 2025, on the case of nine at the Bureau of Manpower, Employment and Training (allegations)"
    ),
)
