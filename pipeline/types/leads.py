"""Leads: what the statistics of the office audit say of an office, officer, agency, employer, clinic or a pair of them.

A lead is a pattern that chance does not explain within its stratum. It ranks no one and accuses no one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """How probable it is that something other than chance is behind a lead: below 0.5, below 0.9, from 0.9."""

    LOOK = "look"
    LIKELY = "likely"
    VERY_LIKELY = "very likely"


def band(posterior: float) -> Band:
    """The band of a posterior probability (limits inclusive below)."""
    if posterior >= 0.9:
        return Band.VERY_LIKELY
    if posterior >= 0.5:
        return Band.LIKELY
    return Band.LOOK


class Counts(StrEnum):
    """What an indicator counts."""

    FLAGS = "flags"
    #: Permits of an officer with a counterpart, against the assignment that the rules prescribe.
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One kind of event the audit counts.

    Attributes:
        code: OFF code.
        minimum_events: from which it can be a pattern.
        own: kinds of party of which the flags are a property: alone such a party shows nothing by them.
    """

    code: str
    minimum_events: int = 3
    counts: Counts = Counts.FLAGS
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """What a run of the audit is asked for.

    Attributes:
        fdr: nominal false-discovery rate over all tests of the run.
        minimum_events: flagged permits below which nothing is a pattern.
        bootstrap: draws of the whole register under the null.
        seed: of the bootstrap and of the permutations; the same seed gives the same leads.

    Raises:
        ValueError: for a rate outside (0, 1), or no event or draw.
    """

    fdr: float = 0.10
    minimum_events: int = 3
    bootstrap: int = 200
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.fdr < 1.0:
            raise ValueError(f"false-discovery rate {self.fdr} is not between 0 and 1")
        if self.minimum_events < 1 or self.bootstrap < 1:
            raise ValueError("an audit needs at least one event and one draw")


@dataclass(frozen=True, slots=True)
class Tried:
    """An innocent cause that was tried: on what data, and what came out."""

    cause: str
    data: str
    result: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth knowing about the time of a lead, no evidence by itself: on what data, and what came out."""

    what: str
    data: str
    result: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A pattern that chance does not explain.

    Attributes:
        code: the OFF code with the strongest evidence; `observed` to `interval` are of it alone.
        subject: kind and id of each party, such as `(("officer", "OF-1"), ("agency", "AG-7"))`.
        office: where most of the permits behind it were issued.
        window: first and last day of the most likely window.
        observed: permits of the subject flagged by `code`.
        expected: how many its strata give, without the subject.
        ratio: observed / expected.
        interval: exact 95 % interval of the ratio (Garwood 1936).
        q: false-discovery rate at which this lead and all stronger ones are raised.
        posterior: probability that something other than chance is behind it.
        permits: flagged permits behind it, in order of number.
        stratum: what the subject was compared with.
        evidence: (indicator code, observed, expected) of every indicator that speaks for it, strongest first.
        status: new or persisting.
        window_between: first and last day on which the window may begin, and on which it may end (profile likelihood,
            95 %); None where not told.
        signalled: first day of the week in which a chart kept week by week would first have signalled; None: never.
        noted: on its time.
    """

    code: str
    subject: tuple[tuple[str, str], ...]
    office: str
    window: tuple[dt.date, dt.date]
    observed: int
    expected: float
    ratio: float
    interval: tuple[float, float]
    q: float
    posterior: float
    band: Band
    permits: tuple[str, ...]
    stratum: str
    evidence: tuple[tuple[str, int, float], ...]
    innocent_causes_tried: tuple[Tried, ...] = ()
    status: str = "new"
    window_between: tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]] | None = None
    signalled: dt.date | None = None
    noted: tuple[Noted, ...] = ()
