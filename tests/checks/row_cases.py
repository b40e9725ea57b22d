"""Case files of row checks: `fixtures/checks/<CODE>/cases.csv` and the tables beside it, tagged by case.

Each table has a column `case` in front; a row with `*` there stands in every case. A table without a row for a case was
not delivered in it, and a column without a value was neither.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from checks.rows import RowContext, RowOutcome, Tables
from pipeline.reference.policy import load_policies
from pipeline.reference.register_tables import TABLES, Table
from pipeline.register.typed import typed
from pipeline.settings import RegisterSettings
from pipeline.types.findings import Strength

FOLDER = Path(__file__).parents[2] / "fixtures" / "checks"
SETTINGS = RegisterSettings(state="UTO")
_COLUMNS = {"case", "about", "today", "outcome", "keys", "strength", "hypothesis", "likely_innocent", "reason"}


@dataclass(frozen=True, slots=True)
class RowCase:
    """One case of a row check; `expect` is its line of cases.csv."""

    code: str
    name: str
    tables: Tables
    context: RowContext
    expect: Mapping[str, str]

    def difference(self, outcome: RowOutcome) -> list[str]:
        """What the outcome has other than expected, one line each."""
        found = outcome.flags
        seen = {
            "outcome": str(outcome.kind),
            "reason": outcome.reason,
            "keys": " ".join(found["key"]),
            "strength": _all_the_same(Strength(one).label for one in found["strength"]),
            "hypothesis": _all_the_same(found["hypothesis"]),
            "likely_innocent": _all_the_same(one or "" for one in found["likely_innocent"]),
        }
        asked = {name: text for name, text in self.expect.items() if name in seen and (text or name in _ALWAYS)}
        return [f"{name}: expected {text!r}, got {seen[name]!r}" for name, text in asked.items() if seen[name] != text]


#: Compared even where the case says nothing.
_ALWAYS = ("outcome", "reason", "keys", "likely_innocent")


def _all_the_same(values: Iterable[str]) -> str:
    return " ".join(sorted(set(values)))


def lists() -> list[Path]:
    """The list of cases of every row check, by code."""
    return sorted(FOLDER.glob("*/cases.csv"))


def load(path: Path) -> list[RowCase]:
    """The cases of one check.

    Raises:
        ValueError: for an unknown column, table or case; names the file.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        listed = list(csv.DictReader(lines))
    if unknown := {name for row in listed for name in row} - _COLUMNS:
        raise ValueError(f"{path}: unknown columns {unknown}")
    frames = {table.stem: _read(table) for table in sorted(path.parent.glob("*.csv")) if table != path}
    names = {row["case"] for row in listed}
    for table, frame in frames.items():
        if strangers := set(frame["case"]) - names - {"*"}:
            raise ValueError(f"{path.parent.name}/{table}.csv: no such case: {strangers}")
    return [_case(path.parent.name, row, frames) for row in listed]


def _read(path: Path) -> pl.DataFrame:
    name = path.stem.removeprefix("earlier.")
    if name not in TABLES:
        raise ValueError(f"{path.parent.name}/{path.name}: the register has no such table")
    frame = pl.read_csv(path, infer_schema=False)
    if unknown := set(frame.columns) - {"case"} - {column.name for column in TABLES[name].columns}:
        raise ValueError(f"{path.parent.name}/{path.name}: the table has no columns {unknown}")
    return frame


def _case(code: str, expect: Mapping[str, str], frames: Mapping[str, pl.DataFrame]) -> RowCase:
    tables = {prefix + name: table.empty() for prefix in ("", "earlier.") for name, table in TABLES.items()}
    delivered: set[str] = set()
    for name, frame in frames.items():
        rows = frame.filter(pl.col("case").is_in([expect["case"], "*"])).drop("case").with_row_index("row", 1)
        if rows.is_empty():
            continue
        tables[name] = _typed(f"{code}/{name}.csv {expect['case']}", rows, TABLES[name.removeprefix("earlier.")]).lazy()
        filled = {column for column in rows.columns if column != "row" and rows[column].null_count() < rows.height}
        delivered |= {name, *(f"{name}.{column}" for column in filled)}
    today = dt.date.fromisoformat(expect["today"])
    law = load_policies().packs[0]
    return RowCase(code, expect["case"], tables, RowContext(today, law, frozenset(delivered)), expect)


def _typed(place: str, rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """As the loader types them; a check never sees a row that the loader refuses."""
    delivered = [name for name in rows.columns if rows[name].null_count() < rows.height]
    answer = typed(rows.with_columns(pl.col("row").cast(pl.Int64)).select(delivered), table, SETTINGS)
    if answer.faults.height:
        raise ValueError(f"{place}: {answer.faults.row(0, named=True)}")
    return answer.rows
