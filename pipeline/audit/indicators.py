"""Indicators of a run made ready to count: totals per stratum, which cannot be assessed and why, and joint flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.pairs import Table
from pipeline.audit.strata import Floats, Totals, totals
from pipeline.types.leads import AuditSettings, Counts, Indicator

Bools = npt.NDArray[np.bool_]

#: What excess pairing may add at most (a factor of 20): it supports flags, and is no pattern without any.
PAIRING_CAP = float(np.log(20.0))
#: Combinations of indicators drawn together at most, and the permits from which one is.
_MOST_JOINT, _LEAST_JOINT = 12, 5
_NOTHING: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Prepared:
    """The indicators that can be assessed, in order of code.

    Attributes:
        flagged: indicators that count flags, with their totals.
        pairing: the indicator that counts pairs, or None.
        joint: rows of `flagged` that flag the same permits, with their totals.
        not_assessed: (code, reason).
    """

    flagged: tuple[tuple[Indicator, Totals], ...]
    pairing: Indicator | None
    joint: tuple[tuple[tuple[int, ...], Totals], ...]
    not_assessed: tuple[tuple[str, str], ...]

    def codes(self, pairs: bool) -> tuple[str, ...]:
        """Codes of the rows counted for a table, of pairs or of single units."""
        codes = tuple(indicator.code for indicator, _ in self.flagged)
        return (*codes, self.pairing.code) if pairs and self.pairing else codes

    def caps(self, pairs: bool) -> Floats:
        """What each row may say at most."""
        flags = [np.inf] * len(self.flagged)
        return np.array([*flags, PAIRING_CAP] if pairs and self.pairing else flags)

    def own(self, table: Table) -> Bools:
        """Of each row, whether its flags are a property of the one party that the table's units are."""
        kind = table.kinds[0] if len(table.kinds) == 1 else None
        flags = [kind in indicator.own for indicator, _ in self.flagged]
        return np.array([*flags, False] if table.assigned and self.pairing else flags)

    def minimum(self, pairs: bool, settings: AuditSettings) -> Floats:
        """Events of each row from which a unit can be a pattern; pairs alone never are."""
        least = [float(max(indicator.minimum_events, settings.minimum_events)) for indicator, _ in self.flagged]
        return np.array([*least, np.inf] if pairs and self.pairing else least)


#: Begins the reason where an indicator was judged, and too little was seen to be held against anything.
ASSESSED = "assessed: "


def _why_not(flagged: int, judged: int, floor: int) -> str | None:
    """Why an indicator is not counted; begins with ASSESSED where permits were judged and few or none flagged."""
    if not judged:
        return "no permit can be judged"
    if not flagged:
        return f"{ASSESSED}no permit flagged"
    if flagged < floor:
        return f"{ASSESSED}{flagged} flagged, fewer than the {floor} permits of a pattern"
    if flagged == judged:
        return "every permit that can be judged is flagged: nothing to compare with"
    return None


def _joint(permits: Permits, flagged: Sequence[tuple[Indicator, Totals]]) -> list[tuple[tuple[int, ...], Totals]]:
    """The combinations of indicators that most often flag one permit together."""
    bits = np.zeros(len(permits), dtype=np.int64)
    for at, (_, whole) in enumerate(flagged):
        bits[whole.flagged] |= 1 << at
    combined, counts = np.unique(bits[(bits & (bits - 1)) != 0], return_counts=True)
    found = []
    for at in np.argsort(-counts, kind="stable")[:_MOST_JOINT]:
        if counts[at] < _LEAST_JOINT:
            break
        members = tuple(row for row in range(len(flagged)) if int(combined[at]) >> row & 1)
        masked = np.unique(np.concatenate([flagged[row][1].masked for row in members]))
        found.append((members, totals(permits, np.flatnonzero(bits == combined[at]), masked)))
    return found


def prepared(permits: Permits, indicators: Sequence[Indicator], settings: AuditSettings) -> Prepared:
    """The indicators that this register lets us assess, and the reason for each that it does not."""
    flagged, pairing, refused = [], None, []
    for indicator in sorted(indicators, key=lambda indicator: indicator.code):
        if indicator.counts is Counts.PAIRS:
            pairing = indicator
            continue
        masked = permits.masks.get(indicator.code, _NOTHING)
        flags = np.setdiff1d(permits.flags.get(indicator.code, _NOTHING), masked)
        floor = max(indicator.minimum_events, settings.minimum_events)
        reason = _why_not(len(flags), len(permits) - len(masked), floor)
        if reason is None:
            flagged.append((indicator, totals(permits, flags, masked)))
        else:
            refused.append((indicator.code, reason))
    if pairing and "officer" not in permits.parties:
        refused.append((pairing.code, "no permit names an officer: the assignment cannot be told"))
        pairing = None
    return Prepared(tuple(flagged), pairing, tuple(_joint(permits, flagged)), tuple(refused))
