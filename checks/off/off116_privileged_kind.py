"""Permits of a privileged kind gather at one place (OFF116).

What it looks at:
    Documents of an official or otherwise privileged kind for holders of ordinary employers, by office, officer,
    counterpart and pairs of them. Counted are the flags of PRC119 that the register's own data explain by no innocent
    cause; a permit whose flag is so explained, or that none of them can judge, counts neither way. Exposure: every
    permit issued in the period of which the kind of the document is on record, compared with the rest of the same
    office, kind, channel and category. At least three events make a pattern.

Why it matters:
    A privileged document is not asked for much at the border. In Bangladesh official passports went to workers.

What else it can be:
    - The office serves a ministry or a mission.
    - A contractor of the state has a right to the kind.
    - The kind was coded wrongly in the form.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register lacks what PRC119 needs; then the run says so. Offices, officers or counterparts with fewer than
    three events, and a stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask for the note of the authority that the holder is said to work for.

Source:
    New Nation and Dhaka Tribune, 2020, on official passports for workers in Bangladesh (figures differ).
"""

from __future__ import annotations

from checks.office import OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF116",
    name="privileged-kind",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=("PRC119",),
    exposure="permits of which the kind of the document is on record",
    innocent=(
        "the office serves a ministry or a mission",
        "a contractor of the state has a right to the kind",
        "the kind was coded wrongly in the form",
    ),
    next_check="Ask for the note of the authority that the holder is said to work for",
    source="New Nation and Dhaka Tribune, 2020, on official passports for workers in Bangladesh (figures differ)",
)
