"""Calendar dates of which parts may be unknown (ICAO Doc 9303-3 clause 4.8)."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A Gregorian date; a part that the document states as unknown is None.

    A day without its month is a lawful reading (unknown month), so any part may be missing.

    Raises:
        ValueError: for a month, day or combination that no calendar has.
    """

    year: int | None
    month: int | None
    day: int | None

    def __post_init__(self) -> None:
        if self.year is not None and not 1 <= self.year <= 9999:
            raise ValueError(f"no such year: {self.year}")
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError(f"no such month: {self.month}")
        if self.day is not None:
            # An unknown year may be a leap year and an unknown month may have 31 days.
            longest = calendar.monthrange(self.year or 2000, self.month)[1] if self.month else 31
            if not 1 <= self.day <= longest:
                raise ValueError(f"no such day: {self.iso()}")

    @classmethod
    def of(cls, date: dt.date) -> Self:
        """The fully known date."""
        return cls(date.year, date.month, date.day)

    def iso(self) -> str:
        """ISO 8601 with unknown parts as `XX` (`XXXX` for the year), e.g. `1974-XX-XX`."""
        year = "XXXX" if self.year is None else f"{self.year:04d}"
        month = "XX" if self.month is None else f"{self.month:02d}"
        day = "XX" if self.day is None else f"{self.day:02d}"
        return f"{year}-{month}-{day}"

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Read back what `iso` wrote.

        Raises:
            ValueError: if the text is not of that form.
        """
        parts = text.split("-")
        if [len(part) for part in parts] != [4, 2, 2]:
            raise ValueError(f"not an ISO 8601 date: {text!r}")
        year, month, day = (None if set(part) == {"X"} else int(part) for part in parts)
        return cls(year, month, day)

    @property
    def full(self) -> dt.date | None:
        """The date, if every part of it is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return dt.date(self.year, self.month, self.day)

    @property
    def earliest(self) -> dt.date | None:
        """The first day this can mean; None when the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 1
        return dt.date(self.year, month, self.day or 1)

    @property
    def latest(self) -> dt.date | None:
        """The last day this can mean; None when the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def agrees_with(self, other: PartialDate) -> bool:
        """Whether no part that both know differs."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)
