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

    def cell(self, column: str) -> str:
        """Text of a cell; "" where it is empty."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class RegisterMatch:
    """Where a document stands in the register.

    Attributes:
        by: how the row was found; NONE: there is no row that it could be.
        reason: in words, what agreed and what did not, or why nothing could be said.
        looked_for: the number as it was looked for; "" where none was read.
        row: the row in `permits`.
        others: further rows of `permits` with the same number.
        linked: rows that `row` names: its office, employer, agency, officers, application, fee and medical; and the
            officers whose name the document prints.
        edits: rows of `access_log` that changed `row` or overrode a decision on it, in order of time.
        tickets: rows of `access_log` that ask for a correction of it.
        block: the block in which the document's number lies, and whose office that is.
        neighbours: where the number has a block and no row: the rows with the next lower and the next higher number.
        last_of_office: likewise: day of the last issue that the block's office delivered, ISO 8601.
        void: the row of `voids` with the document's number.
        refused: whether a row with this number was delivered but could not be taken; then it is not absent.
        as_of: day of the register's delivery, ISO 8601; "" where it is not known.
    """

    by: MatchedBy
    reason: str
    looked_for: str
    row: RegisterRow | None = None
    others: tuple[RegisterRow, ...] = ()
    linked: tuple[RegisterRow, ...] = ()
    edits: tuple[RegisterRow, ...] = ()
    tickets: tuple[RegisterRow, ...] = ()
    block: RegisterRow | None = None
    neighbours: tuple[RegisterRow, ...] = ()
    last_of_office: str = ""
    void: RegisterRow | None = None
    refused: bool = False
    as_of: str = ""

    def linked_row(self, table: str, key: str) -> RegisterRow | None:
        """The linked row of that table and key."""
        return next((row for row in self.linked if (row.table, row.key) == (table, key)), None)
