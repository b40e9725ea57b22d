"""The part of a page that a page engine needs to read."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.page import Colour, Page
from pipeline.types.boxes import Box

#: Below an MRZ nothing is printed (Doc 9303-3 clause 3.1): what is further down than this many of its heights is.
_MARGIN = 2.5
#: Kept above the zone, in its heights: ascenders of the last printed line.
_RIM = 0.08


def printed_part(page: Page, mrz: Box | None) -> Colour:
    """The page down to its MRZ, where that stands at the foot, else the whole page.

    A third of a card is its MRZ, and its lines are the widest to read. Places on the part are places on the page.

    Args:
        page: the upright page.
        mrz: where its MRZ was found, if one was.
    """
    if mrz is None:
        return page.colour
    height = mrz.bottom - mrz.top
    if 1.0 - mrz.bottom > _MARGIN * height:
        return page.colour
    last = round((mrz.top - _RIM * height) * page.colour.shape[0])
    return np.ascontiguousarray(page.colour[:last]) if last > 0 else page.colour
