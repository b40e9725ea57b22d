"""Leads of an office audit: exposure and flags of one register in, patterns that chance does not explain out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.audit.assignment import PAIRS, excess_pairs
from pipeline.audit.candidates import Candidate, distinct, passing
from pipeline.audit.cusum import first_signal
from pipeline.audit.effects import Base
from pipeline.audit.exposure import COLUMNS, Ints, Permits, permits
from pipeline.audit.fdr import benjamini_hochberg
from pipeline.audit.funnel import funnel
from pipeline.audit.indicators import Prepared, prepared
from pipeline.audit.pairs import subject, tables
from pipeline.audit.posterior import posterior
from pipeline.audit.score import Scored, scored
from pipeline.audit.strata import Floats
from pipeline.audit.tails import ratio_interval
from pipeline.audit.windows import most_likely
from pipeline.types.leads import AuditSettings, Indicator, Lead, band

#: Most that is said of a party without a counterpart: how far innocent parties alone can depart is not in the model,
#: and officers with long tails were half of such leads; two who depart together are another matter.
_ALONE = 0.89
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Audited:
    """What an audit found and on what it rests.

    Attributes:
        leads: strongest first.
        tests: units judged, over all tables.
        nominal_fdr: asked for.
        overdispersion: of each indicator among the officers, or among the first table there is.
        funnels: per indicator, one row a unit of that table: office, unit, n, observed, expected, limits.
        coverage: permits left out, by reason.
        not_assessed: (indicator code or kind of unit, reason).
        assignment: pairs above the assignment that the rules prescribe (`excess_pairs`); no leads by themselves.
    """

    leads: tuple[Lead, ...]
    tests: int
    nominal_fdr: float
    overdispersion: Mapping[str, float]
    funnels: Mapping[str, pl.DataFrame]
    coverage: Mapping[str, int]
    not_assessed: tuple[tuple[str, str], ...]
    assignment: pl.DataFrame


def leads(
    exposure: pl.DataFrame | pl.LazyFrame,
    flags: pl.DataFrame,
    indicators: Iterable[Indicator],
    settings: AuditSettings,
    masks: pl.DataFrame | None = None,
) -> Audited:
    """Leads of a register.

    Args:
        exposure: one row a permit: permit_number, office_id, stratum, issued_on (Date) and the parties' ids, null where
            unknown; a column of a party may be absent. Of a lazy frame one column at a time is held.
        flags: code, permit_number.
        indicators: what to count; other codes of `flags` are ignored.
        settings: rate, events, draws, seed.
        masks: code, permit_number: permits that an indicator cannot judge.

    Returns:
        Leads and what they rest on; the same input and seed give the same.
    """
    coded = permits(exposure, flags, masks)
    ready = prepared(coded, tuple(indicators), settings)
    made, bases = _every_table(coded, ready, settings)
    generator = np.random.default_rng([settings.seed, len(made)])
    found, tests = passing(ready, made, settings.fdr)
    kept, alone = distinct(coded, found, generator)
    coverage = dict(coded.coverage)
    coverage |= {f"{of.table.name}: nothing alike in their strata": of.incomparable for of in made if of.incomparable}
    if alone:
        coverage["officers or workstations whose flags concentrate on nobody outside"] = alone
    return Audited(
        leads=_raised(coded, kept, tests, settings),
        tests=tests,
        nominal_fdr=settings.fdr,
        overdispersion=dict(zip(made[0].codes, map(float, made[0].alphas), strict=True)) if made else {},
        funnels=_funnels(coded, made[0].codes, next(iter(bases.values()))) if bases else {},
        coverage=coverage,
        not_assessed=(*_not_assessed(coded, made), *ready.not_assessed),
        assignment=_assignment(coded, made, settings, generator),
    )


def _every_table(coded: Permits, ready: Prepared, settings: AuditSettings) -> tuple[list[Scored], Mapping[str, Base]]:
    """Every table scored, single units first, because pairs are held against their parties; and their counts."""
    made: list[Scored] = []
    bases: dict[str, Base] = {}
    if not ready.flagged:
        return made, bases
    with ThreadPoolExecutor(max_workers=1) as tails:
        for number, table in enumerate(tables(coded, settings.minimum_events)):
            found, counts = scored(coded, table, ready, bases, settings, number, tails)
            made += found
            if len(table.kinds) == 1:
                bases[table.kinds[0]] = counts
    return made, bases


def _assignment(
    coded: Permits, made: Sequence[Scored], settings: AuditSettings, generator: np.random.Generator
) -> pl.DataFrame:
    """Pairs of officers and counterparts above the assignment; none where no indicator asks for them."""
    return pl.concat(
        [
            pl.DataFrame(schema=PAIRS),
            *(
                excess_pairs(coded, of.table, of.pairs, float(of.alphas[-1]), settings.fdr, generator)
                for of in made
                if of.pairs is not None and not of.table.months
            ),
        ]
    )


def _not_assessed(coded: Permits, made: Sequence[Scored]) -> list[tuple[str, str]]:
    if not len(coded):
        return [("permits", "none has a number, an office and a day of issue")]
    reasons = [(kind, "no permit names one") for kind in COLUMNS if kind not in coded.parties]
    reasons += [
        (of.table.name, "nothing alike to compare with: each has nearly all permits of its strata")
        for of in made
        if not of.tests and not of.table.months
    ]
    return reasons


def _raised(coded: Permits, kept: Sequence[Candidate], tests: int, settings: AuditSettings) -> tuple[Lead, ...]:
    """The kept candidates that hold the rate, as leads."""
    if not kept:
        return ()
    rates = benjamini_hochberg(np.array([candidate.p for candidate in kept]), tests)
    raised = (_lead(coded, candidate, float(q)) for candidate, q in zip(kept, rates, strict=True) if q <= settings.fdr)
    return tuple(sorted(raised, key=lambda lead: (-lead.posterior, lead.q)))


def _lead(coded: Permits, found: Candidate, q: float) -> Lead:
    made, unit = found.scored, found.unit
    rows = found.supporting()
    counts = found.kept
    evidence = tuple((made.codes[row], int(counts.observed[row]), float(counts.expected[row])) for row in rows)
    code, observed, expected = evidence[0]
    when = _when(coded, found, rows)
    flagged = _behind(coded, found, rows, when.window)
    offices = coded.parties["office"]
    office, stratum = _most(offices.codes[flagged]), _most(coded.cells[0][flagged])
    # The rate of a list is a bound on that of its last lead: none of it is more certain than the list.
    probability = min(float(posterior(np.array([counts.evidence]), made.share)[0]), 1.0 - q)
    if len(made.table.kinds) == 1:
        probability = min(probability, _ALONE)
    return Lead(
        code=code,
        subject=subject(coded, made.table, unit),
        office=offices.ids[office],
        window=when.window,
        observed=observed,
        expected=expected,
        ratio=observed / expected,
        interval=ratio_interval(observed, expected),
        q=q,
        posterior=probability,
        band=band(probability),
        permits=tuple(coded.numbers[np.sort(flagged)]),
        stratum=f"{coded.strata[stratum]} at {offices.ids[office]}, month by month, without the subject"
        + _run(found, coded),
        evidence=evidence,
        window_between=when.between,
        signalled=when.signalled,
    )


def _run(found: Candidate, coded: Permits) -> str:
    """In words, the months that were counted, where they are not all."""
    if found.scored.first_month is None:
        return ""
    first = int(found.scored.first_month[found.unit])
    return f", counted over the {found.scored.table.months} months from {_month(coded, first)}"


def _month(coded: Permits, number: int) -> str:
    """A month of the exposure as YYYY-MM."""
    began = _EPOCH + dt.timedelta(int(coded.days.min()))
    months = began.year * 12 + began.month - 1 + number
    return f"{months // 12}-{months % 12 + 1:02d}"


def _of_flags(found: Candidate, rows: Sequence[int]) -> list[int]:
    """Rows of the supporting indicators that count flags; pairs only where nothing else speaks."""
    return [row for row in rows if row != found.scored.pairs_row] or list(rows)


def _behind(coded: Permits, found: Candidate, rows: Sequence[int], window: tuple[dt.date, dt.date]) -> Ints:
    """Positions of the flagged permits that were counted, and of those of the same parties in the window."""
    days = coded.days[found.kept.at]
    first, last = ((day - _EPOCH).days for day in window)
    meant = found.kept.inside | ((days >= first) & (days <= last))
    return found.kept.at[meant & found.flags[_of_flags(found, rows)].any(axis=0)]


def _most(codes: np.ndarray) -> int:
    return int(np.bincount(codes).argmax())


@dataclass(frozen=True, slots=True)
class _When:
    """First and last flagged permit within the most likely weeks, the range of either, and a chart's first signal."""

    window: tuple[dt.date, dt.date]
    between: tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]
    signalled: dt.date | None


def _when(coded: Permits, found: Candidate, rows: Sequence[int]) -> _When:
    days = coded.days[found.kept.at].astype(np.int64)
    counted = _of_flags(found, rows)
    flags, due = found.flags[counted].sum(axis=0), found.kept.due[counted].sum(axis=0)
    start = int(days.min())
    weeks = (days - start) // 7
    count = int(weeks.max()) + 1
    window = most_likely(_weekly(weeks, flags, count), _weekly(weeks, due, count))
    inside = days[(weeks >= window.first) & (weeks <= window.last) & (flags > 0)]
    first, last = int(inside.min()), int(inside.max())
    begins, ends = (
        (min(start + 7 * between[0], at), min(max(start + 7 * between[1] + 6, at), int(days.max())))
        for between, at in ((window.first_between, first), (window.last_between, last))
    )
    strongest = [_weekly(weeks, of[rows[0]], count) for of in (found.flags, found.kept.due)]
    signal = first_signal(strongest[0], strongest[1], float(found.scored.alphas[rows[0]]))
    return _When(
        window=(_day(first), _day(last)),
        between=((_day(begins[0]), _day(begins[1])), (_day(ends[0]), _day(ends[1]))),
        signalled=None if signal is None else _day(start + 7 * signal),
    )


def _day(number: int) -> dt.date:
    return _EPOCH + dt.timedelta(number)


def _weekly(weeks: np.ndarray, values: np.ndarray, count: int) -> Floats:
    return np.bincount(weeks, weights=values, minlength=count).astype(np.float64)


def _funnels(coded: Permits, codes: Sequence[str], base: Base) -> dict[str, pl.DataFrame]:
    """Per indicator, the units of one table within their limits."""
    at = base.table.example
    party, office = coded.parties[base.table.kinds[0]], coded.parties["office"]
    names = [party.ids[code] for code in party.codes[at]]
    offices = [office.ids[code] for code in office.codes[at]]
    return {
        code: funnel(names, offices, base.table.size, base.observed[row], base.expected[row], float(base.alphas[row]))
        for row, code in enumerate(codes)
    }
