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
from pipeline.audit.exposure import Ints
from pipeline.audit.pairs import Table
from pipeline.audit.shrinkage import effect
from pipeline.audit.spans import Spans
from pipeline.audit.strata import Floats


@dataclass(frozen=True)
class Others:
    """Events and expected events of all other permits of the office in the run of each span, (indicators, spans).

    Attributes:
        alphas: over-dispersion of each indicator among offices and runs.
    """

    observed: Floats
    expected: Floats
    alphas: Floats


def in_time(
    table: Table, cut: Spans, bases: Mapping[str, Base], observed: Ints, expected: Floats, others: Others
) -> Floats:
    """Factor by which the effects of the run exceed those of the whole period, (indicators, spans).

    Args:
        table: of pairs.
        cut: its spans.
        bases: of the single kinds.
        observed: of the spans, (indicators, spans).
        expected: of the spans before any effect.
        others: of the office.
    """
    factor = effect(others.observed, np.maximum(others.expected, 0.0), others.alphas[:, None]).astype(np.float64)
    for kind in parties(table):
        base = bases.get(kind)
        if base is None or kind not in table.kinds or cut.months not in base.runs:
            continue
        runs = base.runs[cut.months]
        parent = base.table.unit[cut.example]
        at = runs.at(cut, parent)
        whole = effect(base.observed, base.expected, base.alphas[:, None])[:, parent].astype(np.float64)
        events = np.maximum(runs.observed[:, at] - observed, 0)
        mean = np.maximum(runs.expected[:, at] - expected, 0.0)
        factor *= np.where(at >= 0, effect(events, mean, runs.alphas[:, None], whole) / whole, 1.0)
    return factor
