"""Excess pairing: whom an officer serves, against the assignment that the rules prescribe.

Where applications go to officers at random or as they come, those of one day, office and stratum are exchangeable: an
officer expects of each counterpart the share he has of that cell. Chalendard, Fernandes, Raballand & Rijkers (2023,
Quarterly Journal of Economics 138) found customs inspectors and brokers by such deviations.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from pipeline.audit.exposure import Codes, Permits, dense, joined
from pipeline.audit.fdr import benjamini_yekutieli
from pipeline.audit.pairs import Table
from pipeline.audit.strata import Floats
from pipeline.audit.tails import at_least

#: Expected permits from which a pair is tested: below, a pair is seen only because it is there.
_LEAST_EXPECTED = 1.0
_DRAWS = 999
PAIRS = {
    "office": pl.String,
    "officer": pl.String,
    "kind": pl.String,
    "counterpart": pl.String,
    "n": pl.Int64,
    "expected": pl.Float64,
    "q": pl.Float64,
    "permutation": pl.Float64,
}


def desks(permits: Permits) -> Codes:
    """Code of the office, stratum and day of each permit."""
    return dense(joined(permits.cells[1], dense(permits.days)[0]))[0]


def expected_pairs(permits: Permits, made: Table, run: Codes | None = None) -> Floats:
    """Permits of each pair that assignment blind to the counterpart gives; of each run of time where `run` is given.

    Sum over cells of n(first, cell) n(second, cell) / n(cell): the mean of the hypergeometric distribution.
    """
    first, second = (permits.parties[kind].codes for kind in made.kinds)
    desk = desks(permits)
    known = (first >= 0) & (second >= 0)
    office = permits.parties["office"].codes
    everyone, _ = dense(joined(office, first))
    if run is not None:
        everyone, _ = dense(joined(everyone, run))
    who, whom, cell = everyone[known], second[known], desk[known]
    if not len(cell):
        return np.zeros(len(made))
    size = np.bincount(cell).astype(np.float64)
    ones = np.ones(len(cell))
    shape = (int(who.max()) + 1, len(size))
    served = sparse.csr_array((1.0 / size[cell], (who, cell)), shape=shape)
    filed = sparse.csr_array((ones, (cell, whom)), shape=(len(size), int(whom.max()) + 1))
    together = sparse.csr_array(served @ filed)
    at = made.example
    inside = (everyone[at] < shape[0]) & (second[at] >= 0) & (second[at] < together.shape[1])
    expected = np.zeros(len(made))
    expected[inside] = np.asarray(together[everyone[at[inside]], second[at[inside]]]).ravel()
    return expected


def excess_pairs(
    permits: Permits,
    made: Table,
    expected: Floats,
    alpha: float,
    fdr: float,
    generator: np.random.Generator,
) -> pl.DataFrame:
    """Pairs above the assignment, in order of office and ids: how many permits, how many expected, and how sure.

    Args:
        permits: the register.
        made: a table of officers and counterparts.
        expected: of each pair.
        alpha: how much pairs of this register depart from assignment at random anyway: where desks are specialised by
            rule, that is much, and little stands out.
        fdr: rate over the pairs (Benjamini-Yekutieli: the pairs of one officer depend on each other).
        generator: of the permutation that confirms each.

    Returns:
        office, officer, kind, counterpart, n, expected, q, permutation (probability under shuffles within day, office
        and stratum).
    """
    tested = np.flatnonzero(expected >= _LEAST_EXPECTED)
    q = benjamini_yekutieli(at_least(made.size[tested], expected[tested], alpha))
    desk = desks(permits)
    parties = [permits.parties[kind] for kind in ("office", *made.kinds)]
    rows = []
    for unit, rate in zip(tested[q <= fdr], q[q <= fdr], strict=True):
        office, who, whom = (int(party.codes[made.example[unit]]) for party in parties)
        inside = np.flatnonzero(parties[0].codes == office)
        first, second = parties[1].codes[inside], parties[2].codes[inside]
        counts = permuted_pairs(first, second, desk[inside], (who, whom), _DRAWS, generator)
        permutation = float((1 + np.sum(counts >= made.size[unit])) / (1 + _DRAWS))
        ids = (parties[0].ids[office], parties[1].ids[who], made.kinds[1], parties[2].ids[whom])
        rows.append((*ids, int(made.size[unit]), float(expected[unit]), float(rate), permutation))
    return pl.DataFrame(rows, schema=PAIRS, orient="row").sort("office", "officer", "kind", "counterpart")


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
