"""Expected counts: what the strata of a unit give without the unit itself.

The rate of a permit is that of its office, stratum and month, shrunk to that of its office and stratum, and that to the
stratum over all offices, each without the unit judged (leave-one-out). Shrinkage is a gamma prior of three *events*
(Clayton & Kaldor 1987; Marshall 1991): a prior of so many permits would swamp a rare event and not bind a common one.

Permits whose office and stratum are nearly all the unit's own have no like to be compared with and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Codes, Ints, Permits, dense, joined
from pipeline.audit.pairs import Table

Floats = npt.NDArray[np.float64]

#: Shape of the gamma prior, in events.
PRIOR_EVENTS = 3.0
#: Permits of others in the same office and stratum that a permit of the unit needs to be compared.
_LIKE = 0.5


@dataclass(frozen=True)
class Totals:
    """Of one indicator: flagged and masked positions, and per level (narrow to wide) events and permits per cell.

    Attributes:
        able: of each widest stratum, whether any permit of it was ever flagged. Where none was, the indicator is taken
            to be impossible, as a privilege of official passports is for work permits, and nothing is judged: else the
            many permits that cannot have it would make it look rare where it can be had.
    """

    flagged: Ints
    masked: Ints
    able: npt.NDArray[np.bool_]
    events: tuple[Floats, ...]
    judged: tuple[Floats, ...]


@dataclass(frozen=True)
class Cells:
    """A table split by strata: entries of (unit, cell) on each level, and who is in which.

    Attributes:
        row: entry of the narrowest level per permit, -1 where the permit is not compared.
        size: permits per entry of the narrowest level.
        cell: per level, narrow to wide, the cell of each entry.
        parent: per level, the entry of the next wider level each belongs to; of the widest, the unit.
        unit: unit of each entry of the narrowest level, and `wide`, its widest stratum.
        units: how many units there are.
        incomparable: permits of tested units left out because they have no like.
    """

    row: Codes
    size: Floats
    cell: tuple[Codes, ...]
    parent: tuple[Codes, ...]
    unit: Codes
    wide: Codes
    units: int
    incomparable: int


@dataclass(frozen=True)
class Counted:
    """Observed and expected events per unit; of each entry of the narrowest level too, and its expected rate."""

    observed: Ints
    expected: Floats
    rate: Floats
    entry_observed: Floats
    entry_expected: Floats


def summed(codes: Codes, values: npt.NDArray[np.number] | None, count: int) -> Floats:
    """Sum of the values of each code below `count`; how often it occurs where there are none."""
    return np.bincount(codes, weights=values, minlength=count)[:count].astype(np.float64)


def totals(permits: Permits, flagged: Ints, masked: Ints) -> Totals:
    """Events and permits per cell of every level; masked permits count neither way."""
    events, judged = [], []
    wide = permits.cells[0]
    able = np.bincount(wide[flagged], minlength=int(wide.max(initial=-1)) + 1) > 0
    weights = None if able.all() else able[wide].astype(np.float32)
    masked = masked[able[wide[masked]]]
    for codes in reversed(permits.cells):
        width = int(codes.max(initial=-1)) + 1
        events.append(summed(codes[flagged], None, width))
        judged.append(summed(codes, weights, width) - summed(codes[masked], None, width))
    return Totals(flagged, masked, able, tuple(events), tuple(judged))


def _first(codes: Codes, count: int) -> Ints:
    """Position of one entry of each code."""
    at = np.zeros(count, dtype=np.int64)
    at[codes[::-1]] = np.arange(len(codes))[::-1]
    return at


def cells(permits: Permits, made: Table) -> Cells:
    """The table split by strata."""
    wide, middle, narrow = permits.cells
    inside = np.flatnonzero(made.unit >= 0)
    row, rows = dense(joined(made.unit[inside], narrow[inside]))
    at, size = inside[_first(row, rows)], summed(row, None, rows)
    own, count = dense(joined(made.unit[at], middle[at]))
    mine = summed(own, size, count)[own]
    alike = np.bincount(middle, minlength=1)[middle[at]] - mine >= _LIKE * mine
    left_out = int(size[~alike].sum())
    placed = np.full(len(permits), -1, dtype=np.int32)
    placed[inside] = np.where(alike, np.cumsum(alike) - 1, -1).astype(np.int32)[row]
    at, size = at[alike], size[alike]
    unit = made.unit[at]
    cell, parent = [narrow[at]], []
    for wider in (middle, wide):
        entry, entries = dense(joined(made.unit[at], wider[at]))
        parent.append(entry)
        at = at[_first(entry, entries)]
        cell.append(wider[at])
    parent.append(made.unit[at])
    return Cells(
        row=placed,
        size=size,
        cell=tuple(cell),
        parent=tuple(parent),
        unit=unit,
        wide=cell[2][parent[1][parent[0]]],
        units=len(made),
        incomparable=left_out,
    )


def counted(split: Cells, whole: Totals) -> Counted:
    """Observed and expected events of each unit for one indicator.

    A permit that no one else's can be compared with is neither observed nor expected.
    """
    rows = len(split.size)
    mine, hidden = split.row[whole.flagged], split.row[whole.masked]
    events = [summed(mine[mine >= 0], None, rows)]
    judged = [(split.size - summed(hidden[hidden >= 0], None, rows)) * whole.able[split.wide]]
    sizes = [len(cell) for cell in split.cell[1:]] + [split.units]
    for parent, size in zip(split.parent, sizes, strict=True):
        events.append(summed(parent, events[-1], size))
        judged.append(summed(parent, judged[-1], size))

    # Without the unit itself; half an event keeps the widest rate above zero (Jeffreys).
    everyone, everything = float(whole.events[-1].sum()), float(whole.judged[-1].sum())
    rate = np.minimum(1.0, (everyone - events[-1] + 0.5) / (everything - judged[-1] + 1.0))
    for level in (2, 1, 0):
        prior, cell = rate[split.parent[level]], split.cell[level]
        others, likes = whole.events[level][cell] - events[level], whole.judged[level][cell] - judged[level]
        rate = np.minimum(1.0, (others + PRIOR_EVENTS) / (likes + PRIOR_EVENTS / prior))
    due = judged[0] * rate
    return Counted(events[-1].astype(np.int64), summed(split.unit, due, split.units), rate, events[0], due)
