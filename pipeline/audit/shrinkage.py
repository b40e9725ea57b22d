"""Effect of a party, shrunk by how much its likes differ.

Most parties differ from their strata little: a gamma with the over-dispersion measured among them. A few differ by any
factor, as who has the night desk does: a wide gamma, one in twenty. The effect is the posterior mean under the mixture
of both (DuMouchel 1999, The American Statistician 53, section 3).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from pipeline.audit.strata import Floats

#: Shape of the wide gamma, and the share of parties that have it.
_WIDE, _FEW = 1.0, 0.05
#: Over-dispersion at least assumed: no register shows that parties are all alike.
_LEAST = 0.02


def effect(
    events: npt.NDArray[np.number], mean: npt.NDArray[np.floating], alpha: npt.ArrayLike, prior: Floats | float = 1.0
) -> npt.NDArray[np.float32]:
    """Factor by which a party exceeds what its strata give.

    Args:
        events: of the party, outside the unit judged.
        mean: expected, of the same shape.
        alpha: over-dispersion among its likes, broadcast against `events`.
        prior: mean of the factor before these events.
    """
    due = mean * prior
    shape = 1.0 / np.maximum(np.asarray(alpha, dtype=np.float64), _LEAST)
    usual, wide = (events + shape) / (due + shape), (events + _WIDE) / (due + _WIDE)
    odds = _log_marginal(events, due, _WIDE) - _log_marginal(events, due, shape)
    chance = expit(odds + np.log(_FEW) - np.log1p(-_FEW))
    return np.asarray(prior * (usual + chance * (wide - usual)), dtype=np.float32)


def _log_marginal(events: npt.NDArray[np.number], due: npt.NDArray[np.floating], shape: npt.ArrayLike) -> Floats:
    """Log probability of the events where so many are due and the factor is a gamma of mean 1, less what all share."""
    wide = np.asarray(shape, dtype=np.float64)
    constant = wide * np.log(wide) - gammaln(wide)
    return np.asarray(gammaln(events + wide) + constant - (wide + events) * np.log(wide + due), dtype=np.float64)
