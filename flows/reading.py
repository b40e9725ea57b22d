"""The reader that a reading process uses: `pipeline.read` with its engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flows.workers import Read
from pipeline.settings import Settings
from pipeline.types.readings import FileReading


def make_reader(settings: Settings) -> Read:
    """Load the libraries and make the engines; runs inside the reading process.

    Raises:
        MissingDependency: when a program or model is missing.
        UsageError: for a template file that is none.
    """
    import cv2

    from pipeline.read import make_readers, read_file

    cv2.setNumThreads(1)
    readers = make_readers(settings)

    def read(path: Path, bundle: str, page_done: Callable[[], None]) -> FileReading:
        return read_file(path, bundle, readers, settings, page_done)

    return read
