"""A zone that was found and could not be claimed -> what of it is missing, in words."""

from __future__ import annotations

from statistics import fmean

from pipeline.mrz.assemble import Zone
from pipeline.mrz.regions import LINES, MrzRegion

#: A region that scores so much was an MRZ in every case looked at; unread, it is reported.
CLEAR_REGION = 0.42
#: A row is print of an MRZ from so many characters, a filler among them, this sure on average.
_FEWEST = 12
_SURE = 0.8


def missing(region: MrzRegion, zone: Zone) -> str | None:
    """What is missing of a zone; None where the region is not known to be one.

    Args:
        region: where it is.
        zone: what the first engine read there, a reading a row, or nothing.
    """
    if not any(_is_print(line.text, [c.probability for c in line.characters]) for line in zone):
        return "it is not legible enough to claim" if region.score >= CLEAR_REGION else None
    rows, length = len(region.lines), max(len(line.text) for line in zone)
    lawful = min((count for count in LINES if count >= length), default=max(LINES))
    if rows < LINES[lawful]:
        return f"{rows} of {LINES[lawful]} lines"
    ends = [side for side, cut in zip(("left", "right"), region.cut, strict=True) if cut]
    if ends:
        return f"it runs on beyond the {' and the '.join(ends)} edge of the picture"
    for number, line in enumerate(zone, start=1):
        if len(line.text) < length - 2:
            return f"line {number} has {len(line.text)} of {lawful} characters"
    return "it is not legible enough to claim"


def _is_print(text: str, probabilities: list[float]) -> bool:
    return len(text) >= _FEWEST and "<" in text and fmean(probabilities) >= _SURE
