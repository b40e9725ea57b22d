"""Permits without a fee of their own gather at one place (OFF114).

What it looks at:
    Permits whose receipt serves several, whose fee was paid after the issue, or that are more than the fees of the
    office, by office, officer, counterpart and pairs of them. Counted are the flags of DUP102, PRC104, REG123 that
    the register's own data explain by no innocent cause; a permit whose flag is so explained, or that none of them
    can judge, counts neither way. Exposure: every permit issued in the period of which receipts are on record,
    compared with the rest of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    Money that does not reach the till went elsewhere. Receipts used twice by one officer are his own count.

What else it can be:
    - An employer paid for a group with one receipt.
    - Payments are booked days after they are made.
    - A waiver was not recorded.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what DUP102, PRC104 and REG123 need; then the run says so. Offices, officers or counterparts
    with fewer than three events, and a stratum that is one officer's alone, are compared with nobody and yield
    nothing.

What to check next:
    Compare the till's journal with the receipts of these permits.

Source:
    The Daily Star, 2024, on clearances without fees at the Bureau of Manpower (allegations of a case statement).
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF114",
    name="fee-missing-or-repeated",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("DUP102", "PRC104", "REG123"),
    exposure="permits of which receipts are on record",
    innocent=(
        "an employer paid for a group with one receipt",
        "payments are booked days after they are made",
        "a waiver was not recorded",
    ),
    next_check="Compare the till's journal with the receipts of these permits",
    source=(
        "The Daily Star, 2024, on clearances without fees at the Bureau of Manpower (allegations of a case statement)"
    ),
)
