"""The rows of a file as text, some ten thousand at a time, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.reference.register_tables import Column, Kind
from pipeline.register.encoding import as_utf8
from pipeline.register.folder import RegisterFile
from pipeline.register.header import Columns, Unusable, columns_of, read_header
from pipeline.register.records import Block, Layout, blocks
from pipeline.register.typed import FAULTS
from pipeline.settings import RegisterSettings

_PARQUET_ROWS = 50_000
#: What Polars raises for a file that is no Parquet, or a damaged one; a panic is no subclass of Exception.
_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True, slots=True)
class CsvPiece:
    """Sound records of a CSV file that are still to be cut into fields."""

    block: Block
    layout: Layout
    columns: Columns
    names: tuple[str, ...]

    def text(self) -> pl.DataFrame:
        """`row` and the file's columns as text."""
        places = {f"column_{place}": name for name, place in self.columns.places.items()}
        numbers = pl.Series("row", self.block.rows, pl.Int64)
        if not self.block.size:
            return pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(places.values(), pl.String)})
        frame = pl.read_csv(
            self.block.text,
            has_header=False,
            infer_schema=False,
            separator=self.layout.delimiter.decode(),
            columns=list(places),
        ).rename(places)
        return frame.select(numbers, pl.all())

    def faults(self) -> pl.DataFrame:
        """The rows that are no records; a fault beyond the last column is one of the whole row."""
        named: dict[int | None, str] = dict(enumerate(self.names))
        told = [(fault.row, fault.key, named.get(fault.column), fault.reason) for fault in self.block.faults]
        return pl.DataFrame(told, schema=FAULTS, orient="row")


@dataclass(frozen=True, slots=True)
class ParquetPiece:
    """Some rows of a Parquet file."""

    frame: pl.DataFrame

    def text(self) -> pl.DataFrame:
        """`row` and the file's columns as text."""
        return self.frame

    def faults(self) -> pl.DataFrame:
        """None: a row of a Parquet file is always whole."""
        return FAULTS.to_frame()


Piece = CsvPiece | ParquetPiece
ColumnFaults = list[tuple[str, str]]


def pieces(file: RegisterFile, settings: RegisterSettings, scratch: Path, told: ColumnFaults) -> Iterator[Piece]:
    """All rows of a file.

    Args:
        file: of the register.
        settings: encoding, names of columns, longest row.
        scratch: folder for a copy in UTF-8.
        told: gets name and reason of columns that are kept out.

    Raises:
        Unusable: for a file of which nothing, or nothing more, can be taken.
    """
    read = _csv_pieces if file.format == "csv" else _parquet_pieces
    return read(file, settings, scratch, told)


def _csv_pieces(file: RegisterFile, settings: RegisterSettings, scratch: Path, told: ColumnFaults) -> Iterator[Piece]:
    with as_utf8(file.path, settings.encoding, scratch) as (stream, start, encoding):
        layout, columns = read_header(stream, start, encoding, file.table, settings)
        told.extend(columns.faults)
        by_place = {place: name for name, place in columns.places.items()}
        names = tuple(by_place.get(place, f"column {place + 1}") for place in range(layout.width))
        for block in blocks(stream, layout):
            yield CsvPiece(block, layout, columns, names)


def _parquet_pieces(
    file: RegisterFile, settings: RegisterSettings, _scratch: Path, told: ColumnFaults
) -> Iterator[Piece]:
    try:
        schema = pl.read_parquet_schema(file.path)
    except _DAMAGED:
        raise Unusable("not a Parquet file, or a damaged one") from None
    names = list(schema)
    columns = columns_of(names, file.table, settings)
    told.extend(columns.faults)
    texts = []
    for column in file.table.columns:
        if column.name in columns.places:
            name = names[columns.places[column.name]]
            text = _as_text(pl.col(name), schema[name], column)
            if text is not None:
                texts.append(text.alias(column.name))
                continue
            told.append((column.name, f"of type {schema[name]}, kept out; write it as text"))
            if column.required:
                raise Unusable(f"column {column.name}, which every row needs, cannot be taken; the file was not loaded")
    done = 0
    try:
        for frame in pl.scan_parquet(file.path, glob=False).select(texts).collect_batches(chunk_size=_PARQUET_ROWS):
            yield ParquetPiece(frame.with_row_index("row", done + 1).with_columns(pl.col("row").cast(pl.Int64)))
            done += frame.height
    except _DAMAGED:
        raise Unusable(f"a damaged Parquet file; nothing after row {done} was loaded") from None


def _as_text(value: pl.Expr, dtype: pl.DataType, column: Column) -> pl.Expr | None:
    """A column of a Parquet file as the text that a CSV file would have; None for a type that has no such text."""
    match dtype:
        case pl.String() | pl.Boolean() | pl.Date() | pl.Categorical() | pl.Enum() | pl.Null() | pl.Decimal():
            return value.cast(pl.String)
        case _ if dtype.is_integer():
            return value.cast(pl.String)
        case _ if dtype.is_float():
            whole = (value == value.floor()) & (value.abs() < 1e15)
            return (
                pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))
            )
        case pl.Time():
            return value.dt.to_string("%H:%M:%S%.f")
        case pl.Datetime(time_zone=None):
            # Some writers have no dates, only midnights.
            text = value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
            midnight = value.dt.time() == pl.time(0)
            return (
                pl.when(midnight).then(value.dt.date().cast(pl.String)).otherwise(text)
                if column.kind is Kind.DATE
                else text
            )
        case pl.Datetime():
            return value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f%:z")
        case pl.Struct() if column.kind is Kind.JSON:
            return value.struct.json_encode()
        case _:
            return None
