from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipeline.audit.leads import Audited, leads
from pipeline.types.leads import AuditSettings, Band, Counts, Indicator
from tests.audit.registers import INDICATORS, Ring, exposure, flags, planted

_SETTINGS = AuditSettings(bootstrap=50)
_EVERY = (*INDICATORS, Indicator("OFF118", counts=Counts.PAIRS))
_RING = Ring("OF-3", "O-0", 4, 45, {"OFF101": 0.5, "OFF114": 0.4}, (100, 300))


@functools.cache
def _register(seed: int, spread: float = 0.05) -> tuple[pl.DataFrame, pl.DataFrame]:
    of = exposure(12_000, seed, offices=4, officers=6)
    return of, flags(of, seed, spread)


@functools.cache
def _with_ring() -> tuple[pl.DataFrame, pl.DataFrame]:
    return planted(*_register(1), [_RING], seed=1)


@functools.cache
def _found() -> Audited:
    return leads(*_with_ring(), _EVERY, _SETTINGS)


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_chance_gives_no_lead(spread: float) -> None:
    found = [len(leads(*_register(seed, spread), _EVERY, replace(_SETTINGS, seed=seed)).leads) for seed in range(4)]
    # At a rate of 0.10 one register in ten may have one; two of four have a probability of 0.05.
    assert sum(count > 0 for count in found) <= 1, found


def test_a_ring_is_found_once_with_its_permits_and_window() -> None:
    lead, *others = _found().leads
    assert not any(set(one.subject) & set(lead.subject) for one in others)
    # At a rate of 0.10 one of chance may stand beside it.
    assert len(others) <= 1
    of, flagged = _with_ring()
    assert dict(lead.subject)["officer"] == "OF-3" and "agency" in dict(lead.subject)
    assert lead.office == "O-0" and lead.band is Band.VERY_LIKELY and lead.q < 0.01
    assert {code for code, _, _ in lead.evidence} >= {"OFF101", "OFF114"}
    start = dt.date(2024, 1, 1)
    assert 95 <= (lead.window[0] - start).days <= 140 and 260 <= (lead.window[1] - start).days <= 305
    assert lead.window_between is not None
    for day, (earliest, latest) in zip(lead.window, lead.window_between, strict=True):
        assert earliest <= day <= latest and (latest - earliest).days < 120
    assert lead.signalled is not None
    assert abs((lead.signalled - lead.window[0]).days) < 60
    named = {kind + "_id": who for kind, who in lead.subject}
    mine = flagged.join(of.filter(**named), on="permit_number")
    assert lead.observed == mine.filter(code=lead.code).height
    behind = mine.filter(pl.col("code").is_in([code for code, _, _ in lead.evidence]))
    assert set(lead.permits) == set(behind["permit_number"]) and list(lead.permits) == sorted(lead.permits)


def test_its_figures_agree_with_one_another() -> None:
    lead = _found().leads[0]
    assert lead.ratio == lead.observed / lead.expected
    assert lead.interval[0] < lead.ratio < lead.interval[1]
    assert stats.poisson.sf(lead.observed - 1, lead.interval[0] * lead.expected) == pytest.approx(0.025)
    assert lead.evidence[0] == (lead.code, lead.observed, lead.expected)
    assert lead.posterior <= 1 - lead.q


def test_the_same_input_gives_the_same_leads() -> None:
    assert leads(*_with_ring(), _EVERY, _SETTINGS).leads == _found().leads


def test_the_order_of_rows_and_indicators_says_nothing() -> None:
    of, flagged = _with_ring()
    shuffled = leads(of.sample(fraction=1, shuffle=True, seed=3), flagged[::-1], _EVERY[::-1], _SETTINGS)
    assert shuffled.leads == _found().leads


def test_a_careless_officer_alone_is_no_lead() -> None:
    of, flagged = _register(2)
    generator = np.random.default_rng(2)
    his = of.filter(officer_id="OF-8")["permit_number"]
    more = his.filter(pl.Series(generator.random(len(his)) < 0.25))
    flagged = pl.concat([flagged, pl.DataFrame({"code": "OFF101", "permit_number": more})]).unique(maintain_order=True)
    found = leads(of, flagged, _EVERY, _SETTINGS)
    assert found.leads == ()
    assert sum(count for reason, count in found.coverage.items() if "nobody outside" in reason) > 0


def test_three_events_are_needed() -> None:
    ring = replace(_RING, permits=2, rates={"OFF106": 1.0})
    of, flagged = planted(*_register(3), [ring], seed=3)
    assert leads(of, flagged, _EVERY, _SETTINGS).leads == ()


def test_funnels_and_dispersion_are_of_the_officers() -> None:
    found = _found()
    assert set(found.funnels) == set(found.overdispersion) == {indicator.code for indicator in INDICATORS}
    assert found.funnels["OFF101"].columns[:5] == ["office", "unit", "n", "observed", "expected"]
    assert found.funnels["OFF101"].height == 24
    assert found.tests > 24 and found.nominal_fdr == 0.10


def test_flags_that_come_together_by_nature_are_no_lead() -> None:
    found = []
    for seed in range(3):
        of, flagged = _register(10 + seed)
        # Night work: whatever is out of hours is fast and on a closed day too.
        night = flagged.filter(code="OFF102").select("permit_number")
        both = [night.select(pl.lit(code).alias("code"), "permit_number") for code in ("OFF101", "OFF103")]
        found.append(len(leads(of, pl.concat([flagged, *both]).unique(maintain_order=True), _EVERY, _SETTINGS).leads))
    assert sum(count > 0 for count in found) <= 1, found
