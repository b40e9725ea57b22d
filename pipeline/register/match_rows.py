"""Rows of the register as text, and the rows that belong to a permit."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from pipeline.reference.register_tables import TABLES, Kind, Table
from pipeline.register.match_wanted import plain
from pipeline.types.register import RegisterRow

Tables = Mapping[str, pl.LazyFrame]

#: (column of `permits`, table that it names a row of).
_NAMED = (
    ("office_id", "offices"),
    ("employer_id", "employers"),
    ("agency_id", "agencies"),
    ("entered_by", "officers"),
    ("approved_by", "officers"),
    ("printed_by", "officers"),
    ("handed_by", "officers"),
    ("application_id", "applications"),
    ("receipt_number", "fees"),
    ("medical_id", "medicals"),
)
#: Actions of `access_log` that change a permit or a decision on it, and the one that asks for a correction.
_CHANGES = ("edit", "override")
_TICKET = "ticket"

#: A frame of a table, restricted to some rows.
Chosen = tuple[str, pl.LazyFrame]


def as_rows(table: str, frame: pl.DataFrame) -> list[RegisterRow]:
    """The rows of a frame with every column of its table."""
    known = TABLES[table]
    return [_row(known, row) for row in frame.iter_rows(named=True)]


def fetched(tables: Tables, table: str, chosen: pl.Expr) -> list[RegisterRow]:
    """The rows of a table for which an expression holds, in the order of the file."""
    return as_rows(table, tables[table].filter(chosen).collect())


def linked_rows(
    tables: Tables, permits: Mapping[str, RegisterRow], officers: Mapping[str, str]
) -> dict[str, tuple[RegisterRow, ...]]:
    """The rows that each document's permit names, and the officers whose names documents print.

    Args:
        tables: of the register.
        permits: row of `permits` by document.
        officers: printed name of the issuing officer by document, plain.
    """
    keys: dict[str, set[str]] = defaultdict(set)
    for column, table in _NAMED:
        keys[table] |= {permit.cell(column) for permit in permits.values()} - {""}
    asked = {
        table: tables[table].filter(pl.col(str(TABLES[table].key)).is_in(list(held))) for table, held in keys.items()
    }
    printed = _officers(tables["officers"], set(officers.values()) - {""})
    frames = pl.collect_all([*asked.values(), printed])
    rows: dict[tuple[str, str], list[RegisterRow]] = defaultdict(list)
    for table, frame in zip(asked, frames, strict=False):
        for row in as_rows(table, frame):
            rows[table, row.key].append(row)
    named = as_rows("officers", frames[-1])
    return {document: _of(permit, rows, named, officers.get(document, "")) for document, permit in permits.items()}


def _of(
    permit: RegisterRow,
    rows: Mapping[tuple[str, str], list[RegisterRow]],
    officers: Iterable[RegisterRow],
    printed: str,
) -> tuple[RegisterRow, ...]:
    found: dict[tuple[str, str], RegisterRow] = {}
    for column, table in _NAMED:
        found |= {(table, row.key): row for row in rows.get((table, permit.cell(column)), ())}
    if printed:
        alike = (row for row in officers if plain(row.cell("name_as_printed")) == printed)
        found |= {("officers", row.key): row for row in alike}
    return tuple(found.values())


def _officers(officers: pl.LazyFrame, names: set[str]) -> pl.LazyFrame:
    """The officers of which some word of the name stands in one of the printed names; a table of some thousands."""
    words = sorted({word for name in names for word in name.split()})
    if not words:
        return officers.head(0)
    return officers.filter(pl.col("name_as_printed").str.to_uppercase().str.contains_any(words))


def corrections(
    log: pl.LazyFrame, permits: Iterable[str]
) -> tuple[dict[str, tuple[RegisterRow, ...]], dict[str, tuple[RegisterRow, ...]]]:
    """(changes, tickets) of the access log by permit number, in order of time."""
    chosen = (
        pl.col("action").is_in([*_CHANGES, _TICKET])
        & (pl.col("object_type") == "permit")
        & pl.col("object_id").is_in(list(permits))
    )
    rows = as_rows("access_log", log.filter(chosen).sort("at", "row").collect())
    return (
        _grouped(rows, lambda row: row.cell("action") in _CHANGES),
        _grouped(rows, lambda row: row.cell("action") == _TICKET),
    )


def _grouped(rows: Iterable[RegisterRow], wanted: Callable[[RegisterRow], bool]) -> dict[str, tuple[RegisterRow, ...]]:
    found: dict[str, tuple[RegisterRow, ...]] = defaultdict(tuple)
    for row in rows:
        if wanted(row):
            found[row.cell("object_id")] += (row,)
    return found


def _row(table: Table, values: Mapping[str, Any]) -> RegisterRow:
    cells: dict[str, str] = {}
    for column in table.columns:
        value = values[column.name]
        if value is not None and value != "":
            cells[column.name] = _text(column.kind, value, values.get(f"{column.name}_offset"))
    return RegisterRow(table.name, cells[table.key] if table.key else str(values["row"]), cells)


def _text(kind: Kind, value: Any, offset: int | None) -> str:  # noqa: ANN401 - a cell of any column
    match kind:
        case Kind.INSTANT:
            zone = dt.timezone(dt.timedelta(minutes=offset or 0))
            return str(value.astimezone(zone).isoformat(timespec="seconds"))
        case Kind.DATE:
            return str(value.isoformat())
        case Kind.TIME:
            return f"{value:%H:%M}"
        case Kind.FLAG:
            return "true" if value else "false"
        case Kind.TEXT | Kind.WHOLE | Kind.NUMBER | Kind.JSON | Kind.ZONE:
            return str(value)
