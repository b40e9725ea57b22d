"""Events and expected events of a table's units, as a whole and cut in time, with the effects of their parties.

Indicator by indicator, so that what is kept of each is two numbers a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.bootstrap import Joint
from pipeline.audit.dispersion import overdispersion
from pipeline.audit.effects import Base, effects_of
from pipeline.audit.effects_in_time import Office, in_time
from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.indicators import Prepared
from pipeline.audit.pairs import Table
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import MONTHS, Runs, Spans, spans
from pipeline.audit.strata import Cells, Counted, Floats, Totals, cells, counted
from pipeline.types.leads import AuditSettings

#: Keeps a ratio to nothing expected from being infinite.
_TINY = 1e-12


@dataclass(frozen=True)
class Events:
    """Events of units or of their spans, (indicators, units); rows as the indicators that count flags.

    Attributes:
        cut: the spans; None for units as a whole.
        raised: factor of the parties' effects in `expected`, of the rows that share permits with others.
    """

    cut: Spans | None
    observed: npt.NDArray[np.int32]
    expected: npt.NDArray[np.float32]
    raised: dict[int, npt.NDArray[np.float32]]

    @classmethod
    def none(cls, cut: Spans | None, rows: int, units: int) -> Events:
        """Nothing counted yet."""
        return cls(cut, np.zeros((rows, units), np.int32), np.zeros((rows, units), np.float32), {})

    def joint(self, members: tuple[int, ...], due: Floats) -> Joint:
        """Permits that several rows flag at once, of which `due` are expected before any effect."""
        return Joint(members, due * np.min([self.raised[row] for row in members], axis=0))


@dataclass(frozen=True)
class CountedTable:
    """A table counted.

    Attributes:
        events: of the units as a whole, then of their spans; of single units none of spans.
        joint: for each of these, permits that several indicators flag at once.
        runs: by length, events of the spans of single units.
        wholes: totals of the rows, as the table counts them.
    """

    table: Table
    split: Cells
    bases: Mapping[str, Base]
    events: tuple[Events, ...]
    joint: tuple[tuple[Joint, ...], ...]
    runs: Mapping[int, Runs]
    wholes: tuple[Totals, ...]


def counted_table(
    permits: Permits, table: Table, ready: Prepared, bases: Mapping[str, Base], settings: AuditSettings
) -> CountedTable:
    """Count a table; `bases` of the single kinds that were counted before."""
    split = cells(permits, table)
    cut = _cuts(permits, table, split, settings)
    wholes, shared = ready.wholes(permits, table), ready.shared(table)
    effects = effects_of(permits, table, split, bases)
    whole, in_spans = Events.none(None, len(wholes), len(table)), [Events.none(c, len(wholes), len(c)) for c in cut]
    sharing = {row for members, _ in shared for row in members}
    single = len(table.kinds) == 1
    plain = np.zeros((len(wholes) if single else 0, len(table)))
    for row, total in enumerate(wholes):
        found = counted(split, total)
        expected = effects.expected(row, total, found)
        raised = expected / np.maximum(found.expected, _TINY)
        whole.observed[row], whole.expected[row] = found.observed, expected
        if row in sharing:
            whole.raised[row] = raised.astype(np.float32)
        if single:
            plain[row] = found.expected
        for one in in_spans:
            _count_spans(one, table, bases, row, found, None if single else raised, row in sharing)
    counts = [whole] if single else [whole, *in_spans]
    together = [(members, counted(split, total)) for members, total in shared]
    joint = [
        tuple(
            one.joint(members, found.expected if one.cut is None else one.cut.sums(found.entry_expected))
            for members, found in together
        )
        for one in counts
    ]
    runs = {one.cut.months: _runs(one.cut, one, whole.observed, plain) for one in in_spans if single and one.cut}
    return CountedTable(table, split, bases, tuple(counts), tuple(joint), runs, wholes)


def _cuts(permits: Permits, table: Table, split: Cells, settings: AuditSettings) -> list[Spans]:
    """Pairs are cut in time to be judged, single units for their effects in time; employers are too many for that."""
    if table.kinds in {("employer",), ("workstation",)}:
        return []
    smallest = 1 if len(table.kinds) == 1 else settings.minimum_events
    cut = (spans(permits, split, months, smallest) for months in MONTHS)
    return [one for one in cut if one is not None]


def _count_spans(
    one: Events,
    table: Table,
    bases: Mapping[str, Base],
    row: int,
    found: Counted,
    raised: Floats | None,
    sharing: bool,
) -> None:
    """Count an indicator in the spans; without effects where none are `raised`."""
    if (cut := one.cut) is None:
        return
    observed, expected = cut.sums(found.entry_observed), cut.sums(found.entry_expected)
    one.observed[row] = observed
    if raised is None:
        one.expected[row] = expected
        return
    seen, due = cut.offices(found.entry_observed), cut.offices(found.entry_expected)
    office = Office(seen, due, overdispersion(seen, due))
    factor = raised[cut.unit] * in_time(table, cut, bases, row, observed, expected, office)
    factor = np.maximum(factor, 1.0)
    one.expected[row] = expected * factor
    if sharing:
        one.raised[row] = factor.astype(np.float32)


def _runs(cut: Spans, of_spans: Events, observed: npt.NDArray[np.integer], expected: Floats) -> Runs:
    """Spans of single units, whose own counts are `observed` and `expected`."""
    own = [overdispersion(count, mean) for count, mean in zip(observed, expected, strict=True)]
    habit = effect(observed, expected, np.array(own)[:, None])[:, cut.unit]
    alphas = [
        overdispersion(count, mean) for count, mean in zip(of_spans.observed, of_spans.expected * habit, strict=True)
    ]
    return Runs.of(cut, observed.shape[1], of_spans.observed, of_spans.expected, np.array(alphas))


def permits_of(permits: Permits, counts: CountedTable, units: Ints) -> dict[int, tuple[Ints, Floats]]:
    """Positions of the compared permits of some units and their (indicators, permits) expected rates, by unit."""
    table = counts.table
    wanted = np.zeros(len(table) + 1, dtype=bool)
    wanted[units] = True
    few = Table(table.kinds, np.where(wanted[table.unit], table.unit, -1).astype(np.int32), table.size, table.example)
    effects = effects_of(permits, few, cells(permits, few), counts.bases)
    due = [effects.due(row, whole, counted(effects.split, whole)) for row, whole in enumerate(counts.wholes)]
    order = np.argsort(effects.unit, kind="stable")
    at, unit, rates = effects.inside[order], effects.unit[order], np.array(due)[:, order]
    kinds, starts = np.unique(unit, return_index=True)
    ends = np.append(starts, len(at))[1:]
    return {
        int(kind): (at[start:end], rates[:, start:end]) for kind, start, end in zip(kinds, starts, ends, strict=True)
    }
