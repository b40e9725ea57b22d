"""What is a party's own property counts once a unit, in all that follows from the counts."""

from __future__ import annotations

import polars as pl

from pipeline.audit.leads import Audited, leads
from pipeline.types.leads import AuditSettings, Indicator
from tests.audit.registers import INDICATORS, Ring, exposure, flags, planted

_SETTINGS = AuditSettings(bootstrap=20)
_OWN = (Indicator("OFF107", own=("employer",)), Indicator("OFF117", own=("employer",)))
_RINGS = [Ring(f"OF-{10 * at}", f"O-{at}", 0, 60, {"OFF103": 0.35, "OFF114": 0.35}, (0, 700)) for at in range(4)]


def _audited(of: pl.DataFrame, flagged: pl.DataFrame) -> Audited:
    return leads(of, flagged, [*INDICATORS, *_OWN], _SETTINGS)


def _with_own(of: pl.DataFrame, employers: list[str]) -> pl.DataFrame:
    """Flags of both own indicators on every permit of some employers."""
    theirs = of.filter(pl.col("employer_id").is_in(employers))["permit_number"]
    return pl.concat([pl.DataFrame({"code": one.code, "permit_number": theirs}) for one in _OWN])


def test_employers_that_have_both_by_themselves_hide_no_ring() -> None:
    of, flagged = planted(*(made := exposure(20_000, 1), flags(made, 1)), _RINGS, 1)
    employers = of["employer_id"].unique().sort().sample(8, seed=1).to_list()
    found = {one.subject for one in _audited(of, flagged).leads}
    beside = {one.subject for one in _audited(of, pl.concat([flagged, _with_own(of, employers)])).leads}
    assert len(found) >= 4
    assert found <= beside


def test_permits_of_one_employer_make_no_officer_a_lead() -> None:
    of = exposure(20_000, 2)
    mine = of.filter(pl.col("officer_id") == "OF-3")
    employer = mine["employer_id"].value_counts(sort=True)["employer_id"][0]
    # Forty more permits of one employer, all with this officer and all above its quota.
    extra = mine.head(40).with_columns(
        employer_id=pl.lit(employer), permit_number=pl.format("X{}", pl.int_range(pl.len()))
    )
    above = extra.select(pl.lit("OFF107").alias("code"), "permit_number")
    scattered = of.sample(200, seed=4).select(pl.lit("OFF107").alias("code"), "permit_number")
    found = _audited(pl.concat([of, extra]), pl.concat([flags(of, 2), scattered, above]).unique(maintain_order=True))
    assert not any(
        dict(one.subject).get("officer") == "OF-3" and "employer" not in dict(one.subject) for one in found.leads
    )
    funnel = found.funnels["OFF107"].filter(unit="OF-3")
    assert funnel["observed"].item() < 12
