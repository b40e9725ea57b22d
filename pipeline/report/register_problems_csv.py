"""register_problems.csv: every row, column and file of a register that was refused, with its reason; mode 0600."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.register.register import RegisterProblem
from pipeline.report.cells import cell

NAME = "register_problems.csv"
COLUMNS = ("file", "row", "column", "reason")

#: Files, columns and reasons are few, rows are many.
_cell = lru_cache(maxsize=10_000)(cell)


def write_problems(out: Path, problems: Iterable[RegisterProblem]) -> Path:
    """Write all problems in the order given, replacing an earlier list in one step; returns the file.

    Raises:
        UsageError: if the folder cannot be written.
    """
    aside = out / f".{NAME}.new"
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(COLUMNS)
            for problem in problems:
                row = "" if problem.row is None else str(problem.row)
                writer.writerow((_cell(problem.file), row, _cell(problem.column), _cell(problem.reason)))
        return aside.replace(out / NAME)
    except OSError as error:
        raise UsageError(f"{NAME} cannot be written to {out}: {error.strerror}") from error
