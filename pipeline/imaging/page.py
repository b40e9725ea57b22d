"""An upright page as pixels, beside its measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types.documents import PageInfo

Grey = NDArray[np.uint8]
Colour = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One upright raster.

    Attributes:
        grey: height x width, 0 black to 255 white.
        colour: height x width x 3, blue-green-red as OpenCV keeps it.
    """

    info: PageInfo
    grey: Grey
    colour: Colour
