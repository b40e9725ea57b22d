"""How many counterparts stand behind one officer's permits, against as many permits of colleagues.

Rarefaction (Hurlbert 1971, Ecology 52): of N permits, N_i of counterpart i, n drawn without replacement show
sum(1 - C(N - N_i, n) / C(N, n)) counterparts. Counted stratum by stratum within the office, so that like is compared
with like; the pool holds the officer's own permits too, as the draw must be able to give them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import gammaln

_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Counterparts:
    """Counterparts seen and expected, summed over strata; `chance` of as few or fewer, by draws."""

    observed: int
    expected: float
    chance: float


def counterparts_of(officer: str, office: str, exposure: pl.DataFrame, seed: int = 1) -> Counterparts:
    """Diversity of an officer's agencies (employers, where no agency is named) in an office.

    Args:
        officer: id.
        office: id.
        exposure: a row a permit: office_id, stratum, officer_id, agency_id, employer_id.
        seed: of the draws.
    """
    party = pl.coalesce("agency_id", "employer_id").alias("party")
    here = exposure.filter(pl.col("office_id") == office).select("stratum", "officer_id", party).drop_nulls()
    observed, expected = 0, 0.0
    drawn = np.zeros(_DRAWS, dtype=np.int64)
    generator = np.random.default_rng(seed)
    for (_,), rows in here.sort("stratum", "party").group_by("stratum", maintain_order=True):
        mine = rows.filter(pl.col("officer_id") == officer)
        if not mine.height or mine.height == rows.height:
            continue
        counts = rows["party"].value_counts(name="n").sort("party")["n"].to_numpy().astype(np.int64)
        observed += mine["party"].n_unique()
        expected += rarefied(counts, mine.height)
        draws = generator.multivariate_hypergeometric(counts, mine.height, size=_DRAWS, method="marginals")
        drawn += (draws > 0).sum(axis=1)
    return Counterparts(observed, expected, float((1 + (drawn <= observed).sum()) / (1 + _DRAWS)))


def rarefied(counts: npt.NDArray[np.int64], size: int) -> float:
    """Counterparts expected among `size` permits drawn without replacement from `counts` permits of each."""
    total = int(counts.sum())
    if not 0 <= size <= total:
        raise ValueError(f"{size} permits cannot be drawn of {total}")
    rest = total - counts
    able = rest >= size
    left = np.where(able, rest, size)
    log_none = _log_choose(left, size) - _log_choose(np.array(total), size)
    return float((1.0 - np.where(able, np.exp(log_none), 0.0)).sum())


def _log_choose(n: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.float64]:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)
