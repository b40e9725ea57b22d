"""Which of the candidate rows a document is: by number, then by holder and dates, then by likeness with its reason.

A number that one misread digit turns into another person's is nothing rare where numbers are given out in order, so a
row found by number of which the holder is another is held against rows that agree with the holder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from pipeline.reference.confusions import Step, difference, explained, in_words
from pipeline.reference.numbers import bare, shape
from pipeline.register.match_candidates import Candidate
from pipeline.register.match_wanted import Wanted
from pipeline.types.dates import PartialDate
from pipeline.types.register import MatchedBy

#: Ratio (0-100) of matching characters from which two names may be one (as `pipeline.bundles` has it).
_SAME_NAME = 85.0
#: An instant near midnight may have another day on paper.
_NEAR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreements:
    """What of a document agrees with a row; None where a side has nothing to compare."""

    passport: bool | None
    name: bool | None
    birth: bool | None
    issued: bool | None
    until: bool | None

    @property
    def holder(self) -> bool:
        """Whether the row's holder is the document's: by passport, or by name and birth date."""
        return self.name is not False and bool(self.passport or (self.name and self.birth))

    @property
    def another(self) -> bool:
        """Whether name and birth date are both another's."""
        return self.name is False and self.birth is False

    @property
    def dated(self) -> bool:
        """Whether the dates are the row's: that of issue, or the end of validity where no issue was read."""
        return bool(self.issued) if self.issued is not None else bool(self.until)

    @property
    def count(self) -> int:
        """How many agree, less those that do not."""
        every = (self.passport, self.name, self.birth, self.issued, self.until)
        return every.count(True) - every.count(False)

    def in_words(self) -> str:
        """What agrees, as a list."""
        named = zip(
            ("passport number", "name", "birth date", "date of issue", "end of validity"),
            (self.passport, self.name, self.birth, self.issued, self.until),
            strict=True,
        )
        return ", ".join(name for name, agrees in named if agrees)


@dataclass(frozen=True, slots=True)
class Choice:
    """The row chosen, those with the same number beside it, and whether no further row could change that."""

    by: MatchedBy
    reason: str
    row: Candidate | None = None
    others: tuple[Candidate, ...] = ()
    settled: bool = False


def choose(wanted: Wanted, rows: Sequence[Candidate]) -> Choice:
    """The row that the document is.

    Args:
        wanted: the document.
        rows: of its kind, from `match_candidates`.
    """
    agreed = {row.row: _agreements(wanted, row) for row in rows}
    same = [row for row in rows if bare(row.number) in wanted.read]
    holders = [row for row in rows if agreed[row.row].holder and agreed[row.row].dated and row not in same]
    if same:
        best = max(same, key=lambda row: agreed[row.row].count)
        near = [row for row in holders if _lookalike(wanted, row) or _one_character(wanted, row)]
        if agreed[best.row].another and len(near) == 1:
            return _near(MatchedBy.LIKENESS, wanted, near[0], agreed[near[0].row])
        another = agreed[best.row].another
        reason = "number; name and birth date are another's" if another else "number"
        others = tuple(row for row in same if row is not best)
        return Choice(MatchedBy.NUMBER, reason, best, others, settled=not another)
    return _without_number(wanted, rows, holders, agreed)


def _without_number(
    wanted: Wanted, rows: Sequence[Candidate], holders: Sequence[Candidate], agreed: dict[int, Agreements]
) -> Choice:
    missing = "no row with this number" if wanted.number else "the number was not read"
    alike = [row for row in rows if _fits(agreed[row.row]) and _lookalike(wanted, row)]
    for by, found in ((MatchedBy.HOLDER_AND_DATES, holders), (MatchedBy.LIKENESS, alike)):
        nearest = [row for row in found if row in alike] or list(found)
        if len(nearest) == 1:
            return _near(by, wanted, nearest[0], agreed[nearest[0].row])
        if nearest:
            return Choice(MatchedBy.NONE, f"{missing}; {len(nearest)} rows agree with the document equally well")
    return Choice(MatchedBy.NONE, f"{missing}, and none agrees with the document on holder and dates")


def _near(by: MatchedBy, wanted: Wanted, row: Candidate, agreed: Agreements) -> Choice:
    if not wanted.number:
        return Choice(by, f"the number was not read; {agreed.in_words()} agree", row)
    places = in_words(_steps(wanted, row), wanted.legibility)
    return Choice(by, f"read {wanted.number}, the row has {row.number}: {places}; {agreed.in_words()} agree", row)


def _fits(agreed: Agreements) -> bool:
    """Whether at least one thing says that a row with a number of like shape is the document's, and not two against."""
    return bool(agreed.passport or agreed.name or agreed.birth) and agreed.count > 0


def _lookalike(wanted: Wanted, row: Candidate) -> bool:
    """Whether the engine's other reading, shapes, or one glyph that may be confused explain another number."""
    theirs = bare(row.number)
    if theirs in wanted.numbers or any(shape(theirs) == shape(mine) for mine in wanted.numbers):
        return True
    steps = _steps(wanted, row)
    return explained(steps, wanted.legibility) or (len(steps) == 1 and not (steps[0].expected and steps[0].seen))


def _one_character(wanted: Wanted, row: Candidate) -> bool:
    """Whether the number differs by one character, of whatever glyphs, or by two neighbours exchanged."""
    theirs = bare(row.number)
    return any(DamerauLevenshtein.distance(theirs, mine, score_cutoff=1) <= 1 for mine in wanted.read)


def _steps(wanted: Wanted, row: Candidate) -> tuple[Step, ...]:
    """The smallest edit from the row's number to a zone's."""
    tried = [difference(bare(row.number), mine) for mine in wanted.read]
    return min(tried, key=lambda steps: (len(steps), sum(step.cost for step in steps)), default=())


def _agreements(wanted: Wanted, row: Candidate) -> Agreements:
    return Agreements(
        passport=_passports(wanted.passports, row.passport),
        name=_names(wanted.names, row.name),
        birth=_dates(wanted.births, row.born, dt.timedelta()),
        issued=_dates(wanted.issued, row.issued, _NEAR),
        until=_dates(wanted.until, row.until, dt.timedelta()),
    )


def _passports(mine: frozenset[str], theirs: str) -> bool | None:
    return any(shape(one) == shape(theirs) for one in mine) if mine and theirs else None


def _names(mine: Sequence[str], theirs: str) -> bool | None:
    if not mine or not theirs:
        return None
    return any(fuzz.token_sort_ratio(one, theirs) >= _SAME_NAME for one in mine)


def _dates(mine: Sequence[PartialDate], theirs: dt.date | None, near: dt.timedelta) -> bool | None:
    if not mine or theirs is None:
        return None
    return any(_day(one, theirs, near) for one in mine)


def _day(one: PartialDate, other: dt.date, near: dt.timedelta) -> bool:
    if one.full is not None:
        return abs(one.full - other) <= near
    return one.agrees_with(PartialDate.of(other))
