"""A loaded register: its tables, what was delivered, and what was refused and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

#: One line of the list of problems. `row` is null where it is the whole file, `column` where it is the whole row.
PROBLEMS = pl.Schema({"file": pl.String(), "row": pl.Int64(), "column": pl.String(), "reason": pl.String()})


@dataclass(frozen=True, slots=True)
class RegisterProblem:
    """A file, column or row that could not be taken.

    Attributes:
        file: name within the folder.
        row: 1-based number of the data row; None: the whole file.
        column: name as in the contract, where there is one; "" where it is the whole row or file.
        reason: holds nothing of what the cell says.
    """

    file: str
    row: int | None
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Problems:
    """All problems of a register, on disk: there may be as many as rows."""

    path: Path

    def __iter__(self) -> Iterator[RegisterProblem]:
        """One after the other, by file and row; those of a file as a whole first."""
        for batch in self.lazy().collect_batches(chunk_size=50_000):
            for file, row, column, reason in batch.iter_rows():
                yield RegisterProblem(file, row, column or "", reason)

    def lazy(self) -> pl.LazyFrame:
        """The columns of PROBLEMS."""
        return pl.scan_parquet(self.path)


@dataclass(frozen=True, slots=True)
class Register:
    """A register as loaded.

    Attributes:
        tables: every table of `register_tables.TABLES`, typed as its schema; one that was not delivered is empty.
        delivered: names of tables with a row, and `table.column` of columns with a value.
        rows: by table that a file was found for: how many were taken.
        refused: by table that a file was found for: how many were not.
        problems: everything refused, with file, row, column and reason.
        hash: SHA-256 over names and bytes of the files and what the loading depends on.
        as_of: when the delivery was made, as its snapshot says.
    """

    tables: Mapping[str, pl.LazyFrame]
    delivered: frozenset[str]
    rows: Mapping[str, int]
    refused: Mapping[str, int]
    problems: Problems
    hash: str
    as_of: dt.datetime | None
