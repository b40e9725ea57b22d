"""Errors that end a command, each with its exit code.

OversealError 1 - UsageError 2 - NothingToRead 3 - MissingDependency 4 - StoreError 7. EngineError is caught per
document and becomes a Problem. The other codes are no errors: they tell what a run that came to its end found.
`place_of` says of any error what a log may be told.
"""

from __future__ import annotations

import traceback
from enum import IntEnum


class ExitCode(IntEnum):
    """Contract of DESIGN section 4; precedence 130, 1, 7, 4, 2, 3, 5, findings."""

    NOTHING_FLAGGED = 0
    OUR_FAULT = 1
    USAGE = 2
    NOTHING_TO_READ = 3
    MISSING = 4
    ONLY_UNREADABLE = 5
    STORE = 7
    WEAK = 11
    MODERATE = 12
    STRONG = 13
    INTERRUPTED = 130


class OversealError(Exception):
    """Base of what we raise on purpose; the message says what the user can do next."""

    exit_code: ExitCode = ExitCode.OUR_FAULT


class UsageError(OversealError):
    """Arguments or settings that cannot be used."""

    exit_code = ExitCode.USAGE


class NothingToRead(OversealError):
    """No input file."""

    exit_code = ExitCode.NOTHING_TO_READ


class MissingDependency(OversealError):
    """A program, model or package is missing; names it and the command that brings it."""

    exit_code = ExitCode.MISSING

    def __init__(self, what: str, command: str) -> None:
        super().__init__(f"{what} is missing; install it with: {command}")
        self.what = what
        self.command = command


class StoreError(OversealError):
    """The store cannot be opened, is locked, or has a newer schema than this program."""

    exit_code = ExitCode.STORE


class EngineError(OversealError):
    """An OCR engine died, hung beyond its limit or returned what cannot be text."""


def place_of(error: BaseException) -> str:
    """Type of the exception and where it was raised: `ValueError in read.py, line 12`.

    What an exception says may hold what was read from a document, so a log is told only this.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {frames[-1].filename.rpartition('/')[2]}, line {frames[-1].lineno}"
