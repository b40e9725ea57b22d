from __future__ import annotations

import numpy as np
import pytest

from pipeline.mrz.partial import missing
from pipeline.mrz.regions import MrzLine, MrzRegion
from pipeline.ocr.engine import Character, LineReading
from pipeline.types.boxes import Box

LINE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
QUAD = np.array([[0, 0], [440, 0], [440, 10], [0, 10]], np.float32)


def region(rows: int, score: float = 0.6, cut: tuple[bool, bool] = (False, False)) -> MrzRegion:
    return MrzRegion((MrzLine(QUAD, 0.6, 10.0),) * rows, Box(0.1, 0.8, 0.9, 0.9), score, cut=cut)


def reading(text: str, sure: float = 0.95) -> LineReading:
    return LineReading(text, tuple(Character(one, sure) for one in text), "a", "a")


@pytest.mark.parametrize(
    ("found", "texts", "words"),
    [
        (region(1), (LINE,), "1 of 2 lines"),
        (region(2), (LINE[:30], LINE[:30]), "2 of 3 lines"),
        (region(2, cut=(False, True)), (LINE[:40], LINE[:40]), "it runs on beyond the right edge of the picture"),
        (region(2, cut=(True, True)), (LINE, LINE), "it runs on beyond the left and the right edge of the picture"),
        (region(2), (LINE, LINE[:20]), "line 2 has 20 of 44 characters"),
        (region(2), (LINE, LINE), "it is not legible enough to claim"),
    ],
)
def test_what_is_missing_is_named(found: MrzRegion, texts: tuple[str, ...], words: str) -> None:
    assert missing(found, tuple(reading(text) for text in texts)) == words


def test_rows_that_read_as_no_zone_are_one_only_where_they_look_so() -> None:
    unsure = (reading(LINE, 0.3), reading("REPUBLIC OF UTOPIA"))
    assert missing(region(2, score=0.3), unsure) is None
    assert missing(region(2, score=0.7), unsure) == "it is not legible enough to claim"
    assert missing(region(2, score=0.3), ()) is None
