"""Why a page should be scanned again: facts about its capture that keep print from being read."""

from __future__ import annotations

from pipeline.settings import Reading
from pipeline.types.documents import Quality
from pipeline.types.problems import Problem, ProblemKind

#: Share of a page that a reflection may hide before fields are lost: a date on a card covers about as much.
MAX_GLARE = 0.01
#: Ink this near to paper is lost in the grain of a scan: a fifth of the range is 50 grey levels.
MIN_CONTRAST = 0.2
#: Turning by more than this costs sharpness, and mostly means that the page was photographed askew.
MAX_SKEW_DEGREES = 10.0


def rescan_problems(quality: Quality, reading: Reading, page: int | None = None) -> tuple[Problem, ...]:
    """What to do about a page that was captured too poorly, in plain words; nothing where nothing was measured.

    The size of print is taken from the machine-readable zone's pitch where there is one, else from capitals.
    """
    size = quality.character_height_px if quality.character_pitch_px is None else quality.character_pitch_px
    found: list[tuple[ProblemKind, str]] = []
    if size is not None and size < reading.min_character_px:
        text = f"print is {size:.0f} px high where {reading.min_character_px:.0f} are needed; scan again at 300 dpi"
        found.append((ProblemKind.LOW_RESOLUTION, text))
    if quality.edge_width_px is not None and quality.edge_width_px > reading.max_edge_width_px:
        text = (
            f"edges are {quality.edge_width_px:.1f} px wide; lay the page flat, hold still, clean the glass, scan again"
        )
        found.append((ProblemKind.BLURRED, text))
    if quality.glare_fraction is not None and quality.glare_fraction > MAX_GLARE:
        text = f"a reflection hides {quality.glare_fraction:.0%} of the page; scan again without flash or lamp above it"
        found.append((ProblemKind.GLARE, text))
    if quality.contrast is not None and quality.contrast < MIN_CONTRAST:
        found.append((ProblemKind.LOW_CONTRAST, "print is too faint; scan again, darker and in colour"))
    if quality.skew_degrees is not None and abs(quality.skew_degrees) > MAX_SKEW_DEGREES:
        text = f"the page lies {abs(quality.skew_degrees):.0f} degrees askew; lay it straight and scan again"
        found.append((ProblemKind.SKEWED, text))
    return tuple(Problem(kind, "imaging", message, page) for kind, message in found)
