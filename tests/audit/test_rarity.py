"""Sharing a rare value weighs what its frequency says; an agency's telephone and a hostel weigh nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.rarity import PUBLIC_HOLDERS, agreeing, shared_by, shared_values

_COLUMNS = ("permit_number", "holder_id", "office_id", "approved_by", "employer_id", "phone", "address")
_NOBODY = pl.LazyFrame(schema={"phone": pl.String(), "address": pl.String()})


def table(rows: list[Mapping[str, str | None]]) -> pl.DataFrame:
    plain = {"office_id": "01", "approved_by": "OF-1", "employer_id": "EM-1", "phone": None, "address": None}
    made = [{**plain, "permit_number": f"P{at}", "holder_id": f"H{at}", **row} for at, row in enumerate(rows)]
    return pl.DataFrame(made, schema=dict.fromkeys(_COLUMNS, pl.String()))


def bits(rows: list[Mapping[str, str | None]], organisations: pl.LazyFrame = _NOBODY) -> dict[tuple[str, str], float]:
    weights = shared_values(table(rows).lazy(), organisations)
    return {(column, value): weight for column, value, weight in weights.select("column", "value", "bits").iter_rows()}


@given(st.integers(2, 40), st.integers(0, 60))
def test_the_weight_is_minus_log_of_the_frequency(sharing: int, others: int) -> None:
    found = bits([*({"phone": "1"} for _ in range(sharing)), *({"phone": f"x{at}"} for at in range(others))])
    # Winkler 2000: log2(1 / u) with u the share of holders with the value; one employer, so no hostel.
    assert found == {("phone", "1"): pytest.approx(math.log2((sharing + others) / sharing))}


def test_a_value_of_one_holder_is_not_shared() -> None:
    assert not bits([{"phone": "1", "holder_id": "H"}, {"phone": "1", "holder_id": "H"}, {"phone": "2"}])


def test_a_telephone_of_an_agency_weighs_nothing_however_it_is_spelled() -> None:
    known = pl.LazyFrame({"phone": ["+999 12-34"], "address": [None]}, schema_overrides={"address": pl.String()})
    found = bits([{"phone": "+9991234"}, {"phone": "+9991234"}, {"phone": "5"}, {"phone": "5"}], known)
    assert found == {("phone", "+9991234"): 0.0, ("phone", "5"): 1.0}


@pytest.mark.parametrize("column", ["office_id", None])
def test_a_hostel_weighs_nothing_and_a_crowd_before_one_officer_does(column: str | None) -> None:
    hostel = [
        {"address": "HOSTEL", column: str(at % 3)} if column
        else {"address": "HOSTEL", "approved_by": str(at % 3), "employer_id": str(at % 4)}
        for at in range(PUBLIC_HOLDERS)
    ]  # fmt: skip
    crowd: list[Mapping[str, str | None]] = [
        {"address": "FLAT", "employer_id": str(at)} for at in range(PUBLIC_HOLDERS)
    ]
    found = bits([*hostel, *crowd])
    assert found[("address", "HOSTEL")] == 0.0 and found[("address", "FLAT")] == 1.0


def test_what_permits_share_is_told_by_weight_and_without_the_value() -> None:
    rows = table(
        [{"phone": "rare"}, {"phone": "rare", "address": "a"}, {"address": "a"}, {"address": "a"}, {"phone": "1"}]
    )
    weights = shared_values(rows.lazy(), _NOBODY)
    found = shared_by(rows.head(3), weights)
    assert found.select("column", "permits", "everywhere").rows() == [
        ("phone", ["P0", "P1"], 2),
        ("address", ["P1", "P2"], 3),
    ]
    assert "rare" not in str(found.rows())
    assert shared_by(rows.head(0), weights).is_empty()
    # Two permits of one holder share nothing with anybody.
    assert shared_by(rows.head(2).with_columns(holder_id=pl.lit("H")), weights).is_empty()


def test_what_two_permits_agree_on_is_told_with_its_weight() -> None:
    known = pl.LazyFrame({"phone": ["1"], "address": [None]}, schema_overrides={"address": pl.String()})
    rows = table([{"phone": "1", "address": "a"}, {"phone": "1", "address": "a"}, {"phone": "1"}, {"address": "b"}])
    pairs = pl.DataFrame({"permit_number": ["P1", "P2", "P3"], "other_permit": ["P0", "P0", "P0"]})
    found = agreeing(pairs, rows.select("permit_number", "phone", "address"), shared_values(rows.lazy(), known))
    assert dict(found.select("permit_number", "agree").iter_rows()) == {
        "P1": "same address (weight 1.0 bits); same phone (weight 0.0 bits)",
        "P2": "same phone (weight 0.0 bits)",
    }
