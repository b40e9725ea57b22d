"""Probabilities of a line's characters -> the probability that the whole line is read exactly.

An engine is surer of itself than it is right, and slips of one line are not independent. The figures below turn the
least sure character and the product of all into the share of such lines that were exact. They were fitted to drawn
lines and documents that served neither training nor testing (`tests/bench/mrz/fit_exactness.py`). No
check digit takes part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Logistic regression on log odds, by engine of the line: weight of the product, of the least sure character, offset.
#: Engines other than the line network name no runners-up, and their product says little.
_FITS = {"overseal": (0.60, 0.77, 0.41)}
_FIT_ELSE = (0.0, 2.7, -4.0)
#: Probabilities are held within this of 0 and 1.
_EDGE = 1e-6


def log_odds(probability: float) -> float:
    """Natural logarithm of the odds, finite for 0 and 1 too."""
    held = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(held / (1 - held))


def exactness(probabilities: Sequence[float], engine: str) -> float:
    """0-1: share of lines with characters so probable that are read exactly; 0 for a line without characters."""
    if not probabilities:
        return 0.0
    of_product, of_least, offset = _FITS.get(engine, _FIT_ELSE)
    odds = of_product * log_odds(math.prod(probabilities)) + of_least * log_odds(min(probabilities)) + offset
    return 1 / (1 + math.exp(-odds))
