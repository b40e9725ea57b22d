"""How much the parties that a unit deals with exceed their strata with everyone else.

An officer who is careless with all agencies is careless with each. What a pair, an agency or a clinic expects is
therefore multiplied by the effect of each party: events by expected ones of the party's permits outside the unit
judged, shrunk by how much such parties differ (`shrinkage`). Together they never lower what a unit expects: a quiet
officer does not make his one busy agency look busier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Codes, Ints, Permits, dense, joined
from pipeline.audit.pairs import Table
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import Runs
from pipeline.audit.strata import Cells, Counted, Floats, Totals, summed


@dataclass(frozen=True)
class Base:
    """Events and expected events of the units of a single kind, (indicators, units): what effects are taken from.

    Attributes:
        alphas: over-dispersion of each indicator among them.
        runs: by length in months, the same of the units' spans; none for kinds too numerous to be cut.
    """

    table: Table
    observed: npt.NDArray[np.integer]
    expected: npt.NDArray[np.floating]
    alphas: Floats
    runs: Mapping[int, Runs] = field(default_factory=dict)


@dataclass(frozen=True)
class _Group:
    """Permits of a unit with one party of a kind: code per compared permit, and the party's unit in its own table."""

    base: Base
    code: Codes
    parent: Codes


@dataclass(frozen=True)
class Effects:
    """What the parties of a table's units do to what they expect, asked indicator by indicator.

    Attributes:
        inside: positions of the compared permits.
        unit: of each of them.
        place: of every permit of the register among them, -1 where it is not compared.
        groups: of each kind of party that varies within a unit; where there is one, all kinds are held so.
        constant: of each kind of party where none varies within a unit: its table, and the party of each unit in it.
    """

    permits: Permits
    table: Table
    split: Cells
    inside: Ints
    unit: Codes
    place: Codes
    groups: tuple[_Group, ...]
    constant: tuple[tuple[Base, Codes], ...]

    def expected(self, row: int, whole: Totals, found: Counted) -> Floats:
        """Expected events of each unit for the indicator of a row, whose plain counts are `found`."""
        if self.groups:
            return summed(self.unit, self.due(row, whole, found), len(self.table))
        return found.expected * self._factor(row, found)

    def due(self, row: int, whole: Totals, found: Counted) -> Floats:
        """The same permit by permit, over `inside`."""
        due = found.rate[self.split.row[self.inside]]
        due *= whole.able[self.permits.cells[0][self.inside]]
        hidden = self.place[whole.masked]
        due[hidden[hidden >= 0]] = 0.0
        if not self.groups:
            return np.asarray(due * self._factor(row, found)[self.unit], dtype=np.float64)
        flagged = self.place[whole.flagged]
        flagged = flagged[flagged >= 0]
        total = due.copy()
        for group in self.groups:
            size = len(group.parent)
            mine, of_due = np.bincount(group.code[flagged], minlength=size), summed(group.code, due, size)
            total *= _effect(group.base, row, group.parent, mine, of_due)[group.code]
        raised = summed(self.unit, total, len(self.table))
        floor = np.divide(found.expected, raised, out=np.ones(len(raised)), where=raised > 0)
        return np.asarray(total * np.maximum(floor, 1.0)[self.unit], dtype=np.float64)

    def _factor(self, row: int, found: Counted) -> Floats:
        factor = np.ones(len(self.table))
        for base, parent in self.constant:
            factor *= _effect(base, row, parent, found.observed, found.expected)
        return np.maximum(factor, 1.0)


def _effect(base: Base, row: int, parent: Codes, mine: npt.NDArray[np.integer], due: Floats) -> Floats:
    """Effect of parties from their permits outside the unit, which itself has `mine` events where `due` are."""
    events = np.maximum(base.observed[row][parent] - mine, 0)
    mean = np.maximum(base.expected[row][parent] - due, 0.0)
    return np.where(parent >= 0, effect(events, mean, base.alphas[row]), 1.0)


def parties(table: Table) -> tuple[str, ...]:
    """Kinds of party whose effect a table's units are held against; none for officers and workstations themselves."""
    if table.kinds in {("officer",), ("workstation",)}:
        return ()
    return tuple(dict.fromkeys(("officer", *(table.kinds if len(table.kinds) > 1 else ()))))


def effects_of(permits: Permits, table: Table, split: Cells, bases: Mapping[str, Base]) -> Effects:
    """The effects of a table's parties; of those kinds that were counted before."""
    inside = np.flatnonzero(split.row >= 0)
    unit = table.unit[inside]
    place = np.full(len(permits), -1, dtype=np.int32)
    place[inside] = np.arange(len(inside), dtype=np.int32)
    named = [kind for kind in parties(table) if kind in bases]
    groups: list[_Group] = []
    constant: list[tuple[Base, Codes]] = []
    if set(named) <= set(table.kinds):
        constant = [(bases[kind], bases[kind].table.unit[table.example]) for kind in named]
    else:
        for kind in named:
            of = bases[kind].table.unit[inside]
            code, count = dense(joined(unit, of + 1))
            parent = np.full(count, -1, dtype=np.int32)
            parent[code] = of
            groups.append(_Group(bases[kind], code, parent))
    return Effects(permits, table, split, inside, unit, place, tuple(groups), tuple(constant))
