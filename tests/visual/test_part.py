from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.page import Page
from pipeline.types.boxes import Box
from pipeline.types.documents import PageInfo, Quality
from pipeline.visual.part import printed_part

PAGE = Page(PageInfo("", 0, 200, 100, Quality()), np.zeros((100, 200), np.uint8), np.zeros((100, 200, 3), np.uint8))


@pytest.mark.parametrize(
    ("zone", "rows"),
    [
        (None, 100),
        (Box(0.1, 0.75, 0.9, 0.95), 73),
        (Box(0.1, 0.2, 0.9, 0.4), 100),
        (Box(0.0, 0.0, 1.0, 1.0), 100),
    ],
)
def test_rows_above_a_zone_at_the_foot(zone: Box | None, rows: int) -> None:
    assert printed_part(PAGE, zone).shape == (rows, 200, 3)
