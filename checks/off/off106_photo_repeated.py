"""Photographs of two holders gather at one place (OFF106).

What it looks at:
    Permits whose photograph is that of another holder as well, by office, officer, workstation, counterpart and pairs
    of them. Counted are the flags of DUP104 that the register's own data explain by no innocent cause; a permit whose
    flag is so explained, or that none of them can judge, counts neither way. Exposure: every permit issued in the
    period of which a fingerprint of the photograph is recorded, compared with the rest of the same office, kind,
    channel and category. At least three events make a pattern.

Why it matters:
    A photograph under two names passes only where nobody compares it with the person. Where one officer has several,
    nobody there wants to.

What else it can be:
    - Renewals and corrections of one person carry the same photograph.
    - Twins or a studio's mix-up of two customers.
    - A placeholder stands where the camera was out of order.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what DUP104 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Lay the photographs side by side and ask for the persons to come in.

Source:
    Sowetan Live, 2022-11-24, on passports of South Africa with photographs exchanged.
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF106",
    name="photo-repeated",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("DUP104",),
    exposure="permits of which a fingerprint of the photograph is recorded",
    innocent=(
        "renewals and corrections of one person carry the same photograph",
        "twins or a studio's mix-up of two customers",
        "a placeholder stands where the camera was out of order",
    ),
    next_check="Lay the photographs side by side and ask for the persons to come in",
    source="Sowetan Live, 2022-11-24, on passports of South Africa with photographs exchanged",
)
