from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.audit.exposure import Permits, permits
from pipeline.audit.pairs import Table, table
from pipeline.audit.strata import PRIOR_EVENTS, cells, counted, totals
from tests.audit.registers import exposure, flags

_OF = exposure(2000, seed=5, offices=3, officers=3, days=120)
_FLAGS = flags(_OF, seed=5)
_NOTHING = np.empty(0, dtype=np.int64)


def _coded(masks: pl.DataFrame | None = None) -> Permits:
    return permits(_OF, _FLAGS, masks)


def _rate(rows: pl.DataFrame, prior: float | None) -> float:
    """Rate of these permits, shrunk by three events to the prior."""
    hits = rows.filter("hit").height
    if prior is None:
        return (hits + 0.5) / (len(rows) + 1.0)
    return min(1.0, (hits + PRIOR_EVENTS) / (len(rows) + PRIOR_EVENTS / prior))


def _expected(of: pl.DataFrame, mine: pl.Expr) -> float:
    """Expected events permit by permit, by filtering the register without the unit's permits."""
    total = 0.0
    others = of.filter(~mine, "judged")
    for permit in of.filter(mine, "judged").iter_rows(named=True):
        stratum = others.filter(stratum=permit["stratum"])
        office = stratum.filter(office_id=permit["office_id"])
        month = office.filter(pl.col("issued_on").dt.truncate("1mo") == permit["issued_on"].replace(day=1))
        total += _rate(month, _rate(office, _rate(stratum, _rate(others, None))))
    return total


@pytest.mark.parametrize(("kinds", "unit"), [(("officer",), 4), (("officer", "agency"), 7), (("clinic",), 2)])
def test_expected_counts_are_those_of_the_register_without_the_unit(kinds: tuple[str, ...], unit: int) -> None:
    masks = _FLAGS.filter(pl.col("code") == "OFF102").select(pl.lit("OFF101").alias("code"), "permit_number")
    coded = _coded(masks)
    made = table(coded, kinds, smallest=3)
    assert made is not None
    masked = coded.masks["OFF101"]
    whole = totals(coded, np.setdiff1d(coded.flags["OFF101"], masked), masked)
    found = counted(cells(coded, made), whole)

    numbers = coded.numbers.gather(np.flatnonzero(made.unit == unit)).to_list()
    hits = _FLAGS.filter(code="OFF101")["permit_number"].to_list()
    of = _OF.with_columns(
        pl.col("permit_number").is_in(hits).alias("hit"),
        (~pl.col("permit_number").is_in(masks["permit_number"].to_list())).alias("judged"),
    )
    mine = pl.col("permit_number").is_in(numbers)
    assert found.expected[unit] == pytest.approx(_expected(of, mine))
    assert found.observed[unit] == of.filter(mine, "judged", "hit").height


def _one(rates: list[tuple[int, int]]) -> tuple[Permits, Table]:
    """One office, stratum and month, and officers with so many permits, of which so many are flagged."""
    officer = [f"OF-{at}" for at, (size, _) in enumerate(rates) for _ in range(size)]
    hit = [at < hits for size, hits in rates for at in range(size)]
    numbers = [f"{at:04d}" for at in range(len(officer))]
    of = pl.DataFrame({"permit_number": numbers, "officer_id": officer}).with_columns(
        pl.lit("O").alias("office_id"), pl.lit("s").alias("stratum"), pl.date(2024, 1, 1).alias("issued_on")
    )
    flagged = of.filter(pl.Series(hit)).select(pl.lit("OFF101").alias("code"), "permit_number")
    coded = permits(of, flagged)
    made = table(coded, ("officer",), smallest=1)
    assert made is not None
    return coded, made


def test_a_large_stratum_gives_its_own_rate() -> None:
    coded, made = _one([(100, 60), (50_000, 5_000), (50_000, 5_000)])
    found = counted(cells(coded, made), totals(coded, coded.flags["OFF101"], _NOTHING))
    assert found.observed[0] == 60
    assert found.expected[0] == pytest.approx(10.0, rel=1e-3)


def test_who_has_nearly_all_of_a_stratum_is_not_compared() -> None:
    coded, made = _one([(70, 7), (30, 3)])
    split = cells(coded, made)
    found = counted(split, totals(coded, coded.flags["OFF101"], _NOTHING))
    assert split.incomparable == 70
    assert found.observed.tolist() == [0, 3] and found.expected[0] == 0.0
