"""How much print stands around each column of some rows -> where the rows begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.mrz.regions import LINES

#: A column with less print than this share of the usual counts against a row that is said to reach over it.
_BLANK = 0.4
#: Pitches' worth of print that a lawful length may leave out: a stamp, a frame, vertical text that touches the end.
_LEFT_OUT = 1.3

#: Pitches by which a steady stretch's ends are uncertain.
_BLUR = 5.0
#: Pitches that a row may be too long rather than lose a character.
_SPARE = 2.5


def extent(filled: NDArray[np.float32], pitch: float) -> tuple[float, float, int]:
    """First and one past last column of rows that begin and end together, and their lawful length if they have one.

    The stretch in which print outweighs blanks most, and of the stretches of a lawful length the best, if it leaves
    out little of that.

    Args:
        filled: 0-1, how much print a row has around a column: rows x columns.
        pitch: px a character.

    Returns:
        Left and right end; 30, 36 or 44, or 0 where none fits.
    """
    weight = filled.mean(axis=0) - _BLANK
    total = np.concatenate(([0.0], np.cumsum(weight)))
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    most = float(total[last] - total[first])
    for count in sorted(LINES, key=lambda count: abs(count * pitch - (last - first))):
        wide = round(count * pitch)
        if wide >= total.size:
            continue
        sums = total[wide:] - total[:-wide]
        if float(sums.max()) >= most - _LEFT_OUT * pitch * (1 - _BLANK):
            start = _middle_of_best(sums)
            if last - first > wide + _SPARE * pitch:
                return start, start + wide, count
            return min(start, first), max(start + wide, last), count
    return float(first), float(last), 0


def steady_extent(steady: NDArray[np.float32], pitch: float) -> tuple[float, float, int]:
    """Like `extent`, of rows that run on into other print: the stretch of lawful length that repeats at the pitch.

    Args:
        steady: how much the ink around a column repeats: rows x columns.
        pitch: px a character.

    Returns:
        As of `extent`; (0, 0, 0) where no stretch is steadier than the rest by far.
    """
    mean = steady.mean(axis=0)
    weight = mean - 0.5 * float(np.percentile(mean, 90))
    total = np.concatenate(([0.0], np.cumsum(weight)))
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    count = min(LINES, key=lambda count: abs(count * pitch - (last - first)))
    wide = round(count * pitch)
    if wide >= total.size or abs(wide - (last - first)) > _BLUR * pitch:
        return 0.0, 0.0, 0
    start = float(np.argmax(total[wide:] - total[:-wide]))
    return start, start + wide, count


def _middle_of_best(sums: NDArray[np.float64]) -> float:
    """Of neighbouring starts that are as good as the best, the middle."""
    best = int(np.argmax(sums))
    near = np.flatnonzero(sums >= sums[best] - 0.05)
    near = near[np.abs(near - best) < 8]
    return float(near.mean())
