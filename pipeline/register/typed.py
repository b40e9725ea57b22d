"""Rows of text as rows of a table, and the rows that cannot be taken, with the reason of each fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipeline.reference.register_tables import Column, Table
from pipeline.register.header import named_by
from pipeline.register.kinds import EMPTY, prepare, values_of, why_refused
from pipeline.settings import RegisterSettings

#: A fault: its row, what the row is known by, the column ("" for the whole row) and the reason.
FAULTS = pl.Schema({"row": pl.Int64(), "key": pl.String(), "column": pl.String(), "reason": pl.String()})

#: Tables whose rows hold from one date to another, and the columns that say so.
_INTERVALS = {
    "postings": ("from", "to"),
    "leave": ("from", "to"),
    "hours": ("valid_from", "valid_to"),
    "approvals": ("valid_from", "valid_to"),
    "quotas": ("valid_from", "valid_to"),
    "agencies": ("licence_from", "licence_to"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """Rows with the columns of `Table.schema`; faults of the other rows with the columns of FAULTS, several a row."""

    rows: pl.DataFrame
    faults: pl.DataFrame


def typed(text: pl.DataFrame, table: Table, settings: RegisterSettings) -> Typed:
    """Type rows of text.

    Args:
        text: `row`, and any of the table's columns as text; blanks around it do not count.
        table: of the register.
        settings: calendar, zone.
    """
    columns = [column for column in table.columns if column.name in text.columns]
    trimmed = text.select(
        "row", *(pl.col(column.name).str.strip_chars().replace("", None) for column in columns)
    ).with_columns()
    prepared = trimmed.with_columns(prepare(trimmed[column.name], column.kind, settings) for column in columns)
    absent = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in table.schema.items()
        if name.removesuffix("_offset") not in text.columns
    ]
    values = prepared.select(
        "row", *(value for column in columns for value in values_of(column, prepared[column.name], settings)), *absent
    )
    found = [
        *(fault for column in columns for fault in _cell_faults(column, trimmed, prepared, values, settings)),
        *_interval_faults(values, table),
        *_block_faults(values, table),
    ]
    rows = values.select(list(table.schema))
    if not found:
        return Typed(rows, FAULTS.to_frame())
    named = trimmed.select("row", key=named_by(table))
    faults = pl.concat(found).join(named, on="row", how="left").select(list(FAULTS)).sort("row", maintain_order=True)
    return Typed(rows.join(faults, on="row", how="anti", maintain_order="left"), faults)


def _cell_faults(
    column: Column, trimmed: pl.DataFrame, prepared: pl.DataFrame, values: pl.DataFrame, settings: RegisterSettings
) -> Iterator[pl.DataFrame]:
    name = column.name
    if column.required and trimmed[name].null_count():
        yield trimmed.filter(pl.col(name).is_null()).select("row", column=pl.lit(name), reason=pl.lit(EMPTY))
    if values[name].null_count() > trimmed[name].null_count():
        bad = prepared.select("row", text=name).filter(values[name].is_null() & trimmed[name].is_not_null())
        reasons = why_refused(column, bad["text"], settings)
        yield bad.select("row", column=pl.lit(name), reason=reasons)


def _interval_faults(values: pl.DataFrame, table: Table) -> Iterator[pl.DataFrame]:
    if table.name in _INTERVALS:
        first, last = _INTERVALS[table.name]
        reason = f"before {first}"
        yield values.filter(pl.col(last) < pl.col(first)).select("row", column=pl.lit(last), reason=pl.lit(reason))


def _block_faults(values: pl.DataFrame, table: Table) -> Iterator[pl.DataFrame]:
    """Blocks whose numbers are of two kinds or run backwards."""
    if table.name != "blocks":
        return
    first, last = (_numbered(column) for column in ("first_number", "last_number"))
    reason = (
        pl.when(first[1].is_null() | last[1].is_null())
        .then(pl.lit("a number of a block that does not end in a digit"))
        .when(first[0] != last[0])
        .then(pl.lit("another kind of number than first_number"))
        .when(last[1] < first[1])
        .then(pl.lit("before first_number"))
    )
    both = values.drop_nulls(["first_number", "last_number"])
    yield both.select("row", column=pl.lit("last_number"), reason=reason).drop_nulls("reason")


def _numbered(column: str) -> tuple[pl.Expr, pl.Expr]:
    """Stem and serial of a number: what stands before its last run of digits, without marks, and that run."""
    digits = pl.col(column).str.extract(r"(\d{1,18})$")
    stem = pl.col(column).str.to_uppercase().str.replace_all(r"[\s\-/.]", "")
    return stem.str.head(stem.str.len_chars() - digits.str.len_chars()), digits.cast(pl.Int64)
