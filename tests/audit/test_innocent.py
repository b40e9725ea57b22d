"""Innocent causes: each is tried on data, and says what others alike had."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from flows.audit_tables import OFFICES
from pipeline.audit.innocent import CAUSES, innocent_causes
from pipeline.types.leads import Band, Lead, Tried
from tests.audit.made_up import office

YEAR = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


def lead(
    window: tuple[dt.date, dt.date] = YEAR, subject: tuple[tuple[str, str], ...] = (("officer", "OF-1"),), **other: str
) -> Lead:
    code = other.get("code", "OFF101")
    return Lead(
        code=code, subject=subject, office="01", window=window, observed=10, expected=1.0, ratio=10.0,
        interval=(4.8, 18.4), q=0.01, posterior=0.99, band=Band.VERY_LIKELY, permits=(), stratum="-",
        evidence=((code, 10, 1.0),),
    )  # fmt: skip


def offices(opened: dt.date | None = dt.date(1990, 1, 1), night: bool | None = False) -> pl.DataFrame:
    return pl.DataFrame([("01", opened, night), ("02", dt.date(2024, 6, 1), False)], OFFICES, orient="row")


def tried(of: Lead, groups: list[dict[str, object]], known: pl.DataFrame | None = None) -> dict[str, Tried]:
    exposure, flags = office(groups)
    (causes,) = innocent_causes([of], exposure, flags, offices() if known is None else known)
    assert tuple(one.cause for one in causes) == CAUSES
    assert all(one.data and one.result for one in causes)
    return {one.cause: one for one in causes}


RING: dict[str, object] = {"officer_id": "OF-1", "permits": 40, "events": 10}
PEERS: dict[str, object] = {"officer_id": "OF-2", "permits": 400, "events": 8}


def test_a_desk_on_which_others_have_as_many_could_explain_it_and_one_on_which_they_have_few_does_not() -> None:
    desk = {"desk": "D1"}
    like = tried(lead(), [RING | desk, PEERS | desk | {"events": 100}])["specialised desk"].result
    assert like == (
        "could explain it: on the same desk others had 100 flagged of 400, which gives 10.0 of these 40; 10 were seen"
    )
    unlike = tried(lead(), [RING | desk, PEERS | desk])["specialised desk"].result
    assert unlike.startswith("does not explain it: on the same desk others had 8 flagged of 400, which gives 0.8")


def test_a_desk_of_one_officer_has_nobody_to_compare_with_and_no_desk_is_not_tried() -> None:
    alone = tried(lead(), [RING | {"desk": "D1"}, PEERS | {"desk": "D2"}])["specialised desk"].result
    assert alone.startswith("cannot tell: 0 of these 40 permits")
    assert tried(lead(), [RING, PEERS])["specialised desk"].result.startswith("not tried")


def test_one_employer_that_looks_so_with_every_officer_could_explain_it() -> None:
    one = {"employer_id": "E-1"}
    many = [RING | one, PEERS | one | {"permits": 40, "events": 12}, PEERS]
    assert tried(lead(), many)["bulk employer"].result.startswith("could explain it: for the same employers")
    part = tried(lead(subject=(("officer", "OF-1"), ("employer", "E-1"))), many)["bulk employer"].result
    assert part == "does not apply: the employer is itself part of the pattern"
    spread = [RING | {"permits": 4, "events": 1, "employer_id": f"E-{at}"} for at in range(10)]
    assert tried(lead(), [*spread, PEERS])["bulk employer"].result.startswith("does not apply: no employer has half")


def test_a_season_is_told_by_the_same_months_of_other_years() -> None:
    summer = (dt.date(2025, 7, 1), dt.date(2025, 7, 31))
    before = {"first": dt.date(2024, 7, 1), "last": dt.date(2024, 7, 31)}
    ring = RING | {"first": summer[0], "last": summer[1]}
    busy = tried(lead(summer), [ring, PEERS | before | {"permits": 100, "events": 25}])["season"].result
    assert busy.startswith("could explain it: in the same months of other years others had 25 flagged of 100")
    assert tried(lead(), [RING, PEERS])["season"].result.startswith("does not apply: the window is most of a year")


def test_a_new_office_is_compared_with_others_when_they_were_new() -> None:
    other = {"office_id": "02", "officer_id": "OF-9", "first": dt.date(2024, 6, 2), "last": dt.date(2024, 9, 1)}
    groups = [RING, PEERS, other | {"permits": 100, "events": 30}]
    young = tried(lead(), groups, offices(dt.date(2024, 12, 1)))["new office"].result
    assert young.startswith("could explain it: in offices as new others had 30 flagged of 100")
    assert tried(lead(), groups)["new office"].result.startswith("does not apply: open since 1990-01-01")
    assert tried(lead(), groups, offices(None))["new office"].result.startswith("not tried")


def test_a_night_desk_is_asked_about_only_where_most_was_done_at_night() -> None:
    assert tried(lead(), [RING, PEERS])["night desk"].result.startswith("does not apply: 0 of 10")
    night = {"hour": 23}
    result = tried(lead(), [RING | night, PEERS | night | {"events": 100}], offices(night=True))["night desk"].result
    assert result.startswith("could explain it") and result.endswith("the office is open at night")
    assert tried(lead(), [RING | {"hour": None}, PEERS])["night desk"].result.startswith("not tried")


def test_an_outage_is_a_day_on_which_others_have_such_permits_as_well() -> None:
    day = {"first": dt.date(2025, 3, 3), "last": dt.date(2025, 3, 3)}
    result = tried(lead(), [RING | day, PEERS | day | {"permits": 20, "events": 20}])["outage"].result
    assert result == "could explain it: 10 of 10 fall on days when others of the office had 3 or more as well"
    assert tried(lead(), [RING, PEERS])["outage"].result.startswith("does not explain it")


def test_a_pair_without_flags_is_counted_by_the_counterparts_permits() -> None:
    desk = {"desk": "D1"}
    groups = [
        RING | desk | {"agency_id": "A-1", "permits": 30}, RING | desk | {"agency_id": "A-2", "permits": 10},
        PEERS | desk | {"agency_id": "A-1", "permits": 100}, PEERS | desk | {"agency_id": "A-2", "permits": 300},
    ]  # fmt: skip
    pair = lead(subject=(("officer", "OF-1"), ("agency", "A-1")), code="OFF118")
    result = tried(pair, groups)["specialised desk"].result
    assert "others had 100 of the same agency of 400, which gives 10.0 of these 40; 30 were seen" in result


@pytest.mark.parametrize("subject", [(("officer", "OF-99"),), (("agency", "A-1"), ("clinic", "C-1"))])
def test_a_lead_about_nobody_in_the_exposure_breaks_nothing(subject: tuple[tuple[str, str], ...]) -> None:
    assert all(one.result.startswith("not tried") for one in tried(lead(subject=subject), [RING, PEERS]).values())
