"""Queues: whom an application overtook."""

from __future__ import annotations

import numpy as np

from pipeline.audit.exposure import Ints

#: Pairs of applications of one queue that are compared at a time.
_AT_A_TIME = 4_000_000


def overtaken(lodged: Ints, assigned: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """How many of its queue each application overtook (lodged before it, assigned after it), and how many were before.

    Args:
        lodged: instants, of queues one after the other.
        assigned: instants; equal ones overtake nobody.
        bounds: where each queue begins, and the end.
    """
    overtook, before = np.zeros(len(lodged), dtype=np.int64), np.zeros(len(lodged), dtype=np.int64)
    sizes = np.diff(bounds)
    for size in np.unique(sizes[sizes > 1]).tolist():
        starts = bounds[:-1][sizes == size]
        step = max(1, _AT_A_TIME // (size * size))
        for first in range(0, len(starts), step):
            at = starts[first : first + step, None] + np.arange(size)
            for part in np.array_split(np.arange(size), max(1, size * size // _AT_A_TIME)):
                earlier = lodged[at][:, None, :] < lodged[at[:, part]][:, :, None]
                later = assigned[at][:, None, :] > assigned[at[:, part]][:, :, None]
                before[at[:, part]] = earlier.sum(axis=2)
                overtook[at[:, part]] = (earlier & later).sum(axis=2)
    return overtook, before
