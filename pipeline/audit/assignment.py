"""Excess pairing: whom an officer serves, against the assignment that the rules prescribe.

Where applications go to officers at random or as they come, those of one day, office and stratum are exchangeable: an
officer expects of each counterpart the share he has of that cell. Chalendard, Fernandes, Raballand & Rijkers (2023,
Quarterly Journal of Economics 138) found customs inspectors and brokers by such deviations.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipeline.audit.exposure import Codes, Permits, dense, joined
from pipeline.audit.pairs import Table
from pipeline.audit.strata import Floats


def desks(permits: Permits) -> Codes:
    """Code of the office, stratum and day of each permit; -1 where the day is not known."""
    day = joined(permits.cells[1], permits.days)
    return np.where(day < 0, -1, dense(day)[0]).astype(np.int32)


def expected_pairs(permits: Permits, made: Table) -> Floats:
    """Permits of each pair that assignment blind to the counterpart gives.

    Sum over cells of n(first, cell) n(second, cell) / n(cell): the mean of the hypergeometric distribution.
    """
    first, second = (permits.parties[kind].codes for kind in made.kinds)
    desk = desks(permits)
    known = (first >= 0) & (second >= 0) & (desk >= 0)
    office = permits.parties["office"].codes
    who, _ = dense(joined(office, first))
    who, whom, cell = who[known], second[known], desk[known]
    if not len(cell):
        return np.zeros(len(made))
    size = np.bincount(cell).astype(np.float64)
    ones = np.ones(len(cell))
    shape = (int(who.max()) + 1, len(size))
    served = sparse.csr_array((1.0 / size[cell], (who, cell)), shape=shape)
    filed = sparse.csr_array((ones, (cell, whom)), shape=(len(size), int(whom.max()) + 1))
    together = sparse.csr_array(served @ filed)
    everyone, _ = dense(joined(office, first))
    at = made.example
    inside = (everyone[at] < shape[0]) & (second[at] >= 0) & (second[at] < together.shape[1])
    expected = np.zeros(len(made))
    expected[inside] = np.asarray(together[everyone[at[inside]], second[at[inside]]]).ravel()
    return expected


def permuted_pairs(
    first: Codes, second: Codes, cell: Codes, pair: tuple[int, int], draws: int, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Permits of one pair when the first party is shuffled within each cell, once a draw."""
    order = np.argsort(cell, kind="stable")
    mine, theirs = (first[order] == pair[0]), (second[order] == pair[1])
    bounds = np.append(np.flatnonzero(np.diff(cell[order], prepend=cell[order][:1] - 1)), len(cell))
    counts = np.zeros(draws, dtype=np.int64)
    for start, end in pairwise(bounds):
        of_mine, of_theirs = int(mine[start:end].sum()), int(theirs[start:end].sum())
        if of_mine and of_theirs:
            counts += generator.hypergeometric(of_mine, int(end - start) - of_mine, of_theirs, draws)
    return counts
