"""What went wrong with an input: a fact about the file or about us, never a fault of the document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """Why something could not be read or judged; `run.json` counts them by these names."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    ENCRYPTED = "encrypted"
    NOT_AN_IMAGE = "not-an-image"
    UNSUPPORTED = "unsupported-format"
    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_PAGES = "too-many-pages"
    PERMISSION = "permission-denied"
    VANISHED = "vanished"
    OUTSIDE = "link-outside-folder"
    NOT_A_FILE = "not-a-file"
    CORRUPT = "corrupt"
    BLANK = "blank-page"
    NO_MRZ = "no-mrz-read"
    PARTIAL_MRZ = "mrz-partly-read"
    UNKNOWN_TEMPLATE = "unknown-template"
    SCRIPT_NOT_READ = "script-not-read"
    SEVERAL_DOCUMENTS = "several-documents"
    LOW_RESOLUTION = "low-resolution"
    BLURRED = "blurred"
    GLARE = "glare"
    LOW_CONTRAST = "low-contrast"
    SKEWED = "skewed"
    TIMEOUT = "timeout"
    ENGINE = "engine-failed"
    OURS = "internal-error"
    MANIFEST = "manifest"
    REGISTER = "register-row-refused"
    ERASED = "erased"
    NEEDS_READING = "needs-reading"


#: A document with one of these has not been looked at at all.
UNREADABLE = frozenset(
    {
        ProblemKind.EMPTY,
        ProblemKind.TRUNCATED,
        ProblemKind.ENCRYPTED,
        ProblemKind.NOT_AN_IMAGE,
        ProblemKind.UNSUPPORTED,
        ProblemKind.TOO_LARGE,
        ProblemKind.TOO_MANY_PIXELS,
        ProblemKind.TOO_MANY_PAGES,
        ProblemKind.PERMISSION,
        ProblemKind.VANISHED,
        ProblemKind.OUTSIDE,
        ProblemKind.NOT_A_FILE,
        ProblemKind.CORRUPT,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that kept us from looking.

    Attributes:
        stage: intake, imaging, mrz, visual, checks, store.
        page: 0-based, or None for the whole file.
        message: for people; holds no personal data and no file name.
    """

    kind: ProblemKind
    stage: str
    message: str
    page: int | None = None
