"""What reading one file gave, on its way from the reader to the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.types.documents import DocumentRecord
from pipeline.types.problems import Problem

ReadingStatus = Literal["read", "partial", "unreadable"]


@dataclass(frozen=True, slots=True)
class PageImage:
    """An upright page as people will see it: JPEG bytes of page `page` (0-based) of a document."""

    document_id: str
    page: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file, read.

    Attributes:
        file_sha256: identity of its bytes; None when they could not be had.
        status: `read`: every page; `partial`: some pages or zones were not; `unreadable`: nothing was.
        records: its documents, in their order in the file.
        problems: those of the file as a whole; a document's own are in its record.
        seconds: CPU seconds, on the clock of `DocumentRecord.seconds`; 0 where reading was given up.
    """

    file_sha256: str | None
    status: ReadingStatus
    records: tuple[DocumentRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    images: tuple[PageImage, ...] = ()
    seconds: float = 0.0
