"""Numbers without a row: the block of blanks in which each lies, and what was issued around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.reference.numbers import numbered
from pipeline.register.match_rows import Tables, as_rows
from pipeline.types.register import RegisterRow


@dataclass(frozen=True, slots=True)
class Stock:
    """The block of a number.

    Attributes:
        neighbours: row numbers in `permits` of the next lower and the next higher number from that block.
        last_of_office: day of the last issue of the block's office, ISO 8601; "" where it has none.
    """

    block: RegisterRow | None = None
    neighbours: tuple[int, ...] = ()
    last_of_office: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    row: RegisterRow
    stem: str
    first: int
    last: int


def stocks(tables: Tables, numbers: Mapping[str, Sequence[str]]) -> dict[str, Stock]:
    """The stock of each document whose number lies in a block.

    Args:
        tables: of the register.
        numbers: bare numbers of each document, as its zones have them.
    """
    if not numbers:
        return {}
    blocks = _blocks(tables["blocks"])
    held = {document: _block_of(blocks, listed) for document, listed in numbers.items()}
    inside = {document: one for document, one in held.items() if one is not None}
    if not inside:
        return {}
    issued = _issued(tables["permits"], [block for block, _ in inside.values()])
    offices = [block.row.cell("office_id") for block, _ in inside.values()]
    last = _last_issues(tables["permits"], offices)
    return {
        document: Stock(block.row, _neighbours(issued, block, serial), last.get(block.row.cell("office_id"), ""))
        for document, (block, serial) in inside.items()
    }


def _blocks(table: pl.LazyFrame) -> list[_Block]:
    """Every block with both numbers; the one allocated first in front."""
    frame = numbered(table, "first_number", "last_number").collect()
    found: list[_Block] = []
    for row, values in zip(as_rows("blocks", frame), frame.iter_rows(named=True), strict=True):
        first, last = values["first_number_serial"], values["last_number_serial"]
        if first is not None and last is not None:
            found.append(_Block(row, values["first_number_stem"], first, last))
    return sorted(found, key=lambda one: (one.row.cell("allocated_on"), int(one.row.key)))


def _block_of(blocks: Sequence[_Block], numbers: Sequence[str]) -> tuple[_Block, int] | None:
    """The block, allocated first, of the first number that lies in one."""
    for number in numbers:
        for block in blocks:
            # A reading may have lost the hyphens that part stem and serial.
            serial = number.removeprefix(block.stem)
            if number.startswith(block.stem) and serial.isdecimal() and block.first <= int(serial[:18]) <= block.last:
                return block, int(serial)
    return None


def _issued(permits: pl.LazyFrame, blocks: Sequence[_Block]) -> pl.DataFrame:
    """Stem, serial and row of the permits that begin like one of the blocks, in order of their numbers."""
    beginnings = {_written_stem(one) for one in blocks}
    begins = pl.any_horizontal(pl.col("permit_number").str.starts_with(text) for text in sorted(beginnings))
    chosen = permits.filter(begins).select("row", "permit_number")
    serial = pl.col("permit_number_serial")
    return numbered(chosen, "permit_number").filter(serial.is_not_null()).sort("permit_number_serial", "row").collect()


def _written_stem(block: _Block) -> str:
    return block.row.cell("first_number").rstrip().rstrip("0123456789")


def _neighbours(issued: pl.DataFrame, block: _Block, serial: int) -> tuple[int, ...]:
    same = issued.filter(
        (pl.col("permit_number_stem") == block.stem)
        & pl.col("permit_number_serial").is_between(block.first, block.last)
    )
    below = same.filter(pl.col("permit_number_serial") < serial).tail(1)
    above = same.filter(pl.col("permit_number_serial") > serial).head(1)
    return (*below["row"], *above["row"])


def _last_issues(permits: pl.LazyFrame, offices: Sequence[str]) -> dict[str, str]:
    local = pl.col("issued_at") + pl.duration(minutes=pl.col("issued_at_offset").fill_null(0))
    chosen = permits.filter(pl.col("office_id").is_in(sorted(set(offices))))
    frame = chosen.group_by("office_id").agg(local.dt.date().max().alias("last")).drop_nulls("last").collect()
    listed: list[dict[str, Any]] = frame.to_dicts()
    days: dict[str, dt.date] = {row["office_id"]: row["last"] for row in listed}
    return {office: day.isoformat() for office, day in days.items()}
