"""Indicators of a run made ready to count: totals per stratum, which cannot be assessed and why, and joint flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Ints, Permits
from pipeline.audit.pairs import Table
from pipeline.audit.strata import Floats, Totals, totals
from pipeline.types.leads import AuditSettings, Counts, Indicator

Bools = npt.NDArray[np.bool_]

#: What may be added at most (a factor of 20) by what only supports other flags and is no pattern without any.
SUPPORT_CAP = float(np.log(20.0))
#: Combinations of indicators drawn together at most, and the permits from which one is.
_MOST_JOINT, _LEAST_JOINT = 12, 5
_NOTHING: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Prepared:
    """The indicators that can be assessed, in order of code.

    Attributes:
        flagged: indicators that count flags, with their totals.
        bits: per permit, one bit a row of `flagged` that flags it.
        once: by row of `flagged`, the same with one event a party that has them as its own: a hundred permits of one
            employer above its quota are one cause, and no hundred events of its agency.
        pairing: the indicator that counts pairs, or None.
        joint: rows of `flagged` that flag the same permits, with their totals.
        not_assessed: (code, reason).
    """

    flagged: tuple[tuple[Indicator, Totals], ...]
    bits: npt.NDArray[np.int32]
    once: Mapping[int, Totals]
    pairing: Indicator | None
    joint: tuple[tuple[tuple[int, ...], Totals], ...]
    not_assessed: tuple[tuple[str, str], ...]

    def pairs_row(self, table: Table) -> int | None:
        """Row that counts pairs; None where a table's units are none."""
        return len(self.flagged) if self.pairing and table.assigned else None

    def codes(self, table: Table) -> tuple[str, ...]:
        """Codes of the rows counted for a table."""
        codes = tuple(indicator.code for indicator, _ in self.flagged)
        return codes if self.pairs_row(table) is None or self.pairing is None else (*codes, self.pairing.code)

    def wholes(self, table: Table) -> tuple[Totals, ...]:
        """Totals of the rows that count flags, as a table counts them."""
        return tuple(
            self.once[row] if row in self.once and not set(indicator.own) & set(table.kinds) else whole
            for row, (indicator, whole) in enumerate(self.flagged)
        )

    def supports(self, table: Table) -> Bools:
        """Of each row, whether it only supports others: pairing, and what is a property of the table's single party."""
        kind = table.kinds[0] if len(table.kinds) == 1 else None
        flags = [kind in indicator.own for indicator, _ in self.flagged]
        return np.array(flags if self.pairs_row(table) is None else [*flags, True])

    def caps(self, table: Table) -> Floats:
        """What each row may say at most."""
        return np.where(self.supports(table), SUPPORT_CAP, np.inf)

    def minimum(self, table: Table, settings: AuditSettings) -> Floats:
        """Events of each row from which a unit can be a pattern; what only supports never is one."""
        least = [float(max(indicator.minimum_events, settings.minimum_events)) for indicator, _ in self.flagged]
        if self.pairs_row(table) is not None:
            least.append(np.inf)
        return np.where(self.supports(table), np.inf, least)


def _once(permits: Permits, indicator: Indicator, flags: Ints, masked: Ints) -> Totals | None:
    """One event a party of the first kind that has the indicator as its own; the others count neither way."""
    party = permits.parties.get(indicator.own[0]) if indicator.own else None
    if party is None:
        return None
    owner = party.codes[flags]
    # Positions stand in order of permit number: the first of each party stays.
    _, first = np.unique(owner, return_index=True)
    stays = owner < 0
    stays[first] = True
    return totals(permits, flags[stays], np.union1d(masked, flags[~stays]))


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


def _bits(permits: Permits, flagged: Sequence[tuple[Indicator, Totals]]) -> npt.NDArray[np.int32]:
    bits = np.zeros(len(permits), dtype=np.int32)
    for at, (_, whole) in enumerate(flagged):
        bits[whole.flagged] |= 1 << at
    return bits


def _joint(
    permits: Permits, flagged: Sequence[tuple[Indicator, Totals]], bits: npt.NDArray[np.int32]
) -> list[tuple[tuple[int, ...], Totals]]:
    """The combinations of indicators that most often flag one permit together."""
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
    flagged: list[tuple[Indicator, Totals]] = []
    once: dict[int, Totals] = {}
    refused: list[tuple[str, str]] = []
    pairing = None
    for indicator in sorted(indicators, key=lambda indicator: indicator.code):
        if indicator.counts is Counts.PAIRS:
            pairing = indicator
            continue
        masked = permits.masks.get(indicator.code, _NOTHING)
        flags = np.setdiff1d(permits.flags.get(indicator.code, _NOTHING), masked)
        floor = max(indicator.minimum_events, settings.minimum_events)
        reason = _why_not(len(flags), len(permits) - len(masked), floor)
        if reason is None:
            one = _once(permits, indicator, flags, masked)
            if one is not None:
                once[len(flagged)] = one
            flagged.append((indicator, totals(permits, flags, masked)))
        else:
            refused.append((indicator.code, reason))
    if pairing and "officer" not in permits.parties:
        refused.append((pairing.code, "no permit names an officer: the assignment cannot be told"))
        pairing = None
    bits = _bits(permits, flagged)
    return Prepared(tuple(flagged), bits, once, pairing, tuple(_joint(permits, flagged, bits)), tuple(refused))
