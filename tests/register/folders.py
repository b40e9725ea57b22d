"""Register folders of a test: files as text or bytes, and what was told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.register.register import Register
from pipeline.settings import RegisterSettings


def write(folder: Path, **files: str | bytes) -> Path:
    """A folder with these files; `permits` is written as `permits.csv`."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def loaded(folder: Path, **told: object) -> Register:
    """The folder loaded with these settings; what is kept lies beside it."""
    return load_register(folder, folder.parent / "kept", RegisterSettings.model_validate(told), load_policies())


def keys(register: Register, table: str, column: str) -> list[Any]:
    """A column of a table, in the order of its rows."""
    return register.tables[table].collect()[column].to_list()


def problems(register: Register) -> list[tuple[str, int | None, str, str]]:
    """File, row, column and reason of every problem."""
    return [(one.file, one.row, one.column, one.reason) for one in register.problems]
