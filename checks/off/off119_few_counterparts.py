"""One officer's grants go to few counterparts (OFF119).

What it looks at:
    How many different agencies and employers stand behind the permits of one officer, against as many permits drawn
    from the same office and kind. It makes no lead by itself: it stands beside what flags say of the officer.
    Exposure: every permit issued in the period of which officer and counterpart are named, compared with the rest of
    the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    An officer who takes what comes sees many applicants' agents. One whose grants go to a few of them does not take
    what comes.

What else it can be:
    - A specialised desk takes these cases.
    - One bulk employer files most of this office's cases.
    - The officer worked a short time only.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register does not say who approved. Offices, officers or counterparts with fewer than three events, and a
    stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Compare the roster of desks with the list of the officer's counterparts.

Source:
    Hurlbert, The nonconcept of species diversity, Ecology 52, 1971 (rarefaction).
"""

from __future__ import annotations

from checks.office import Measure, OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF119",
    name="few-counterparts",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=(),
    exposure="permits of which officer and counterpart are named",
    measure=Measure.DIVERSITY,
    needs=("permits.office_id", "permits.issued_at", "permits.approved_by"),
    innocent=(
        "a specialised desk takes these cases",
        "one bulk employer files most of this office's cases",
        "the officer worked a short time only",
    ),
    next_check="Compare the roster of desks with the list of the officer's counterparts",
    source="Hurlbert, The nonconcept of species diversity, Ecology 52, 1971 (rarefaction)",
)
