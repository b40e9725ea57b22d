from __future__ import annotations

import numpy as np
from scipy import stats

from pipeline.audit.funnel import funnel


def test_limits_are_quantiles_and_units_stand_in_no_order_of_merit() -> None:
    observed, expected, sizes = np.array([9, 0, 4]), np.array([3.0, 1.0, 0.0]), np.array([90, 30, 10])
    found = funnel(["OF-2", "OF-1", "OF-3"], ["O", "O", "O"], sizes, observed, expected, 0.5)
    assert found["unit"].to_list() == ["OF-1", "OF-2"]
    row = found.row(1, named=True)
    assert row["high95"] == stats.nbinom.ppf(0.975, 2.0, 1 / 2.5)
    assert row["low998"] == stats.nbinom.ppf(0.001, 2.0, 1 / 2.5)
    assert (row["n"], row["observed"], row["expected"]) == (90, 9, 3.0)
