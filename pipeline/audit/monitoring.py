"""Which officers' charts stand above their limit now: what a monthly look at the register needs.

One chart an officer and indicator (`cusum`). The table stands in order of ids, beside the number of charts and how many
of them would stand there by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipeline.audit.cusum import chart, limit
from pipeline.audit.exposure import Ints, Permits, permits
from pipeline.audit.indicators import counted_once
from pipeline.audit.pairs import Table, table
from pipeline.audit.strata import Cells, Floats, Totals, cells, counted, totals
from pipeline.types.leads import Indicator

#: Events an officer is to expect over the whole period, and permits, for a chart to be kept.
LEAST_EXPECTED, LEAST_PERMITS = 1.0, 20
#: Weeks below which there is no week by week.
LEAST_WEEKS = 26
_NOTHING: Ints = np.empty(0, dtype=np.int64)
STANDING = pl.Schema(
    {
        "office": pl.String(),
        "officer": pl.String(),
        "code": pl.String(),
        "since": pl.Date(),
        "last": pl.Date(),
        "observed": pl.Int64(),
        "expected": pl.Float64(),
        "chart": pl.Float64(),
        "limit": pl.Float64(),
    }
)


@dataclass(frozen=True, slots=True)
class Monitored:
    """The charts of a register.

    Attributes:
        charts: kept; `weeks`, of each.
        by_chance: charts that would stand above their limit in the last week if every officer were innocent,
            those with fewer than the least events among them.
        standing: columns of STANDING, by office, officer and code: `since`, first day of the week from which the chart
            stands above the limit without a break; `last`, first day of the week of the last event: a chart comes down
            slowly, and what it rose for may be over; `observed` and `expected` since the rise began.
        not_assessed: (what, reason).
    """

    charts: int = 0
    weeks: int = 0
    by_chance: float = 0.0
    standing: pl.DataFrame = field(default_factory=STANDING.to_frame)
    not_assessed: tuple[tuple[str, str], ...] = ()


def monitored(
    exposure: pl.DataFrame,
    flags: pl.DataFrame,
    masks: pl.DataFrame | None,
    overdispersion: Mapping[str, float],
    indicators: Iterable[Indicator] = (),
    minimum_events: int = 3,
) -> Monitored:
    """Keep the charts of all officers and say whose stand above the limit in the last week.

    Args:
        exposure: a row a permit, as `leads` takes it.
        flags: code, permit_number.
        masks: code, permit_number: permits that an indicator cannot judge.
        overdispersion: of each indicator among the officers; others have no chart.
        indicators: what is a party's own is counted once of each such party, as in `leads`.
        minimum_events: events since the chart rose below which it is not told.
    """
    if not overdispersion:
        return Monitored(not_assessed=(("week by week", "no indicator can be judged"),))
    coded = permits(exposure, flags, masks)
    if len(coded) and "officer" not in coded.parties:
        return Monitored(not_assessed=(("week by week", "no permit names an officer"),))
    own = {one.code: one for one in indicators if one.own and "officer" not in one.own}
    made = table(coded, ("officer",), LEAST_PERMITS) if len(coded) else None
    if made is None or not len(made):
        return Monitored(not_assessed=(("week by week", f"no officer has {LEAST_PERMITS} permits"),))
    start = int(coded.days.min())
    weeks = (int(coded.days.max()) - start) // 7 + 1
    if weeks < LEAST_WEEKS:
        return Monitored(not_assessed=(("week by week", f"{weeks} weeks of permits are fewer than {LEAST_WEEKS}"),))
    split, week = cells(coded, made), (coded.days.astype(np.int64) - start) // 7
    found, charts, by_chance, refused = [STANDING.to_frame()], 0, 0.0, []
    for code in sorted(overdispersion):
        of_flags, of_masks = coded.flags.get(code, _NOTHING), coded.masks.get(code, _NOTHING)
        whole = totals(coded, np.setdiff1d(of_flags, of_masks), of_masks)
        if code in own:
            whole = counted_once(coded, made, own[code], whole)
        observed, expected = _by_week(coded, split, whole, week, weeks)
        kept = np.flatnonzero(expected.sum(axis=1) >= LEAST_EXPECTED)
        if not len(kept):
            refused.append(
                (f"week by week, {code}", f"no officer is to expect {LEAST_EXPECTED:g} event in the whole period")
            )
            continue
        observed, expected, alpha = observed[kept], expected[kept], overdispersion[code]
        at = limit(expected, alpha)
        charts, by_chance = charts + len(kept), by_chance + len(kept) * at.at_end
        values = chart(observed, expected, alpha)
        up = np.flatnonzero(values[:, -1] > at.value)
        rows = _told(coded, made, kept[up], code, start, values[up], at.value, observed[up], expected[up])
        found.append(rows.filter(pl.col("observed") >= minimum_events))
    standing = pl.concat(found).sort("office", "officer", "code")
    return Monitored(charts, weeks, by_chance, standing, tuple(refused))


def _by_week(coded: Permits, split: Cells, whole: Totals, week: Ints, weeks: int) -> tuple[Floats, Floats]:
    """Observed and expected events, (units, weeks), as `strata.counted` has them over the whole period."""
    rate = counted(split, whole).rate
    judged = (split.row >= 0) & whole.able[coded.cells[0]]
    judged[whole.masked] = False
    flagged = np.zeros(len(coded), dtype=bool)
    flagged[whole.flagged] = True
    at = np.flatnonzero(judged)
    place = split.unit[split.row[at]].astype(np.int64) * weeks + week[at]
    size, shape = split.units * weeks, (split.units, weeks)
    observed: Floats = np.bincount(place, flagged[at], size).astype(np.float64)
    expected: Floats = np.bincount(place, rate[split.row[at]], size).astype(np.float64)
    return observed.reshape(shape), expected.reshape(shape)


def _told(
    coded: Permits, made: Table, units: Ints, code: str, start: int,
    values: Floats, at: float, observed: Floats, expected: Floats,
) -> pl.DataFrame:  # fmt: skip
    """A row a chart that stands above the limit `at` in its last week."""
    officers, offices = coded.parties["officer"], coded.parties["office"]
    rows = []
    for unit, value, seen, due in zip(units, values, observed, expected, strict=True):
        below = np.flatnonzero(value <= at)
        since = int(below[-1]) + 1 if len(below) else 0
        # The rise that carried the chart over its limit began when it last left zero.
        rests = np.flatnonzero(value[:since] == 0.0)
        rise = int(rests[-1]) + 1 if len(rests) else 0
        place = made.example[unit]
        rows.append(
            {
                "office": offices.ids[offices.codes[place]],
                "officer": officers.ids[officers.codes[place]],
                "code": code,
                "since": start + 7 * since,
                "last": start + 7 * int(np.flatnonzero(seen)[-1]),
                "observed": int(seen[rise:].sum()),
                "expected": float(due[rise:].sum()),
                "chart": float(value[-1]),
                "limit": at,
            }
        )
    return pl.DataFrame(rows, schema={**STANDING, "since": pl.Int32(), "last": pl.Int32()}).cast(STANDING)
