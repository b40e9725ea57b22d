"""The manifest: what someone says of which application each file is.

Of its columns `document_kind` and `permit_number` are not used: both are read from the document.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.scan import problem, problem_of
from pipeline.types.problems import Problem, ProblemKind

COLUMNS = ("file", "batch", "document_kind", "permit_number", "application_id")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row: `line` is its line in the file, 1-based; empty cells are None."""

    line: int
    file: str
    batch: str | None
    application_id: str | None


def read_manifest(path: Path, max_bytes: int) -> Iterator[ManifestRow | Problem]:
    """Yield every row, in order; a row that cannot be used is a Problem of kind MANIFEST with its line."""
    text = _text(path, max_bytes)
    if isinstance(text, Problem):
        yield text
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        unknown = [cell for cell in header if cell not in COLUMNS]
        if "file" not in header or len(set(header)) != len(header):
            yield _bad(1, "the header needs a column `file`, and each column once; nothing of it is used")
            return
        if unknown:
            yield _bad(1, f"{len(unknown)} columns are not known and not used; known are {', '.join(COLUMNS)}")
        for cells in reader:
            if cells:
                yield _row(reader.line_num, header, cells)
    except csv.Error as error:
        yield _bad(reader.line_num, f"from here on it is no CSV: {error}")


def _text(path: Path, max_bytes: int) -> str | Problem:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        return problem(ProblemKind.MANIFEST, f"the manifest is not used: {problem_of(error).message}")
    if len(data) > max_bytes:
        return problem(ProblemKind.MANIFEST, f"the manifest is not used: more than {max_bytes:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return problem(ProblemKind.MANIFEST, f"the manifest is not used: byte {error.start} is no UTF-8")


def _row(line: int, header: list[str], cells: list[str]) -> ManifestRow | Problem:
    if len(cells) != len(header):
        return _bad(line, f"{len(cells)} cells where the header has {len(header)}")
    values = {name: cell.strip() or None for name, cell in zip(header, cells, strict=True)}
    file = values["file"]
    if file is None:
        return _bad(line, "no file named")
    if "\0" in file:
        return _bad(line, "the file's name cannot be one")
    return ManifestRow(
        line=line,
        file=file,
        batch=values.get("batch"),
        application_id=values.get("application_id"),
    )


def _bad(line: int, reason: str) -> Problem:
    return problem(ProblemKind.MANIFEST, f"row {line}: {reason}")
