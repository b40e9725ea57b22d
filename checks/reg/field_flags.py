"""Findings each of which is about another column of a table, where `checks.rows.flags` names one column for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from checks.rows import FLAGS
from pipeline.types.findings import Strength


@dataclass(frozen=True, slots=True)
class FieldCell:
    """A cell of the register as expressions; value and expected are texts.

    Attributes:
        key: of the row: the table's key column, else the number of the row.
        expected: what would have been in order; None where that is no value.
    """

    table: str
    key: pl.Expr
    column: pl.Expr
    value: pl.Expr
    expected: pl.Expr | None = None

    @property
    def struct(self) -> pl.Expr:
        """The cell as one value."""
        empty = pl.lit("", pl.String)
        return pl.struct(
            pl.lit(self.table).alias("table"),
            self.key.cast(pl.String).alias("key"),
            self.column.alias("column"),
            self.value.fill_null("").alias("value"),
            (empty if self.expected is None else self.expected.fill_null("")).alias("expected"),
        )


def flags_in_columns(
    frame: pl.LazyFrame,
    cell: FieldCell,
    message: pl.Expr,
    *,
    permit: pl.Expr,
    likely_innocent: pl.Expr,
    strength: pl.Expr | None = None,
    also: Sequence[FieldCell] = (),
) -> pl.LazyFrame:
    """One finding for each row of a frame, in the columns of `checks.rows.FLAGS`; the cause is the cell's column.

    Args:
        frame: the irregular rows.
        cell: the cell to look at first.
        message: what is seen.
        permit: number of the permit concerned, null for none.
        likely_innocent: innocent cause that the data point to, null where they do not.
        strength: null: as declared; left out: weak where there is a likely innocent cause.
        also: further cells it rests on; one whose key is null is left out.
    """
    weak = pl.when(likely_innocent.is_not_null()).then(int(Strength.WEAK))
    cells = [pl.when(one.key.is_not_null()).then(one.struct) for one in also]
    listed = pl.concat_list(cells).list.drop_nulls() if also else pl.lit([], FLAGS["also"])
    return frame.select(
        cell.struct.alias("cell"),
        cell.column.alias("cause"),
        message.alias("message"),
        permit.alias("permit_number"),
        (weak if strength is None else strength).cast(pl.Int8).alias("strength"),
        pl.lit(None, pl.String).alias("hypothesis"),
        likely_innocent.alias("likely_innocent"),
        listed.alias("also"),
    ).unnest("cell")
