"""A zone that was found and could not be claimed -> what of it is missing, in words."""

from __future__ import annotations

from statistics import fmean

from pipeline.mrz.assemble import Zone
from pipeline.mrz.locate import CLEAR_SCORE
from pipeline.mrz.regions import LINES, MrzRegion

#: A row is print of an MRZ from so many characters, a filler among them, this sure on average.
_FEWEST = 12
_SURE = 0.8
_ILLEGIBLE = "it is not legible enough to claim"


def missing(region: MrzRegion, zone: Zone, refused: str = "") -> str | None:
    """What is missing of a zone; None where the region is not known to be one.

    Args:
        region: where it is.
        zone: what the first engine read there, a reading a row, or nothing.
        refused: why a whole reading was not given out, in words.
    """
    if not any(_is_print(line.text, [c.probability for c in line.characters]) for line in zone):
        return _ILLEGIBLE if region.score >= CLEAR_SCORE else None
    rows, length = len(region.lines), max(len(line.text) for line in zone)
    lawful = min((count for count in LINES if count >= length), default=max(LINES))
    if rows < LINES[lawful]:
        return f"{rows} of {LINES[lawful]} lines"
    ends = [side for side, cut in zip(("left", "right"), region.cut, strict=True) if cut]
    if ends:
        return f"it runs on beyond the {' and the '.join(ends)} edge of the picture"
    for number, line in enumerate(zone, start=1):
        if len(line.text) < lawful - 2:
            return f"line {number} has {len(line.text)} of {lawful} characters"
    return refused or _ILLEGIBLE


def _is_print(text: str, probabilities: list[float]) -> bool:
    return len(text) >= _FEWEST and "<" in text and fmean(probabilities) >= _SURE
