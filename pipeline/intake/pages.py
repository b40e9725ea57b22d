"""A scan's pages as pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.intake.decode import decode_image
from pipeline.intake.pdf import render_pdf
from pipeline.intake.scan import Format, Scan, problem
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind

#: Print differs from its surroundings by more than this many grey levels; paper grain and JPEG noise do not.
_INK_LEVELS = 24
#: Share of the page that print covers at least: four characters on a letter page cover more.
_INK_SHARE = 1e-4
#: Scanner lids and paper edges show in this share of the page at each side.
_MARGIN = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """One page as it lies in its file.

    Attributes:
        scan_page: 0-based page in the file.
        colour: height x width x 3 uint8, blue-green-red.
        exif_orientation: 1-8 as the file says (CIPA DC-008 4.6.4 A), *not* applied, and no more than a first guess:
            software that turns pixels often forgets the tag. 1 where the file says nothing. A TIFF's tag was applied
            by its decoder and reads 1.
    """

    scan_sha256: str
    scan_page: int
    colour: NDArray[np.uint8]
    exif_orientation: int = 1


def rasters(scan: Scan, limits: Intake) -> Iterator[Raster | Problem]:
    """Yield every page of a scan in order, each as a Raster or as the Problem it has.

    A scan with too many pages, or one that cannot be opened, yields one Problem and nothing else. A page that is
    damaged or cut short is never passed on in part. At most one decoded page is held at a time.
    """
    pages = render_pdf(scan.data, limits) if scan.format is Format.PDF else decode_image(scan.data, scan.format, limits)
    for number, page in enumerate(pages):
        if isinstance(page, Problem):
            yield page
        elif is_blank(page[0]):
            yield problem(ProblemKind.BLANK, "the page is blank", number)
        else:
            colour, orientation = page
            yield Raster(scan.sha256, number, colour, orientation)


def is_blank(colour: NDArray[np.uint8]) -> bool:
    """Whether a page (height x width x 3) carries no print: nothing stands out from its nearest surroundings.

    Judged on a copy of about 1000 px, away from the margins, against the mean of 5 x 5 px blocks, so that shading
    and the edge of the paper are no print.
    """
    height, width = colour.shape[:2]
    step = max(1, max(height, width) // 1000)
    top, left = int(height * _MARGIN), int(width * _MARGIN)
    inner = np.ascontiguousarray(colour[top : height - top : step, left : width - left : step])
    blue, green, red = cv2.split(inner) if inner.size else (inner[:, :, 0],) * 3
    grey = cv2.min(cv2.min(blue, green), red)
    rows, columns = grey.shape[0] // 5 * 5, grey.shape[1] // 5 * 5
    if not rows or not columns:
        return False
    blocks = grey[:rows, :columns].astype(np.float32)
    means = cv2.resize(blocks, (columns // 5, rows // 5), interpolation=cv2.INTER_AREA)
    spread = cv2.absdiff(blocks, cv2.resize(means, (columns, rows), interpolation=cv2.INTER_NEAREST))
    return bool(np.count_nonzero(spread > _INK_LEVELS) < _INK_SHARE * spread.size)
