"""Runs of months: the units of a table cut in time, so that a pattern of some months is not diluted by quiet years.

Runs of one length begin every half of it, so that any pattern shorter than half a run lies whole in one. A scan
statistic with few fixed windows (Naus 1965, JASA 60): the price is more tests, which the control of the run counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Codes, Permits, dense, joined
from pipeline.audit.pairs import Table
from pipeline.audit.strata import Cells, Floats

#: Lengths of the runs, in months: half a year, a period of audit practice.
MONTHS = (6,)


@dataclass(frozen=True)
class Spans:
    """Units cut into runs of months.

    Attributes:
        months: length of a run.
        entry: per tiling, the span of each entry of the split, -1 where the span is too small to be tested.
        size: compared permits per span.
        unit: of each span.
        first: first month of each span.
        tiling: of each span: 0 for runs that begin with the register, 1 for those half a run later.
        example: position of one permit of each span.
        around: per tiling, code of the office and run of each entry.
        office: of each span, place of its office and run among `offices`.
    """

    months: int
    entry: tuple[Codes, Codes]
    around: tuple[Codes, Codes]
    office: Codes
    size: Floats
    unit: Codes
    first: Codes
    tiling: Codes
    example: Codes

    def __len__(self) -> int:
        return len(self.size)

    def sums(self, entries: Floats) -> Floats:
        """Sum of a value of the entries over each span."""
        total = np.zeros(len(self))
        for span in self.entry:
            # The bin of those too small to be tested comes first.
            total += np.bincount(span + 1, entries, len(self) + 1)[1:]
        return total

    def offices(self, entries: Floats) -> Floats:
        """Sum of a value over all entries of each office and run, those of one tiling after the other."""
        return np.concatenate([np.bincount(code, entries) for code in self.around])

    def numbers(self) -> Codes:
        """Number of the run of each span."""
        return _run(self.first, self.months, 0) + self.tiling

    def run(self, tiling: int, months: Codes) -> Codes:
        """Number of the run in which each month lies."""
        return _run(months, self.months, tiling)


def _run(month: Codes, months: int, tiling: int) -> Codes:
    return np.asarray((month + tiling * (months // 2)) // months, dtype=np.int32)


def spans(permits: Permits, split: Cells, months: int, smallest: int) -> Spans | None:
    """The units of a split cut into runs; None where the register is no longer than one or nothing is large enough."""
    compared = np.flatnonzero(split.row >= 0)
    if not len(compared) or int(permits.months.max()) < months:
        return None
    # Entries of the narrowest level lie in one month each.
    at = np.zeros(len(split.size), dtype=np.int64)
    at[split.row[compared]] = compared
    month = permits.months[at]
    office = permits.parties["office"].codes[at]
    entries: list[Codes] = []
    around: list[Codes] = []
    offices: list[Codes] = []
    sizes: list[Floats] = []
    units: list[Codes] = []
    firsts: list[Codes] = []
    examples: list[Codes] = []
    for tiling in (0, 1):
        run = _run(month, months, tiling)
        code, count = dense(joined(split.unit, run))
        size = np.bincount(code, split.size, count).astype(np.float64)
        tested = size >= smallest
        before = len(sizes[0]) if sizes else 0
        entries.append(np.where(tested, np.cumsum(tested) - 1 + before, -1).astype(np.int32)[code])
        example = np.zeros(count, dtype=np.int32)
        example[code] = at
        owner, number = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
        owner[code], number[code] = split.unit, run
        sizes.append(size[tested])
        units.append(owner[tested])
        firsts.append((number * months - tiling * (months // 2))[tested].astype(np.int32))
        examples.append(example[tested])
        around.append(dense(joined(office, run))[0])
        shift = int(around[0].max()) + 1 if tiling else 0
        there = np.zeros(count, dtype=np.int32)
        there[code] = around[-1] + shift
        offices.append(there[tested])
    if not any(len(each) for each in sizes):
        return None
    return Spans(
        months=months,
        entry=(entries[0], entries[1]),
        around=(around[0], around[1]),
        office=np.concatenate(offices),
        size=np.concatenate(sizes),
        unit=np.concatenate(units),
        first=np.concatenate(firsts),
        tiling=np.repeat(np.arange(2, dtype=np.int32), [len(each) for each in sizes]),
        example=np.concatenate(examples),
    )


@dataclass(frozen=True)
class Runs:
    """Events and expected events of the spans of a single kind of unit, (indicators, spans), and where each is.

    Attributes:
        alphas: over-dispersion of each indicator among the spans, beside that of their units.
    """

    observed: npt.NDArray[np.integer]
    expected: npt.NDArray[np.floating]
    alphas: Floats
    place: Codes

    @classmethod
    def of(
        cls,
        cut: Spans,
        units: int,
        observed: npt.NDArray[np.integer],
        expected: npt.NDArray[np.floating],
        alphas: Floats,
    ) -> Runs:
        """The spans, to be found by tiling, unit and run."""
        number = cut.numbers()
        place = np.full((2, units, int(number.max()) + 1), -1, dtype=np.int32)
        place[cut.tiling, cut.unit, number] = np.arange(len(cut), dtype=np.int32)
        return cls(observed, expected, alphas, place)

    def at(self, cut: Spans, unit: Codes) -> Codes:
        """The spans of these units in the runs of the spans of another table; -1 where there is none."""
        number = cut.numbers()
        known = (unit >= 0) & (number < self.place.shape[2])
        found = self.place[cut.tiling, np.where(known, unit, 0), np.where(known, number, 0)]
        return np.where(known, found, -1).astype(np.int32)


def table_of(of: Table, cut: Spans) -> Table:
    """The spans as a table of units."""
    return Table(of.kinds, np.empty(0, np.int32), cut.size.astype(np.int32), cut.example, cut.months)


def inside(cut: Spans, span: int, months: Codes) -> npt.NDArray[np.bool_]:
    """Whether each month lies in the run of a span."""
    first = int(cut.first[span])
    return (months >= first) & (months < first + cut.months)
