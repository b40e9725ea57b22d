"""Whether two columns of a file stand in each other's place."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import polars as pl

from pipeline.reference.register_tables import Column, Kind, Table
from pipeline.register.kinds import prepare, values_of
from pipeline.settings import RegisterSettings

#: Share of a file's rows that are refused in a column before columns may be swapped, and of cells that must fit.
_MOST_REFUSED = 0.5
_FITS = 0.9
#: Rows looked at.
SAMPLE = 1_000


def swapped(
    sample: pl.DataFrame, faults: Mapping[str, int], rows: int, table: Table, settings: RegisterSettings
) -> str | None:
    """The problem to tell, None where there is no reason to think so.

    Args:
        sample: some rows of the file as text.
        faults: by column, how many rows are refused in it.
        rows: of the file.
        table: of the register.
        settings: calendar, zone.
    """
    faulty = [name for name, times in faults.items() if times > _MOST_REFUSED * rows and name in sample.columns]
    if not faulty:
        return None
    columns = [column for column in table.columns if column.name in sample.columns]
    for one, other in itertools.combinations(columns, 2):
        swap = {one.name, other.name} & set(faulty) and one.kind is not other.kind
        if swap and _fits(sample[other.name], one, settings) and _fits(sample[one.name], other, settings):
            return f"columns may be swapped: {one.name} and {other.name} would fit each other"
    if len(faulty) < 2:
        return None
    return f"most rows are refused in {', '.join(sorted(faulty))}; columns may be swapped, or written in another way"


def _fits(text: pl.Series, column: Column, settings: RegisterSettings) -> bool:
    """Whether the texts would do as this column, if there are any; dates do not do as text."""
    text = text.str.strip_chars().replace("", None).drop_nulls()
    if text.is_empty():
        return False
    if column.kind is Kind.TEXT:
        return int(text.str.contains(r"^\d{4}-\d\d-\d\d").sum()) < (1 - _FITS) * text.len()
    prepared = prepare(text.alias(column.name), column.kind, settings)
    taken = prepared.to_frame().select(values_of(column, prepared, settings)[0]).to_series()
    return taken.len() - taken.null_count() >= _FITS * text.len()
