"""What a method says, and how it is held against the rings that there are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from fixtures.utopia.ministry.schemes.kinds import STRENGTHS
from fixtures.utopia.ministry.schemes.truth import Ring
from tests.bench.screening.measure import Share

Subject = tuple[tuple[str, str], ...]
#: Posterior from which a lead is in the strongest band.
VERY_LIKELY = 0.9


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of any method, about a unit or a pair of units.

    Attributes:
        subject: kind and id of each unit: officer, agency, employer, clinic, workstation.
        permits: on which it rests, where the method says so.
        window: first and last day, where it says so.
        posterior: probability that it is no chance, where it says so.
    """

    code: str
    subject: Subject
    permits: tuple[str, ...] = ()
    window: tuple[dt.date, dt.date] | None = None
    posterior: float | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Alerts of one method on one register.

    Attributes:
        alerts: in the order of the method.
        hits: of each alert the rings that it points at; empty for a false one.
        seconds: of wall clock.
    """

    alerts: Sequence[Alert]
    hits: Sequence[Sequence[Ring]]
    rings: Sequence[Ring]
    seconds: float = field(compare=False)

    @property
    def false(self) -> int:
        """Alerts that point at no ring."""
        return sum(not hit for hit in self.hits)


def scored(alerts: Sequence[Alert], rings: Sequence[Ring], seconds: float) -> Scored:
    """Hold alerts against the truth.

    An alert is true when everybody in its subject belongs to one ring, whatever the indicator, or when half of its
    permits or more are one ring's. This is lenient to methods that name no permits.
    """
    hits = _by_member(alerts, rings)
    return Scored(alerts, [[ring for ring in hit if not ring.benign] for hit in hits], rings, seconds)


def look_alikes(alerts: Sequence[Alert], rings: Sequence[Ring]) -> Counter[str]:
    """False alerts by the look-alike they point at; `nothing` where there is none."""
    found: Counter[str] = Counter()
    for hit in _by_member(alerts, rings):
        if all(ring.benign for ring in hit):
            found[hit[0].scheme if hit else "nothing"] += 1
    return found


def _by_member(alerts: Sequence[Alert], rings: Sequence[Ring]) -> list[list[Ring]]:
    members = [_members(ring) for ring in rings]
    owner: dict[str, int] = {permit: place for place, ring in enumerate(rings) for permit in ring.permits}
    found = []
    for alert in alerts:
        shares = Counter(owner[permit] for permit in alert.permits if permit in owner)
        most = [place for place, count in shares.items() if 2 * count >= len(alert.permits)]
        who = {party for party in alert.subject if party[0] != "office"}
        named = [place for place, one in enumerate(members) if who and set(alert.subject) <= one]
        found.append([rings[place] for place in sorted({*most, *named})])
    return found


def _members(ring: Ring) -> frozenset[tuple[str, str]]:
    officers = {("officer", one) for one in ring.officers} | {("workstation", f"WS-{one}") for one in ring.officers}
    # A pair of the office and a counterpart names where the ring was; an office by itself names nobody.
    return frozenset(officers | {(ring.party, one) for one in ring.counterparts} | {("office", ring.office_id)})


def overlap(one: tuple[dt.date, dt.date], other: tuple[dt.date, dt.date]) -> float:
    """Days in both windows over days in either, 0-1; last days included."""
    both = (min(one[1], other[1]) - max(one[0], other[0])).days + 1
    either = (max(one[1], other[1]) - min(one[0], other[0])).days + 1
    return max(0, both) / either if both > 0 else 0.0


def figures(runs: Sequence[Scored]) -> dict[str, Any]:
    """One method over several registers with rings."""
    strong = [
        bool(hit)
        for run in runs
        for alert, hit in zip(run.alerts, run.hits, strict=True)
        if alert.posterior is not None and alert.posterior >= VERY_LIKELY
    ]
    states = any(alert.posterior is not None for run in runs for alert in run.alerts)
    overlaps = [value for run in runs for value in _overlaps(run)]
    alerts = sum(len(run.alerts) for run in runs)
    return {
        "alerts_per_register": alerts / len(runs),
        "precision": Share(alerts - sum(run.false for run in runs), alerts).figures(),
        "realised_fdr": sum(run.false / len(run.alerts) if run.alerts else 0.0 for run in runs) / len(runs),
        "posterior_above_0.9": Share(sum(strong), len(strong)).figures() if states else None,
        "rings_found": {name: found(runs, (name,)) for name in (one.name for one in STRENGTHS)},
        "rings_found_but_adaptive": found(runs, ("medium", "weak", "faint")),
        "schemes_found": {
            scheme: found(runs, ("medium", "weak", "faint"), scheme)
            for scheme in sorted({ring.scheme for run in runs for ring in run.rings if not ring.benign})
        },
        "window_overlap_median": median(overlaps) if overlaps else None,
        "seconds": sum(run.seconds for run in runs) / len(runs),
    }


def found(runs: Iterable[Scored], strengths: tuple[str, ...], scheme: str | None = None) -> dict[str, Any]:
    """How many rings of these strengths any alert points at."""
    hit = total = 0
    for run in runs:
        pointed = {ring.ring_id for hits in run.hits for ring in hits}
        for ring in run.rings:
            if not ring.benign and ring.strength in strengths and scheme in (None, ring.scheme):
                total += 1
                hit += ring.ring_id in pointed
    return Share(hit, total).figures()


def _overlaps(run: Scored) -> list[float]:
    """Of each ring found the overlap of its window with that of the first alert that points at it."""
    first: dict[str, float] = {}
    for alert, hit in zip(run.alerts, run.hits, strict=True):
        if alert.window is not None:
            for ring in hit:
                first.setdefault(ring.ring_id, overlap(alert.window, (ring.first, ring.last)))
    return list(first.values())
