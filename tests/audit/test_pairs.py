from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.audit.exposure import COLUMNS, permits
from pipeline.audit.pairs import PAIRS, SINGLES, subject, table, tables
from tests.audit.registers import exposure

_NONE = pl.DataFrame({"code": [], "permit_number": []}, schema={"code": pl.String, "permit_number": pl.String})
_OF = exposure(1500, seed=8, offices=2, officers=4).with_columns(
    pl.when(pl.col("permit_number").str.ends_with("7")).then(None).otherwise("agency_id").alias("agency_id"),
    # Two offices use one id for two officers.
    pl.col("officer_id").replace("OF-5", "OF-1"),
)


@pytest.mark.parametrize("kinds", [*SINGLES, *PAIRS])
def test_units_are_the_groups_of_the_register(kinds: tuple[str, ...]) -> None:
    coded = permits(_OF, _NONE)
    made = table(coded, kinds, smallest=4)
    assert made is not None
    within = ["office_id"] if {"officer", "workstation"} & set(kinds) else []
    columns = list(dict.fromkeys([*within, *(COLUMNS[kind] for kind in kinds)]))
    expected = _OF.drop_nulls(columns).group_by(columns).len().filter(pl.col("len") >= 4)
    assert sorted(made.size.tolist()) == sorted(expected["len"].to_list())
    assert np.bincount(made.unit[made.unit >= 0]).tolist() == made.size.tolist()
    for unit in (0, len(made) - 1):
        mine = _OF.filter(*(pl.col(COLUMNS[kind]) == who for kind, who in subject(coded, made, unit)))
        assert set(coded.numbers.gather(np.flatnonzero(made.unit == unit))) <= set(mine["permit_number"])


def test_a_table_needs_its_parties() -> None:
    coded = permits(_OF.drop("clinic_id"), _NONE)
    assert table(coded, ("clinic",), 3) is None
    assert not any("clinic" in made.kinds for made in tables(coded, 3))
