"""Funnel plots: units against the limits that chance and over-dispersion allow at their size, in no order of merit.

Spiegelhalter (2005, Statistics in Medicine 24): limits at 95 % and 99.8 %, here exact quantiles of the negative
binomial.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.audit.exposure import Ints
from pipeline.audit.strata import Floats
from pipeline.audit.tails import quantile

_LIMITS = {"low95": 0.025, "high95": 0.975, "low998": 0.001, "high998": 0.999}


def funnel(
    names: Sequence[str],
    offices: Sequence[str],
    sizes: npt.NDArray[np.integer],
    observed: Ints,
    expected: Floats,
    alpha: float,
) -> pl.DataFrame:
    """One row a unit, by office and id: office, unit, n, observed, expected, and the limits of the observed count."""
    judged = expected > 0
    limits = {
        name: np.where(judged, quantile(at, np.where(judged, expected, 1.0), alpha), np.nan)
        for name, at in _LIMITS.items()
    }
    columns = {
        "office": list(offices),
        "unit": list(names),
        "n": sizes,
        "observed": observed,
        "expected": expected,
        **limits,
    }
    return pl.DataFrame(columns).filter(pl.col("expected") > 0).sort("office", "unit")
