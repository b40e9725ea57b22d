"""An officer has more of one counterpart's cases than assignment would give (OFF118).

What it looks at:
    How many cases of one agency, employer or clinic one officer decided, against how many would have come to that
    officer had they been assigned as the rules say: at random or in the order of arrival within day, desk and
    category. Every permit of the pair counts; no flag is needed, and by itself it makes no lead: it adds to what
    flags say. Exposure: every permit issued in the period of which officer and counterpart are named, compared with
    the rest of the same office, kind, channel and category. At least three events make a pattern.

Why it matters:
    Whoever pays one officer must see to it that the case comes to that officer. In the port of Toamasina the
    assignment was steered, and what was steered was risky and was cleared fast.

What else it can be:
    - A specialised desk takes these cases.
    - The agency has its premises in the officer's district.
    - The officer was alone on duty on the days when the agency files.
    - Chance: of a list of leads the stated false-discovery rate is expected to have no cause at all.

When it is not applied:
    The register does not say who approved. Offices, officers or counterparts with fewer than three events, and a
    stratum that is one officer's alone, are compared with nobody and yield nothing.

What to check next:
    Ask for the rule of assignment and who may change it.

Source:
    Chalendard, Fernandes, Raballand and Rijkers, Corruption in Customs, Quarterly Journal of Economics 138(1), 2023;
    ICAO Doc 9303-2 appendix D.4.
"""

from __future__ import annotations

from checks.office import Measure, OfficeCheck
from pipeline.types.findings import Hypothesis, Strength

CHECK = OfficeCheck(
    declared_in=__name__,
    code="OFF118",
    name="pairs-above-assignment",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    counts=(),
    exposure="permits of which officer and counterpart are named",
    measure=Measure.PAIRS,
    needs=("permits.office_id", "permits.issued_at", "permits.approved_by"),
    innocent=(
        "a specialised desk takes these cases",
        "the agency has its premises in the officer's district",
        "the officer was alone on duty on the days when the agency files",
    ),
    next_check="Ask for the rule of assignment and who may change it",
    source=(
        "Chalendard, Fernandes, Raballand and Rijkers, Corruption in Customs, Quarterly Journal of Economics "
        "138(1), 2023; ICAO Doc 9303-2 appendix D.4"
    ),
)
