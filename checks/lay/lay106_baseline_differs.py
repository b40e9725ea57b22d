"""The line of one field runs at another angle than the rest (LAY106).

What it looks at:
    The slope of each printed field's baseline against those of the other fields of the same document.

Why it matters:
    A form is filled in by one pass of a printer, so all lines are parallel. A strip put over a field, or a
    second pass, hardly ever lies exactly so.

What else it can be:
    - The page was curved or folded when it was captured.
    - Too few letters to measure a slope on.
    - The field is filled in by hand or by a second printer.

When it is not applied:
    Fewer than six printed fields of at least five characters were measured.

What to check next:
    Look at the field against a ruler, and in raking light for edges of paper.

Source:
    ICAO Doc 9303-2 appendix C, C.27 (alteration of printed data); Sherloq.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lay.neighbours import Measured, fields_measured, outliers_by_difference
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.printed import FieldQuality

#: Fields needed before one of them can be called different from the others.
FEWEST_FIELDS = 6
#: A slope is not measured well on fewer characters: one J or comma below the line tilts a word of five by degrees.
FEWEST_CHARACTERS = 6
#: Degrees: a box that seems steeper holds two lines, not one that leans.
STEEPEST = 10.0
#: Degrees from the median, inclusive (Utopia documents in order stay within 0.7); and robust z, with the least spread
#: taken for a document, degrees.
DEGREES = 1.5
ROBUST_Z = 5.0
LEAST_SPREAD = 0.15
#: A neighbouring line that leans the same way by at least this share shows a curved page.
CURVED = 0.4


def baseline_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field whose baseline leans away from the others'."""
    fields = [field for field in fields_measured(facts) if field.characters >= FEWEST_CHARACTERS]
    fields = [field for field in fields if slope(field.quality) is not None]
    if len(fields) < FEWEST_FIELDS:
        raise NotApplicable(f"fewer than {FEWEST_FIELDS} printed fields of {FEWEST_CHARACTERS} characters measured")
    degrees = context.threshold("LAY106", "degrees", DEGREES)
    for field, value, middle in outliers_by_difference(fields, slope, ROBUST_Z, degrees, LEAST_SPREAD, FEWEST_FIELDS):
        message = f"{field.name}: slope {value:.1f} degrees, others {middle:.1f}"
        if _curved(field, fields, value - middle, middle):
            yield Found(message, field.facts, "the page is curved there", field.name, Hypothesis.CAPTURE, Strength.WEAK)
        else:
            yield Found(message, field.facts, cause=field.name)


def slope(quality: FieldQuality) -> float | None:
    """Slope of the baseline against the page's, degrees; None where it was not measured on one line."""
    degrees = quality.baseline_degrees
    return None if degrees is None or abs(degrees) >= STEEPEST else degrees


def _curved(field: Measured, fields: list[Measured], leaning: float, middle: float) -> bool:
    """Whether the line next to it on the page leans the same way."""
    others = [other for other in fields if other is not field and other.facts[0].page == field.facts[0].page]
    if not others:
        return False
    nearest = min(others, key=lambda other: abs(other.centre - field.centre))
    lean = (slope(nearest.quality) or 0.0) - middle
    return lean * leaning > 0 and abs(lean) >= CURVED * abs(leaning)


CHECK = DocumentCheck(
    code="LAY106",
    name="baseline-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "the page was curved or folded when it was captured",
        "too few letters to measure a slope on",
        "the field is filled in by hand or by a second printer",
    ),
    next_check="Look at the field against a ruler, and in raking light for edges of paper",
    source="ICAO Doc 9303-2 appendix C, C.27 (alteration of printed data); Sherloq",
    rule=baseline_differs,
    thresholds=(("degrees", DEGREES),),
)
