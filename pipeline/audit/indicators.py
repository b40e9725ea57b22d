"""Indicators of a run made ready to count: totals per stratum, which cannot be assessed and why, and joint flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.exposure import Ints, Permits, joined
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
        pairing: the indicator that counts pairs, or None.
        joint: rows of `flagged` that flag the same permits, with their totals.
        not_assessed: (code, reason).
    """

    flagged: tuple[tuple[Indicator, Totals], ...]
    bits: npt.NDArray[np.int32]
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

    def once(self, table: Table) -> tuple[int, ...]:
        """Rows of which a table counts one event a unit and party that has them as its own.

        A hundred permits of one employer above its quota are one cause, and no hundred events of its agency.
        """
        kinds = set(table.kinds)
        return tuple(row for row, (of, _) in enumerate(self.flagged) if of.own and not set(of.own) & kinds)

    def wholes(self, permits: Permits, table: Table) -> tuple[Totals, ...]:
        """Totals of the rows that count flags, as a table counts them."""
        once = self.once(table)
        return tuple(
            counted_once(permits, table, indicator, whole) if row in once else whole
            for row, (indicator, whole) in enumerate(self.flagged)
        )

    def shared(self, table: Table) -> tuple[tuple[tuple[int, ...], Totals], ...]:
        """What several rows flag at once, of the rows that a table counts as they are."""
        once = set(self.once(table))
        return tuple((members, whole) for members, whole in self.joint if not once.intersection(members))

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


def counted_once(permits: Permits, table: Table, indicator: Indicator, whole: Totals) -> Totals:
    """One event a unit and party of the first kind that has the indicator as its own; the rest counts neither way."""
    party = permits.parties.get(indicator.own[0])
    if party is None:
        return whole
    owner = party.codes[whole.flagged]
    # Positions stand in order of permit number: the first of each stays. Who is in no unit is one unit.
    _, first = np.unique(joined(table.unit[whole.flagged] + 1, owner), return_index=True)
    stays = owner < 0
    stays[first] = True
    masked = np.union1d(whole.masked, whole.flagged[~stays])
    return totals(permits, whole.flagged[stays], masked)


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
            flagged.append((indicator, totals(permits, flags, masked)))
        else:
            refused.append((indicator.code, reason))
    if pairing and not flagged:
        refused.append((pairing.code, "no indicator that counts flags can be judged: pairing supports flags"))
        pairing = None
    if pairing and "officer" not in permits.parties:
        refused.append((pairing.code, "no permit names an officer: the assignment cannot be told"))
        pairing = None
    bits = _bits(permits, flagged)
    return Prepared(tuple(flagged), bits, pairing, tuple(_joint(permits, flagged, bits)), tuple(refused))
