"""One folder of a run's output: cases.jsonl, findings.csv, report.html and the page images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from pipeline.report.header import RunHeader
from pipeline.types.findings import Case
from pipeline.types.problems import Problem

Folder = Literal["screening", "integrity", "protection"]
#: (document_id, 0-based page) -> JPEG bytes of the upright page, or None where there is none.
Images = Callable[[str, int], bytes | None]


class FolderWriter:
    """Context manager; the folder replaces an earlier run's in one step when it is left without an error."""

    def __init__(self, out: Path, folder: Folder, banner: str | None, header: RunHeader, images: Images) -> None: ...

    def __enter__(self) -> Self: ...

    def add(self, case: Case) -> None: ...

    def add_unreadable(self, file_id: str, problem: Problem) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
