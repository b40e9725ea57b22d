"""One file of a register: its rows to Parquet, piece by piece, and its faults beside them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Literal

import polars as pl

from pipeline.register.folder import RegisterFile
from pipeline.register.header import Unusable
from pipeline.register.pieces import Piece, pieces
from pipeline.register.register import RegisterProblem
from pipeline.register.swapped import SAMPLE, swapped
from pipeline.register.typed import typed
from pipeline.register.unique import drop_repeated
from pipeline.settings import RegisterSettings

#: Pieces in work at once; each holds some ten times its text.
_WORKERS = 2
_COMPRESSION: Literal["lz4"] = "lz4"
#: Folder of the faults of all files.
FAULTS_FOLDER = "faults"


@dataclass(slots=True)
class Loaded:
    """What came of a file.

    Attributes:
        rows: taken.
        refused: not taken.
        filled: columns with a value.
        problems: of the file as a whole and of its columns.
    """

    rows: int = 0
    refused: int = 0
    filled: set[str] = field(default_factory=set)
    problems: list[RegisterProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Done:
    """A piece that is written: the part of the table, None where no row was taken."""

    part: Path | None
    rows: int
    faults: pl.DataFrame
    filled: frozenset[str]
    sample: pl.DataFrame


def load_file(file: RegisterFile, aside: Path, settings: RegisterSettings) -> Loaded:
    """Write the file's rows to `aside/<table>/` and its faults to `aside/faults/`, as Parquet."""
    loaded = Loaded()
    told: list[tuple[str, str]] = []
    parts: list[Path] = []
    faults = _Faults(file, aside / FAULTS_FOLDER)
    sample = None
    try:
        for done in _in_order(pieces(file, settings, aside, told), file, aside, settings):
            loaded.rows += done.rows
            loaded.filled |= done.filled
            parts.extend([done.part] if done.part else [])
            sample = done.sample if sample is None and not done.faults.is_empty() else sample
            faults.add(done.faults)
    except Unusable as why:
        told.append(("", str(why)))
    if file.table.unique and file.table.key and parts:
        repeated = drop_repeated(parts, file.table.key)
        loaded.rows -= repeated.height
        faults.add(repeated)
    loaded.refused = faults.rows
    if sample is not None:
        hint = swapped(sample, faults.by_column, loaded.rows + loaded.refused, file.table, settings)
        told.extend([("", hint)] if hint else [])
    elif not loaded.rows and not any(column == "" for column, _ in told):
        told.append(("", "no rows below the header"))
    loaded.problems = [RegisterProblem(file.path.name, None, column, reason) for column, reason in told]
    return loaded


class _Faults:
    """The faults of a file, written as they come and counted."""

    def __init__(self, file: RegisterFile, folder: Path) -> None:
        self.rows = 0
        self.by_column: Counter[str] = Counter()
        self._names = (pl.lit(file.path.name).alias("file"), pl.lit(file.table.name).alias("table"))
        self._paths = (folder / f"{file.table.name}-{number:06}.parquet" for number in count())

    def add(self, faults: pl.DataFrame) -> None:
        """Those of some rows, which do not come again."""
        if not faults.is_empty():
            self.rows += faults["row"].n_unique()
            self.by_column.update(dict(faults["column"].drop_nulls().value_counts().iter_rows()))
            faults.select(*self._names, pl.all()).write_parquet(next(self._paths), compression=_COMPRESSION)


def _in_order(some: Iterator[Piece], file: RegisterFile, aside: Path, settings: RegisterSettings) -> Iterator[_Done]:
    """Each piece typed and written, in the order of the file, few of them in memory at once."""
    numbered = enumerate(some)

    def work(number: int, piece: Piece) -> _Done:
        text = piece.text()
        done = typed(text, file.table, settings)
        faults = pl.concat([piece.faults(), done.faults]).sort("row", maintain_order=True)
        part = aside / file.table.name / f"{number:06}.parquet" if done.rows.height else None
        if part:
            done.rows.write_parquet(part, compression=_COMPRESSION)
        filled = {
            column.name for column in file.table.columns if done.rows[column.name].null_count() < done.rows.height
        }
        return _Done(part, done.rows.height, faults, frozenset(filled), text.head(SAMPLE))

    with ThreadPoolExecutor(_WORKERS) as threads:
        flying: deque[Future[_Done]] = deque()
        while True:
            flying.extend(threads.submit(work, *one) for one in islice(numbered, _WORKERS + 1 - len(flying)))
            if not flying:
                return
            yield flying.popleft().result()
