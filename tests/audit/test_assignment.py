from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipeline.audit.assignment import desks, excess_pairs, expected_pairs, permuted_pairs
from pipeline.audit.exposure import permits
from pipeline.audit.pairs import subject, table
from tests.audit.registers import exposure

_OF = exposure(3000, seed=7, offices=2, officers=4, days=30)
_NONE = pl.DataFrame({"code": [], "permit_number": []}, schema={"code": pl.String, "permit_number": pl.String})


def test_pairs_expect_the_mean_of_the_hypergeometric() -> None:
    coded = permits(_OF, _NONE)
    made = table(coded, ("officer", "agency"), smallest=3)
    assert made is not None
    found = expected_pairs(coded, made)
    for unit in (0, 11, len(made) - 1):
        named = dict(subject(coded, made, unit))
        expected = 0.0
        for _, cell in _OF.group_by("office_id", "stratum", "issued_on"):
            mine = (cell["officer_id"] == named["officer"]).sum()
            theirs = (cell["agency_id"] == named["agency"]).sum()
            if mine and theirs:
                expected += float(stats.hypergeom.mean(len(cell), mine, theirs))
        assert found[unit] == pytest.approx(expected)


def test_all_pairs_of_an_agency_expect_all_its_permits() -> None:
    coded = permits(_OF, _NONE)
    made = table(coded, ("officer", "agency"), smallest=1)
    assert made is not None
    assert expected_pairs(coded, made).sum() == pytest.approx(len(_OF), rel=0.03)


def test_a_shuffle_within_one_cell_is_hypergeometric() -> None:
    first, second = np.repeat([0, 1], [6, 14]).astype(np.int32), np.tile([0, 1, 1, 1], 5).astype(np.int32)
    counts = permuted_pairs(first, second, np.zeros(20, np.int32), (0, 0), 20_000, np.random.default_rng(1))
    expected = stats.hypergeom.pmf(np.arange(6), 20, 6, 5)
    assert np.bincount(counts, minlength=6) / 20_000 == pytest.approx(expected, abs=0.015)


def test_the_mean_of_the_shuffles_is_what_pairs_expect() -> None:
    coded = permits(_OF, _NONE)
    made = table(coded, ("officer", "agency"), smallest=3)
    assert made is not None
    at = made.example[0]
    first, second = coded.parties["officer"].codes, coded.parties["agency"].codes
    pair = (int(first[at]), int(second[at]))
    counts = permuted_pairs(first, second, desks(coded), pair, 4000, np.random.default_rng(2))
    assert counts.mean() == pytest.approx(expected_pairs(coded, made)[0], rel=0.05)


def _excess(of: pl.DataFrame) -> pl.DataFrame:
    coded = permits(of, _NONE)
    made = table(coded, ("officer", "agency"), smallest=3)
    assert made is not None
    return excess_pairs(coded, made, expected_pairs(coded, made), 0.0, 0.1, np.random.default_rng(3))


def test_assignment_at_random_has_no_excess_pair() -> None:
    assert _excess(_OF).height == 0


def test_an_agency_that_goes_to_one_officer_is_seen() -> None:
    agency = _OF.filter(office_id="O-0")["agency_id"].mode().sort()[0]
    theirs = (pl.col("agency_id") == agency) & (pl.col("permit_number").str.slice(-1, 1).cast(pl.Int32) < 6)
    found = _excess(_OF.with_columns(pl.when(theirs).then(pl.lit("OF-2")).otherwise("officer_id").alias("officer_id")))
    assert found.select("officer", "counterpart").rows() == [("OF-2", agency)]
    assert found["permutation"][0] == pytest.approx(0.001)
    assert found["n"][0] > 1.5 * found["expected"][0] and found["q"][0] < 0.01
