from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.audit.leads import Audited, leads
from pipeline.types.leads import AuditSettings, Counts, Indicator
from tests.audit.registers import INDICATORS, exposure, flags

_SETTINGS = AuditSettings(bootstrap=20)
_OF = exposure(1500, seed=3, offices=2, officers=4)
_FLAGS = flags(_OF, seed=3)
_EVERY = (*INDICATORS, Indicator("OFF118", counts=Counts.PAIRS))


def _audited(of: pl.DataFrame, flagged: pl.DataFrame) -> Audited:
    return leads(of, flagged, _EVERY, _SETTINGS)


def _same(column: str, value: str) -> pl.DataFrame:
    return _OF.with_columns(pl.lit(value).alias(column))


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (_same("office_id", "O-1"), None),
        (_same("officer_id", "OF-1").with_columns(pl.lit("O-1").alias("office_id")), ("officer", "nothing alike")),
        (_OF.head(10), ("OFF102", "flagged, fewer than the 3 permits of a pattern")),
        (_OF.head(0), ("permits", "none has a number")),
        (_OF.with_columns(pl.lit(dt.date(2024, 5, 5)).alias("issued_on")), None),
        (_OF.with_columns(pl.lit(None).alias("issued_on")), ("permits", "none has a number")),
        (_OF.drop("agency_id"), ("agency", "no permit names one")),
        (_OF.with_columns(pl.lit(None, pl.String).alias("agency_id")), ("agency", "no permit names one")),
        (_same("stratum", "only"), None),
        (_same("clinic_id", "CL-1"), ("clinic", "nothing alike")),
        (_OF.with_columns(pl.lit(None, pl.String).alias("stratum")), None),
    ],
    ids=["one office", "one officer", "ten permits", "none", "one day", "no day", "no agency column", "agency unknown",
         "one stratum", "one clinic", "no stratum"],
)  # fmt: skip
def test_poor_registers_give_no_lead_from_nothing(of: pl.DataFrame, reason: tuple[str, str] | None) -> None:
    found = _audited(of, _FLAGS.filter(pl.col("permit_number").is_in(of["permit_number"].to_list())))
    assert found.leads == ()
    if reason is not None:
        assert any(what == reason[0] and reason[1] in why for what, why in found.not_assessed), found.not_assessed


def test_no_flags_is_said_of_every_indicator() -> None:
    found = _audited(_OF, _FLAGS.head(0))
    assert found.leads == () and found.tests == 0
    assert {code for code, _ in found.not_assessed} >= {indicator.code for indicator in INDICATORS}


def test_every_permit_flagged_compares_with_nothing() -> None:
    every = _OF.select(pl.lit("OFF114").alias("code"), "permit_number")
    found = _audited(_OF, every)
    assert found.leads == ()
    assert dict(found.not_assessed)["OFF114"].startswith("every permit")


def test_every_permit_flagged_beside_other_indicators() -> None:
    every = _OF.select(pl.lit("OFF114").alias("code"), "permit_number")
    found = _audited(_OF, pl.concat([_FLAGS.filter(pl.col("code") != "OFF114"), every]))
    assert found.leads == ()
    assert "OFF101" in found.overdispersion and "OFF114" not in found.overdispersion


def test_two_offices_with_one_id_hold_two_officers() -> None:
    shared = _OF.with_columns(pl.col("officer_id").str.replace(r"\d+", "1"))
    found = _audited(shared, _FLAGS)
    table = found.funnels["OFF101"]
    assert found.leads == ()
    assert table["unit"].unique().to_list() in ([], ["OF-1"])


def test_what_is_left_out_is_counted() -> None:
    odd = pl.concat([_OF, _OF.head(2), _OF.head(1).with_columns(pl.lit(None, pl.String).alias("office_id"))])
    unknown = pl.DataFrame({"code": ["OFF101"], "permit_number": ["nowhere"]})
    found = _audited(odd, pl.concat([_FLAGS, unknown]))
    assert found.coverage["permit number repeated"] == 2
    assert found.coverage["no office"] == 1
    assert found.coverage["flags of permits without exposure"] == 1


def test_a_masked_permit_counts_neither_way() -> None:
    masks = _FLAGS.filter(pl.col("code") == "OFF101")
    found = leads(_OF, _FLAGS, INDICATORS, _SETTINGS, masks)
    assert dict(found.not_assessed)["OFF101"] == "assessed: no permit flagged"


def test_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        AuditSettings(fdr=1.0)
    with pytest.raises(ValueError, match="at least one"):
        AuditSettings(minimum_events=0)
