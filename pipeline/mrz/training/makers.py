"""Batches made ahead by processes of their own; each comes from the seed and its number alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np

from pipeline.mrz.training.samples import Batch, batch


def numbered(seed: int, number: int, size: int) -> Batch:
    """The batch of this number."""
    cv2.setNumThreads(1)
    return batch(np.random.default_rng((seed, number)), size)


def batches(seed: int, count: int, size: int, makers: int) -> Iterator[Batch]:
    """Batches 1 ... count in order, some ahead of use.

    Raises:
        BrokenProcessPool: if a maker dies.
    """
    with ProcessPoolExecutor(makers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[Batch]] = deque()
        for number in range(1, count + 1):
            waiting.append(pool.submit(numbered, seed, number, size))
            if len(waiting) > 4 * makers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
