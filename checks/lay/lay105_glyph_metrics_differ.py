"""The print of one field is not like the rest of the document (LAY105).

What it looks at:
    The width of edges, the thickness of strokes against their height, and the height of capitals of each
    printed field, against the other fields of the same document.

Why it matters:
    One printer fills in all fields in one go. A field written over later differs in sharpness, weight or size
    of its letters.

What else it can be:
    - Glare, a fold or a shadow over the field.
    - The form has this field in another font, or it is filled in by a second printer.
    - A stamp or signature crosses the field.

When it is not applied:
    Fewer than six printed fields of at least four characters were measured, or a measure varies so little that
    none can stand out.

What to check next:
    Look at the field beside its neighbours under magnification, on the paper itself.

Source:
    Sherloq (noise and edge analysis of image regions); ICAO Doc 9303-2 appendix C, C.27.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lay.neighbours import Measured, fields_measured, outliers
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.printed import FieldQuality

#: Fields needed before one of them can be called different from the others.
FEWEST_FIELDS = 6
#: Edges and strokes are not measured well on fewer characters.
FEWEST_CHARACTERS = 4
#: Robust z (distance from the median in units of 1.4826 MAD) at which a measure stands out, inclusive, and the spread
#: taken for a document whose fields hardly vary, as a share of the median.
ROBUST_Z = 5.0
LEAST_SPREAD = 0.03
#: Smallest ratio to the median, either way, that counts whatever the z. On 600 fields of Utopia documents in order,
#: flatbed and phone, heights stay within 1.08, weights within 1.12, edges of four characters or more within 1.27.
EDGE_RATIO = 1.35
WEIGHT_RATIO = 1.25
HEIGHT_RATIO = 1.15
#: Measures of one field that must stand out together; one alone is weak.
TOGETHER = 2
#: Glare on a share of the field, or contrast below a share of the others', explains what is measured there.
GLARE = 0.05
PALE = 0.6


def glyph_metrics_differ(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field whose letters are measured unlike those of the other fields."""
    fields = [field for field in fields_measured(facts) if field.characters >= FEWEST_CHARACTERS]
    if len(fields) < FEWEST_FIELDS:
        raise NotApplicable(f"fewer than {FEWEST_FIELDS} printed fields of {FEWEST_CHARACTERS} characters measured")
    z = context.threshold("LAY105", "robust_z", ROBUST_Z)
    odd: dict[str, list[str]] = {}
    for name, measure, ratio in MEASURES:
        for field, value, middle in outliers(fields, measure, z, ratio, LEAST_SPREAD, FEWEST_FIELDS):
            odd.setdefault(field.name, []).append(f"{name} {value:.2f}, others {middle:.2f}")
    contrasts = sorted(field.quality.contrast for field in fields if field.quality.contrast is not None)
    usual = contrasts[len(contrasts) // 2] if contrasts else 0.0
    for field in fields:
        if field.name in odd:
            yield _found(field, odd[field.name], usual)


def _found(field: Measured, differences: list[str], usual_contrast: float) -> Found:
    message = f"{field.name}: {'; '.join(differences)}"
    quality = field.quality
    glare = quality.glare_fraction is not None and quality.glare_fraction >= GLARE
    pale = quality.contrast is not None and quality.contrast < PALE * usual_contrast
    if glare or pale:
        why = "glare over the field" if glare else "the field is paler than the others"
        return Found(message, field.facts, why, field.name, Hypothesis.CAPTURE, Strength.WEAK)
    alone = len(differences) < TOGETHER
    return Found(message, field.facts, cause=field.name, strength=Strength.WEAK if alone else None)


def edge_width(quality: FieldQuality) -> float | None:
    """Width of edges, px."""
    return quality.edge_width_px


def stroke_weight(quality: FieldQuality) -> float | None:
    """Stroke width over height of capitals: the weight of the font, whatever its size."""
    if quality.stroke_width_px is None or not quality.character_height_px:
        return None
    return quality.stroke_width_px / quality.character_height_px


def height(quality: FieldQuality) -> float | None:
    """Height of capitals, px."""
    return quality.character_height_px


MEASURES = (
    ("edge width", edge_width, EDGE_RATIO),
    ("stroke weight", stroke_weight, WEIGHT_RATIO),
    ("height", height, HEIGHT_RATIO),
)

CHECK = DocumentCheck(
    code="LAY105",
    name="glyph-metrics-differ",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "glare, a fold or a shadow over the field",
        "the form has this field in another font, or it is filled in by a second printer",
        "a stamp or signature crosses the field",
    ),
    next_check="Look at the field beside its neighbours under magnification, on the paper itself",
    source="Sherloq (noise and edge analysis of image regions); ICAO Doc 9303-2 appendix C, C.27",
    rule=glyph_metrics_differ,
    thresholds=("robust_z",),
)
