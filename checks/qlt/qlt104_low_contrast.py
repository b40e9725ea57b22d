"""Ink and paper are hard to tell apart (QLT104).

What it looks at:
    The distance of ink from paper, 0 to 1, on each page and in each field that was measured.

Why it matters:
    Faint print loses its thin strokes, and look-alikes become alike.

What else it can be:
    - The print is worn or faded.
    - The scan was too light or too dark.
    - The field is printed in a pale colour by design.

When it is not applied:
    The page could not be measured.

What to check next:
    Scan again with more contrast, or look at the original.

Source:
    ISO 1831 (print contrast for optical reading), which ICAO Doc 9303-3 names; limit is a house value.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.qlt.measured import fields, pages
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import page

#: Distance of ink from paper (0-1) from which print is legible (house value).
MIN_CONTRAST = 0.25


def low_contrast(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each page, and each field of the other pages, whose contrast is below the limit."""
    limit = context.threshold("QLT104", "min_contrast", MIN_CONTRAST)
    faint: set[int] = set()
    for fact in pages(facts):
        contrast = fact.value.quality.contrast
        if contrast is not None and contrast < limit:
            faint.add(fact.page)
            yield Found(f"contrast {contrast:.2f}, limit {limit:.2f}", (fact,), cause=f"contrast-{fact.page}")
    for name, field in fields(facts):
        depth = field.value.contrast
        if depth is not None and depth < limit and field.page not in faint:
            yield Found(f"{name}: contrast {depth:.2f}, limit {limit:.2f}", (field,), cause=f"contrast-{field.page}")


CHECK = DocumentCheck(
    code="QLT104",
    name="low-contrast",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(page(0),),
    innocent=(
        "the print is worn or faded",
        "the scan was too light or too dark",
        "the field is printed in a pale colour by design",
    ),
    next_check="Scan again with more contrast, or look at the original",
    source="ISO 1831 (print contrast for optical reading), which ICAO Doc 9303-3 names; limit is a house value",
    rule=low_contrast,
    thresholds=("min_contrast",),
)
