"""Which office was open on which day, and when: the derived table `calendar`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipeline.reference.policy import Policies
from pipeline.reference.register_tables import TABLES


def calendar_of(tables: Mapping[str, pl.LazyFrame], policies: Policies) -> pl.DataFrame:
    return TABLES["calendar"].empty().collect()
