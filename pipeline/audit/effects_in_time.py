"""Effects of the parties within a run of months.

An officer who has the night desk for a quarter, or an office in a week of emergency, exceed their strata then and not
otherwise. A party's effect in a run is that of its permits of the run outside the unit judged, shrunk to its effect
over the whole period: what it did all along, unless the run says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.audit.effects import Base, parties
from pipeline.audit.pairs import Table
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import Spans
from pipeline.audit.strata import Floats


def in_time(
    table: Table, cut: Spans, bases: Mapping[str, Base], row: int, observed: Floats, expected: Floats, office: Office
) -> Floats:
    """Factor by which the effects of the run exceed those of the whole period, per span.

    Args:
        table: of pairs.
        cut: its spans.
        bases: of the single kinds.
        row: of the indicator.
        observed: of the spans.
        expected: of the spans before any effect.
        office: of the offices and runs.
    """
    others = office.observed[cut.office] - observed, office.expected[cut.office] - expected
    factor = effect(others[0], np.maximum(others[1], 0.0), office.alpha).astype(np.float64)
    for kind in parties(table):
        base = bases.get(kind)
        if base is None or kind not in table.kinds or cut.months not in base.runs:
            continue
        runs = base.runs[cut.months]
        parent = base.table.unit[cut.example]
        at = runs.at(cut, parent)
        whole = effect(base.observed[row], base.expected[row], base.alphas[row])[parent].astype(np.float64)
        events = np.maximum(runs.observed[row][at] - observed, 0)
        mean = np.maximum(runs.expected[row][at] - expected, 0.0)
        factor *= np.where(at >= 0, effect(events, mean, runs.alphas[row], whole) / whole, 1.0)
    return factor


@dataclass(frozen=True)
class Office:
    """Events and expected events of all permits of each office and run, and their over-dispersion."""

    observed: Floats
    expected: Floats
    alpha: float
