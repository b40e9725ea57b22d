"""row_findings.parquet and .csv: findings on rows of the register that no scan belongs to (DESIGN section 4)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import polars as pl

from pipeline.report.cells import cell
from pipeline.report.findings_csv import COLUMNS
from pipeline.report.row_view import RowFlags
from pipeline.types.findings import Strength

NAME = "row_findings"

#: Columns that are numbers; the rest is text.
_NUMBERS = {"version": pl.Int64(), "legibility": pl.Float64(), "page": pl.Int64()}
SCHEMA = pl.Schema({name: _NUMBERS.get(name, pl.String()) for name in COLUMNS})
_LABELS = {int(strength): strength.label for strength in Strength}
#: Rows turned to text at a time.
_SLICE = 50_000


def evidence_rows(flagged: RowFlags) -> pl.LazyFrame:
    """One row for each cell that a finding rests on, in the columns of findings.csv; no document, no page."""
    first = pl.struct("table", "key", "column", "value", "expected")
    cells = pl.concat_list(pl.concat_list(first), pl.col("also"))
    return (
        flagged.flags.with_columns(cells.alias("cells"))
        .drop("table", "key", "column", "value", "expected")
        .explode("cells")
        .unnest("cells")
        .with_columns(
            document_id=pl.lit(""),
            code=pl.lit(flagged.code),
            version=pl.lit(flagged.version, pl.Int64),
            title=pl.lit(flagged.title),
            strength=pl.col("strength").replace_strict(_LABELS, return_dtype=pl.String),
            legibility=pl.lit(1.0),
            page=pl.lit(None, pl.Int64),
            box=pl.lit(""),
        )
        .select(COLUMNS)
        .cast(SCHEMA)
    )


def write_row_findings(flagged: Sequence[RowFlags], parquet: Path, table: TextIO) -> None:
    """Write both files, a row for each piece of evidence.

    Args:
        flagged: what each check flagged.
        parquet: where the Parquet file goes.
        table: open text file for the CSV; nothing in it can run as a formula.
    """
    parts = [evidence_rows(one) for one in flagged]
    every = pl.concat(parts).collect() if parts else pl.DataFrame(schema=SCHEMA)
    every.write_parquet(parquet)
    writer = csv.writer(table, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in every.iter_slices(_SLICE):
        writer.writerows([cell("" if value is None else value) for value in row] for row in part.iter_rows())
