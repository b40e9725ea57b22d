"""Fields whose print was found but is in letters that the recogniser does not have.

The PP-OCRv6 recogniser of the wheel has Latin, Greek, Chinese and Japanese letters, and neither Cyrillic nor Arabic
ones. Of such a line it gives nothing, or those of its letters that look like Latin ones: `EPAKOBA`. Neither is a value.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.ocr.engine import TextLine
from pipeline.reference.transliteration import CYRILLIC_ALIKE
from pipeline.visual.anchors import stands_by
from pipeline.visual.fields import NO_TEXT, FieldReading
from pipeline.visual.values import READERS, text

#: Text of look-alikes alone that the engine is less sure of than this has lost the letters it does not know. Latin
#: words were read with at least 0.97, what was left of Cyrillic ones with 0.84 to 0.96.
SURE = 0.97
#: Heights of a line of print, in heights of the label's line.
_LEAST_HEIGHT, _MOST_HEIGHT = 0.6, 2.5


def unread_fields(readings: Sequence[FieldReading], lines: Sequence[TextLine]) -> frozenset[str]:
    """Names of the fields of text whose print was found and not read.

    Args:
        readings: of one page.
        lines: of the page; those without text are print of which nothing was read.
    """
    blank = [line for line in lines if not line.text.strip()]
    return frozenset(
        reading.layout.name
        for reading in readings
        if READERS[reading.layout.name] is text and (_nothing_read(reading, blank) or _remains(reading))
    )


def _nothing_read(reading: FieldReading, blank: Sequence[TextLine]) -> bool:
    label = reading.label
    if label is None or reading.why_not != NO_TEXT:
        return False
    height = label.bottom - label.top
    return any(
        _LEAST_HEIGHT * height <= line.bottom - line.top <= _MOST_HEIGHT * height
        and stands_by(label, line, reading.layout.places)
        for line in blank
    )


def _remains(reading: FieldReading) -> bool:
    letters = [letter for letter in reading.raw.upper() if letter.isalpha()]
    unsure = min((line.confidence for line in reading.lines), default=1.0) < SURE
    return unsure and len(letters) > 2 and all(letter in CYRILLIC_ALIKE for letter in letters)
