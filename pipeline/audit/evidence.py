"""Evidence of one indicator for one unit, as a log Bayes factor, and its sum over indicators.

Against: the count is negative binomial around its expected value. For: with probability `INVOLVED` the indicator is
part of the pattern, and the expected value is multiplied by one of `EXCESS`, equally likely. An indicator that is not
part of a pattern thus costs little, which is what lets weak evidence of several add up. Good (1950), Probability and
the Weighing of Evidence; DuMouchel (1999, The American Statistician 53): mixture of excesses over a table of counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.audit.strata import Floats
from pipeline.audit.tails import POISSON

#: Prior probability that an indicator is part of a pattern.
INVOLVED = 0.2
#: Multiples of the expected count that a pattern may bring.
EXCESS = (2.0, 3.0, 5.0, 9.0, 16.0, 30.0)


def log_bayes_factor(observed: npt.ArrayLike, expected: npt.ArrayLike, alpha: float) -> Floats:
    """Log Bayes factor of a pattern per unit; 0 where nothing is expected because nothing can be judged.

    The probabilities of the negative binomial share all but (mean)^count (1 + alpha mean)^-(count + 1/alpha), so that
    no gamma function is needed.
    """
    count = np.asarray(observed, dtype=np.float64)
    mean = np.asarray(expected, dtype=np.float64)
    ratio = np.zeros(np.broadcast(count, mean).shape)
    for excess in EXCESS:
        if alpha > POISSON:
            shift = np.log1p(alpha * excess * mean) - np.log1p(alpha * mean)
            log_ratio = count * np.log(excess) - (count + 1.0 / alpha) * shift
        else:
            log_ratio = count * np.log(excess) - mean * (excess - 1.0)
        ratio += np.exp(np.minimum(log_ratio, 700.0))
    evidence = np.log(1.0 - INVOLVED + INVOLVED * ratio / len(EXCESS))
    return np.where(mean > 0, evidence, 0.0)


def combined(
    observed: npt.NDArray[np.integer],
    expected: npt.NDArray[np.floating],
    alphas: Floats,
    caps: Floats,
    minimum: Floats,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Sum over the indicators, and of which units some indicator alone is a pattern.

    Args:
        observed: (indicators, units), as `expected`.
        expected: events.
        alphas: over-dispersion of each indicator.
        caps: what each may say at most.
        minimum: events of each from which it can be a pattern; it must speak for one as well.
    """
    total = np.zeros(observed.shape[1])
    pattern = np.zeros(observed.shape[1], dtype=bool)
    for count, mean, alpha, cap, least in zip(observed, expected, alphas, caps, minimum, strict=True):
        told = np.minimum(log_bayes_factor(count, mean, float(alpha)), cap)
        total += told
        pattern |= (count >= least) & (told > 0)
    return total, pattern
