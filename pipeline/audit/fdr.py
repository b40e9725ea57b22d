"""Control of the false-discovery rate over all tests of a run.

Benjamini & Hochberg (1995, JRSS B 57) where the tests are independent or positively dependent; Benjamini & Yekutieli
(2001, Annals of Statistics 29) under any dependence.
"""

from __future__ import annotations

import numpy as np

from pipeline.audit.strata import Floats


def benjamini_hochberg(p: Floats, tests: int | None = None) -> Floats:
    """Rate of each p (its q); `tests` is the number of tests where `p` holds only those worth keeping.

    With `tests` above the number of `p`, the others count as not raised: several tests that raise one and the same
    pattern are one discovery, and only the kept ones may pay for false ones.

    Raises:
        ValueError: where there are fewer tests than p.
    """
    count = len(p) if tests is None else tests
    if count < len(p):
        raise ValueError(f"{len(p)} p-values of {count} tests")
    order = np.argsort(p, kind="stable")
    stepped = p[order] * count / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(1.0, np.minimum.accumulate(stepped[::-1])[::-1])
    return q


def benjamini_yekutieli(p: Floats, tests: int | None = None) -> Floats:
    """Rate of each p under any dependence: Benjamini-Hochberg times the harmonic number of the tests."""
    count = len(p) if tests is None else tests
    harmonic = float(np.sum(1.0 / np.arange(1, count + 1)))
    return np.minimum(1.0, benjamini_hochberg(p, tests) * harmonic)
