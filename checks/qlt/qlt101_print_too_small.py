"""The print is too small in the scan to be read reliably (QLT101).

What it looks at:
    The pitch of the MRZ's characters and the height of the capitals, in pixels, on each page and in each field
    that was measured.

Why it matters:
    Below about ten pixels a character every engine guesses; what is read there cannot carry a finding.

What else it can be:
    - The scan was made at a low resolution.
    - The picture was made smaller when it was sent.

When it is not applied:
    The page could not be measured.

What to check next:
    Scan again at 300 dots per inch or more.

Source:
    Own measurement on specimens, November 2026: few engines read below 8 pixels a character.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.qlt.measured import fields, pages
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import page

#: Pixels a character of the MRZ from which it is legible; the limit of the settings (`[reading] min_character_px`).
MIN_PITCH_PX = 10.0
#: Height of a capital in pixels; OCR-B of 10 px pitch is about that high, and proportional print needs a little less.
MIN_HEIGHT_PX = 8.0


def print_too_small(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each page, and each field of a good page, whose print is below the limit."""
    pitch_limit = context.threshold("QLT101", "min_character_px", MIN_PITCH_PX)
    height_limit = context.threshold("QLT101", "min_height_px", MIN_HEIGHT_PX)
    small: set[int] = set()
    for fact in pages(facts):
        quality = fact.value.quality
        if quality.character_pitch_px is not None and quality.character_pitch_px < pitch_limit:
            message = f"{quality.character_pitch_px:.1f} px a character of the MRZ, limit {pitch_limit:.1f}"
            small.add(fact.page)
            yield Found(message, (fact,), cause=f"resolution-{fact.page}")
        elif quality.character_height_px is not None and quality.character_height_px < height_limit:
            message = f"capitals {quality.character_height_px:.1f} px high, limit {height_limit:.1f}"
            small.add(fact.page)
            yield Found(message, (fact,), cause=f"resolution-{fact.page}")
    for name, field in fields(facts):
        height = field.value.character_height_px
        if height is not None and height < height_limit and field.page not in small:
            message = f"{name}: capitals {height:.1f} px high, limit {height_limit:.1f}"
            yield Found(message, (field,), cause=f"resolution-{field.page}")


CHECK = DocumentCheck(
    code="QLT101",
    name="print-too-small",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(page(0),),
    innocent=(
        "the scan was made at a low resolution",
        "the picture was made smaller when it was sent",
    ),
    next_check="Scan again at 300 dots per inch or more",
    source="own measurement on specimens, November 2026: few engines read below 8 pixels a character",
    rule=print_too_small,
    thresholds=("min_character_px", "min_height_px"),
)
