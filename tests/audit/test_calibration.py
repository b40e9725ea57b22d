"""A public case as calibration: the same number is 49 or 4 standard deviations out, by what one holds it against.

United States v. Sestak (District of Columbia, 2013 to 2015), figures as reported of the complaint: in some months of
2012 a consulate refused 35.1 % of 31,386 applications, and one officer 8.2 % of the 5,489 that he decided. The case
itself is about bribes, and was decided on other evidence.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.audit.dispersion import overdispersion
from pipeline.audit.funnel import funnel

ALL, REFUSED = 31_386, 11_016
HIS, HIS_REFUSED = 5_489, 450
PEERS = (REFUSED - HIS_REFUSED) / (ALL - HIS)
EXPECTED = HIS * PEERS


def peers(points: float, officers: int = 400) -> np.ndarray:
    """Refusals of innocent officers with as many cases, whose own rates differ by so many percentage points (SD)."""
    generator = np.random.default_rng(2012)
    spread = (points / 100 / PEERS) ** 2
    return generator.poisson(EXPECTED * generator.gamma(1 / spread, spread, officers))


def deviations(alpha: float) -> float:
    """How far out he is, in standard deviations of the negative binomial."""
    return (HIS_REFUSED - EXPECTED) / float(np.sqrt(EXPECTED + alpha * EXPECTED**2))


def test_by_the_binomial_alone_he_is_49_standard_deviations_out() -> None:
    assert pytest.approx(0.408, abs=5e-4) == PEERS
    naive = (HIS_REFUSED - EXPECTED) / stats.binom.std(HIS, PEERS)
    assert naive == pytest.approx(-49, abs=0.5)


@pytest.mark.parametrize(("points", "out"), [(8, -4.1), (12, -2.7)])
def test_among_officers_who_differ_he_is_a_few(points: float, out: float) -> None:
    alpha = overdispersion(peers(points), np.full(400, EXPECTED))
    assert np.sqrt(alpha) * PEERS * 100 == pytest.approx(points, rel=0.1)
    assert deviations(alpha) == pytest.approx(out, rel=0.1)
    assert deviations((points / 100 / PEERS) ** 2) == pytest.approx(out, abs=0.1)


def test_limits_without_over_dispersion_call_nearly_every_innocent_officer_out() -> None:
    counts = peers(8)
    many = len(counts)
    mean, sizes = np.full(many, EXPECTED), np.full(many, HIS)
    names = [f"OF-{at}" for at in range(many)]

    def beyond(alpha: float) -> float:
        limits = funnel(names, ["01"] * many, sizes, counts, mean, alpha)
        out = (limits["observed"] < limits["low998"]) | (limits["observed"] > limits["high998"])
        return int(out.sum()) / many

    assert beyond(0.0) > 0.6
    assert beyond(overdispersion(counts, mean)) < 0.02
