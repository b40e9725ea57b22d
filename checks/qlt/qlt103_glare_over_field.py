"""Glare lies over a field (QLT103).

What it looks at:
    The share of each printed field's box, and of each page, that is blown out beyond the paper's white.

Why it matters:
    Under glare nothing can be read, and an engine may make something up from what is left.

What else it can be:
    - A lamp or window is mirrored in the laminate.
    - The flash was on.

When it is not applied:
    No page and no printed field was measured for glare.

What to check next:
    Photograph again without flash, turned away from the lamp, or use a flatbed.

Source:
    ICAO Doc 9303-2 appendix C (optical checks need an even illumination); limits are house values.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.qlt.measured import fields, pages
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import page

#: Share of a field's box: a tenth hides one character of ten (house value).
MAX_FIELD_GLARE = 0.10
#: Share of a page: a twentieth is a spot as large as a line of the MRZ (house value).
MAX_PAGE_GLARE = 0.05


def glare_over_field(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field with glare, and for a page with much of it where no field was measured."""
    field_limit = context.threshold("QLT103", "max_field_glare", MAX_FIELD_GLARE)
    page_limit = context.threshold("QLT103", "max_page_glare", MAX_PAGE_GLARE)
    measured = [(name, fact, fact.value.glare_fraction) for name, fact in fields(facts)]
    known = [(name, fact, share) for name, fact, share in measured if share is not None]
    whole = [(fact, fact.value.quality.glare_fraction) for fact in pages(facts)]
    if not known and all(share is None for _, share in whole):
        raise NotApplicable("glare was not measured")
    for name, fact, share in known:
        if share >= field_limit:
            yield Found(f"{name}: {share:.0%} blown out, limit {field_limit:.0%}", (fact,), cause=f"glare-{fact.page}")
    for page_fact, page_share in whole:
        if page_share is not None and page_share >= page_limit and not known:
            message = f"{page_share:.0%} of the page blown out, limit {page_limit:.0%}"
            yield Found(message, (page_fact,), cause=f"glare-{page_fact.page}")


CHECK = DocumentCheck(
    code="QLT103",
    name="glare-over-field",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(page(0),),
    innocent=(
        "a lamp or window is mirrored in the laminate",
        "the flash was on",
    ),
    next_check="Photograph again without flash, turned away from the lamp, or use a flatbed",
    source="ICAO Doc 9303-2 appendix C (optical checks need an even illumination); limits are house values",
    rule=glare_over_field,
    thresholds=("max_field_glare", "max_page_glare"),
)
