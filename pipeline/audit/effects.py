"""How much the parties that a unit deals with exceed their strata with everyone else.

An officer who is careless with all agencies is careless with each. What a pair, an agency or a clinic expects is
therefore multiplied by the effect of each party: events by expected ones of the party's permits outside the unit
judged, shrunk by how much such parties differ (`shrinkage`). Together they never lower what a unit expects: a quiet
officer does not make his one busy agency look busier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Codes, Ints, Permits, dense, joined
from pipeline.audit.pairs import Table
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import Runs
from pipeline.audit.strata import Cells, Floats, Totals


@dataclass(frozen=True)
class Base:
    """Events and expected events of the units of a single kind, (indicators, units): what effects are taken from.

    Attributes:
        alphas: over-dispersion of each indicator among them.
        runs: by length in months, the same of the units' spans; none for kinds too numerous to be cut.
    """

    table: Table
    observed: Ints
    expected: Floats
    alphas: Floats
    runs: Mapping[int, Runs] = field(default_factory=dict)


@dataclass(frozen=True)
class Plain:
    """Events and expected events of a table's units before any effect, (indicators, units)."""

    observed: Ints
    expected: Floats


@dataclass(frozen=True)
class Adjusted:
    """Expected events with the parties' effects.

    Attributes:
        expected: (indicators, units).
        groups: per party, the (unit, party) of each permit, -1 where it is not compared.
        effects: per party, (indicators, groups).
    """

    expected: Floats
    groups: tuple[Codes, ...]
    effects: tuple[npt.NDArray[np.float32], ...]

    def at(self, places: Ints) -> Floats:
        """Product of the effects on each permit, (indicators, permits)."""
        product = np.ones((len(self.expected), len(places)))
        for group, factor in zip(self.groups, self.effects, strict=True):
            product *= factor[:, group[places]]
        return product


def parties(table: Table) -> tuple[str, ...]:
    """Kinds of party whose effect a table's units are held against; none for officers and workstations themselves."""
    if table.kinds in {("officer",), ("workstation",)}:
        return ()
    return tuple(dict.fromkeys(("officer", *(table.kinds if len(table.kinds) > 1 else ()))))


def adjusted(
    permits: Permits,
    table: Table,
    split: Cells,
    rates: npt.NDArray[np.float32],
    wholes: Sequence[Totals],
    bases: Mapping[str, Base],
    plain: Plain,
) -> Adjusted:
    """Expected events of each unit, with the effects of its parties; `rates` is (indicators, entries of the split)."""
    if set(parties(table)) & set(bases) <= set(table.kinds):
        return _of_whole_units(table, bases, plain)
    inside = np.flatnonzero(split.row >= 0)
    unit, row = table.unit[inside], split.row[inside]
    place = np.full(len(permits), -1, dtype=np.int32)
    place[inside] = np.arange(len(inside), dtype=np.int32)
    named = [kind for kind in parties(table) if kind in bases]
    groups, effects, parents, owners = [], [], [], []
    for kind in named:
        group, count = dense(joined(unit, bases[kind].table.unit[inside] + 1))
        parent = np.full(count, -1, dtype=np.int32)
        parent[group] = bases[kind].table.unit[inside]
        owner = np.zeros(count, dtype=np.int32)
        owner[group] = unit
        groups.append(group)
        owners.append(owner)
        parents.append(parent)
        effects.append(np.ones((len(wholes), count), dtype=np.float32))
    expected = np.zeros((len(wholes), len(table)))
    for at, whole in enumerate(wholes):
        due = rates[at][row].astype(np.float64)
        hidden = place[whole.masked]
        due[hidden[hidden >= 0]] = 0.0
        due *= whole.able[permits.cells[0][inside]]
        flagged = place[whole.flagged]
        flagged = flagged[flagged >= 0]
        total = due.copy()
        for number, kind in enumerate(named):
            group, parent = groups[number], parents[number]
            mine, of_due = np.bincount(group[flagged], minlength=len(parent)), np.bincount(group, due, len(parent))
            known = parent >= 0
            events = np.maximum(bases[kind].observed[at][parent] - mine, 0)
            mean = np.maximum(bases[kind].expected[at][parent] - of_due, 0.0)
            effects[number][at] = np.where(known, effect(events, mean, bases[kind].alphas[at]), 1.0)
            total *= effects[number][at][group]
        raised = np.bincount(unit, total, len(table))
        expected[at] = np.maximum(plain.expected[at], raised)
        if named:
            floor = np.divide(expected[at], raised, out=np.ones(len(table)), where=raised > 0)
            effects[0][at] *= floor[owners[0]]
    return Adjusted(expected, tuple(_placed(group, inside, len(permits)) for group in groups), tuple(effects))


def _of_whole_units(table: Table, bases: Mapping[str, Base], plain: Plain) -> Adjusted:
    """The same where every permit of a unit has the same parties."""
    named = [kind for kind in parties(table) if kind in bases]
    raised, effects = plain.expected.copy(), []
    for kind in named:
        base, parent = bases[kind], bases[kind].table.unit[table.example]
        events = np.maximum(base.observed[:, parent] - plain.observed, 0)
        mean = np.maximum(base.expected[:, parent] - plain.expected, 0.0)
        effects.append(np.where(parent >= 0, effect(events, mean, base.alphas[:, None]), np.float32(1.0)))
        raised *= effects[-1]
    expected = np.maximum(plain.expected, raised)
    if named:
        effects[0] *= np.divide(expected, raised, out=np.ones_like(expected), where=raised > 0)
    return Adjusted(expected, tuple(table.unit for _ in named), tuple(effects))


def _placed(group: Codes, inside: Ints, permits: int) -> Codes:
    placed = np.full(permits, -1, dtype=np.int32)
    placed[inside] = group
    return placed
