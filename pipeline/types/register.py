"""What the register says of one document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MatchedBy(StrEnum):
    """How a document was matched to its row; each weaker than the one before."""

    NUMBER = "number"
    HOLDER_AND_DATES = "holder and dates"
    LIKENESS = "likeness"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row of a table; `cells` has the text of every cell that is not empty, dates ISO 8601, times with offset."""

    table: str
    key: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisterMatch:
    """Where a document stands in the register.

    Attributes:
        by: how the row was found; NONE: there is no row that it could be.
        reason: in words, what agreed and what did not, or why nothing could be said.
        row: the row in `permits`.
        others: further rows of `permits` with the same number.
        block: the block in which the document's number lies, and whose office that is.
        void: the row of `voids` with the document's number.
        refused: whether a row with this number was delivered but could not be taken; then it is not absent.
        looked_for: the number as it was looked for.
        as_of: day of the register's delivery, ISO 8601; "" where it is not known.
    """

    by: MatchedBy
    reason: str
    looked_for: str
    row: RegisterRow | None = None
    others: tuple[RegisterRow, ...] = ()
    block: RegisterRow | None = None
    void: RegisterRow | None = None
    refused: bool = False
    as_of: str = ""
