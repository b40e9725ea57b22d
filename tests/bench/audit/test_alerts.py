"""Figures of the audit's benchmark from cases that can be counted by hand, and the baselines against scipy."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from fixtures.utopia.ministry.schemes.truth import Ring
from tests.bench.audit import baselines
from tests.bench.audit.alerts import Alert, figures, look_alikes, overlap, scored

DAY = dt.date(2025, 3, 1)


def ring(name: str, officer: str, agency: str, permits: tuple[str, ...], benign: bool = False) -> Ring:
    last = DAY + dt.timedelta(days=9)
    return Ring(
        name, "desk" if benign else "scheme", "weak", benign, "01", (officer,), "agency", (agency,), DAY, last,
        ("OFF101",), permits,
    )  # fmt: skip


RINGS = [ring("R1", "A", "X", ("1", "2")), ring("R2", "B", "Y", ("3", "4")), ring("B3", "C", "Z", ("5",), benign=True)]


@pytest.mark.parametrize(
    ("subject", "permits", "hit"),
    [
        ((("officer", "A"),), (), True),
        ((("officer", "A"), ("agency", "X")), (), True),
        ((("workstation", "WS-A"),), (), True),
        ((("officer", "A"), ("agency", "Y")), (), False),
        ((("agency", "A"),), (), False),
        ((("office", "01"), ("agency", "X")), (), True),
        ((("office", "02"), ("agency", "X")), (), False),
        ((("office", "01"),), ("1", "9"), True),
        ((("office", "01"),), ("1", "8", "9"), False),
        ((("officer", "C"),), ("5",), False),
    ],
)
def test_an_alert_is_true_of_members_and_of_half_the_permits(
    subject: tuple[tuple[str, str], ...], permits: tuple[str, ...], hit: bool
) -> None:
    assert scored([Alert("OFF101", subject, permits)], RINGS, 0.0).false == (not hit)


def test_figures_of_two_registers_are_pooled_and_the_fdr_is_averaged() -> None:
    good = Alert("OFF101", (("officer", "A"),), window=(DAY, DAY + dt.timedelta(days=4)), posterior=0.95)
    bad = Alert("OFF101", (("officer", "C"),), posterior=0.5)
    told = figures([scored([good, bad], RINGS, 1.0), scored([], RINGS, 3.0)])
    assert told["precision"]["share"] == 0.5
    assert told["realised_fdr"] == 0.25
    assert told["rings_found"]["weak"] | {} == told["rings_found_but_adaptive"]
    assert (told["rings_found"]["weak"]["count"], told["rings_found"]["weak"]["n"]) == (1, 4)
    assert told["rings_found"]["medium"]["n"] == 0
    assert told["posterior_above_0.9"]["count"] == told["posterior_above_0.9"]["n"] == 1
    assert told["window_overlap_median"] == 0.5
    assert told["seconds"] == 2.0


def test_false_alerts_are_told_by_the_look_alike_they_point_at() -> None:
    said = [Alert("", (("officer", name),)) for name in "ACD"]
    assert look_alikes(said, RINGS) == {"desk": 1, "nothing": 1}


def test_windows_overlap_by_days_in_both_over_days_in_either() -> None:
    day = dt.timedelta(days=1)
    assert overlap((DAY, DAY), (DAY, DAY)) == 1.0
    assert overlap((DAY, DAY), (DAY + day, DAY + day)) == 0.0
    assert overlap((DAY, DAY + 2 * day), (DAY + 2 * day, DAY + 4 * day)) == 0.2


def tables(counts: dict[tuple[str, str], tuple[int, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Exposure and flags from officer and agency -> permits and flagged ones."""
    rows: list[tuple[str, ...]] = []
    flagged: list[tuple[str, str]] = []
    for (officer, agency), (n, k) in counts.items():
        for number in range(n):
            permit = f"{officer}{agency}{number}"
            rows.append((permit, officer, agency, f"E{len(rows) // 3}", "K"))
            flagged += [("OFF101", permit)] if number < k else []
    names = ["permit_number", "officer_id", "agency_id", "employer_id", "clinic_id"]
    return (
        pl.DataFrame(rows, schema=names, orient="row"),
        pl.DataFrame(flagged, schema=["code", "permit_number"], orient="row"),
    )


def test_three_sigma_and_fence_point_at_the_one_officer_who_differs() -> None:
    counts = {(f"O{n}", f"A{n % 5}"): (200, 2 + n % 3) for n in range(20)} | {("BAD", "A0"): (200, 40)}
    exposure, flags = tables(counts)
    for method in (baselines.above_three_sigma, baselines.above_the_fence):
        assert [one.subject for one in method(exposure, flags) if one.subject[0][0] == "officer"] == [
            (("officer", "BAD"),)
        ]


def test_the_lift_is_fisher_s_exact_test_with_benjamini_and_hochberg() -> None:
    rng = np.random.default_rng(3)
    counts = {(f"O{o}", f"A{a}"): (int(rng.integers(3, 12)), 0) for o in range(6) for a in range(6)}
    counts["O1", "A1"] = (60, 0)
    exposure, flags = tables(counts)
    total = exposure.height
    officer = {o: sum(n for (one, _), (n, _) in counts.items() if one == o) for o, _ in counts}
    agency = {a: sum(n for (_, one), (n, _) in counts.items() if one == a) for _, a in counts}
    p = {}
    for (o, a), (k, _) in counts.items():
        n, m = officer[o], agency[a]
        p[o, a] = fisher_exact([[k, n - k], [m - k, total - n - m + k]], alternative="greater").pvalue
    q = false_discovery_control(list(p.values()))
    wanted = {pair for pair, one in zip(p, q, strict=True) if one <= baselines.LIFT_Q}
    found = {
        (one.subject[0][1], one.subject[1][1])
        for one in baselines.lift(exposure, flags)
        if one.subject[1][0] == "agency"
    }
    assert found == wanted == {("O1", "A1")}


def test_nothing_is_said_of_an_empty_register() -> None:
    exposure, flags = tables({("O", "A"): (5, 0)})
    run, _ = baselines.methods()
    for method in run.values():
        assert method(exposure, flags.cast(pl.String)) == [] or method is baselines.lift
