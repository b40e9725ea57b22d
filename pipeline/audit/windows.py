"""When: the most likely window of a pattern, and how certain its ends are.

Kulldorff's temporal scan statistic (1997, Communications in Statistics 26) over weeks: the interval with the greatest
Poisson likelihood ratio of a higher rate inside than outside. Windows whose log likelihood ratio is within 1.92 of the
best are not told apart from it (profile likelihood, 95 %).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.audit.strata import Floats

#: Half of the 95 % quantile of chi-squared with one degree of freedom.
_NOT_TOLD_APART = 1.92


@dataclass(frozen=True, slots=True)
class Window:
    """Weeks (0-based, inclusive) of the most likely window, and the range that each end may have."""

    first: int
    last: int
    first_between: tuple[int, int]
    last_between: tuple[int, int]
    log_likelihood_ratio: float


def _log_ratio(count: Floats, mean: Floats, total: float, whole: float) -> Floats:
    """Log likelihood ratio of a higher rate inside; 0 where it is not higher."""
    rest, beyond = total - count, whole - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(count > 0, count * np.log(count / mean), 0.0)
        outside = np.where(rest > 0, rest * np.log(rest / beyond), 0.0)
        ratio = inside + outside - total * np.log(total / whole)
        return np.where(count * beyond > rest * mean, ratio, 0.0)


def most_likely(observed: Floats, expected: Floats) -> Window:
    """The most likely window of weekly counts; the whole span where no interval is told apart from it.

    Raises:
        ValueError: without a week, or where the two differ in length.
    """
    weeks = len(observed)
    if not weeks or weeks != len(expected):
        raise ValueError("a scan needs observed and expected counts of the same weeks")
    total, whole = float(observed.sum()), float(expected.sum())
    if total == 0 or whole <= 0:
        return Window(0, weeks - 1, (0, weeks - 1), (0, weeks - 1), 0.0)
    # A week in which nothing is expected may not make a window infinitely likely.
    mean = expected + 1e-3 * whole / weeks
    seen, due = np.concatenate(([0.0], np.cumsum(observed))), np.concatenate(([0.0], np.cumsum(mean)))
    count = seen[None, 1:] - seen[:-1, None]
    under = due[None, 1:] - due[:-1, None]
    ends = np.tri(weeks, dtype=bool).T
    ratio = np.where(ends, _log_ratio(np.maximum(count, 0), np.maximum(under, 1e-12), total, float(due[-1])), -np.inf)
    first, last = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    best = float(ratio[first, last])
    if best <= _NOT_TOLD_APART:
        # The whole span has a ratio of 0. Where all permits of a party are flagged, a day with two is no window.
        return Window(0, weeks - 1, (0, weeks - 1), (0, weeks - 1), best)
    starts, stops = np.nonzero(ratio >= best - _NOT_TOLD_APART)
    return Window(
        int(first), int(last), (int(starts.min()), int(starts.max())), (int(stops.min()), int(stops.max())), best
    )
