"""The edges of the print are blurred (QLT102).

What it looks at:
    The width over which print passes into paper, in pixels, on each page and in each field that was measured.

Why it matters:
    Blur makes neighbours of look-alikes; what is read there cannot carry a finding.

What else it can be:
    - The camera moved or was not in focus.
    - The page did not lie flat on the glass.
    - The picture was enlarged or strongly compressed.

When it is not applied:
    The page could not be measured.

What to check next:
    Scan again flat on the glass, or photograph with rest and more light.

Source:
    Own measurement on specimens, November 2026: edge width grows evenly with blur, whatever the scale.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.qlt.measured import fields, pages
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import page

#: Width of an edge in pixels up to which print is legible; the limit of the settings (`[reading] max_edge_width_px`).
MAX_EDGE_PX = 4.0


def edges_blurred(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each page, and each field of the other pages, whose edges are wider than the limit."""
    limit = context.threshold("QLT102", "max_edge_width_px", MAX_EDGE_PX)
    blurred: set[int] = set()
    for fact in pages(facts):
        edge = fact.value.quality.edge_width_px
        if edge is not None and edge > limit:
            blurred.add(fact.page)
            yield Found(f"edges {edge:.1f} px wide, limit {limit:.1f}", (fact,), cause=f"blur-{fact.page}")
    for name, field in fields(facts):
        width = field.value.edge_width_px
        if width is not None and width > limit and field.page not in blurred:
            yield Found(f"{name}: edges {width:.1f} px wide, limit {limit:.1f}", (field,), cause=f"blur-{field.page}")


CHECK = DocumentCheck(
    code="QLT102",
    name="edges-blurred",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(page(0),),
    innocent=(
        "the camera moved or was not in focus",
        "the page did not lie flat on the glass",
        "the picture was enlarged or strongly compressed",
    ),
    next_check="Scan again flat on the glass, or photograph with rest and more light",
    source="own measurement on specimens, November 2026: edge width grows evenly with blur, whatever the scale",
    rule=edges_blurred,
    thresholds=("max_edge_width_px",),
)
