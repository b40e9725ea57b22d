"""Innocent causes: each is tried on data, and says what others alike had."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.audit.innocent import CAUSES, CLOSED, EDITS, OFFICES, Circumstances, innocent_causes
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


def tried(
    of: Lead,
    groups: list[dict[str, object]],
    known: pl.DataFrame | None = None,
    closed: pl.DataFrame | None = None,
    edits: pl.DataFrame | None = None,
    own: tuple[str, ...] = (),
) -> dict[str, Tried]:
    exposure, flags = office(groups)
    beside = Circumstances(offices() if known is None else known, closed, edits)
    (causes,) = innocent_causes([of], exposure, flags, beside, {of.code: own})
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


def test_where_none_of_the_events_is_among_those_that_can_be_compared_nothing_can_be_told() -> None:
    shared, alone = {"desk": "D1", "permits": 60, "events": 0}, {"desk": "D2", "permits": 40, "events": 10}
    groups = [RING | shared, RING | alone, PEERS | {"desk": "D1", "events": 0}]
    result = tried(lead(), groups)["specialised desk"].result
    assert result == "cannot tell: 0 of the 10 flagged have enough of others on the same desk"


def test_one_employer_that_looks_so_with_every_officer_could_explain_it() -> None:
    one = {"employer_id": "E-1"}
    many = [RING | one, PEERS | one | {"permits": 40, "events": 12}, PEERS]
    assert tried(lead(), many)["bulk employer"].result.startswith("could explain it: for the same employers")
    part = tried(lead(subject=(("officer", "OF-1"), ("employer", "E-1"))), many)["bulk employer"].result
    assert part == "does not apply: the employer is itself part of the pattern"
    spread = [RING | {"permits": 4, "events": 1, "employer_id": f"E-{at}"} for at in range(10)]
    assert tried(lead(), [*spread, PEERS])["bulk employer"].result.startswith("does not apply: no employer has half")


def test_what_is_an_employers_own_is_one_event_of_it_and_its_other_permits_count_neither_way() -> None:
    # Three employers above their quota with this officer, thirty permits; others have one such employer in ten.
    mine = [RING | {"permits": 10, "events": 10, "employer_id": f"E-{at}", "desk": "D1"} for at in range(3)]
    plain = RING | {"permits": 57, "events": 0, "employer_id": "E-9", "desk": "D1"}
    theirs = PEERS | {"permits": 20, "events": 20, "employer_id": "E-0", "desk": "D1"}
    rest = PEERS | {"permits": 99, "events": 0, "employer_id": "E-9", "desk": "D1"}
    nobody = PEERS | {"permits": 4, "events": 4, "desk": "D1"}  # of no employer that is known: each is an event
    groups = [*mine, plain, theirs, rest, nobody]
    every = tried(lead(), groups)["specialised desk"].result
    assert every.endswith("others had 24 flagged of 123, which gives 17.0 of these 87; 30 were seen")
    once = tried(lead(), groups, own=("employer",))["specialised desk"].result
    assert once.endswith("others had 5 flagged of 104, which gives 2.9 of these 60; 3 were seen")
    pair = lead(subject=(("officer", "OF-1"), ("employer", "E-1")))
    assert tried(pair, groups, own=("employer",)) == tried(pair, groups)


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


#: Ten permits of OF-1, all flagged, on Sunday 2 March 2025; then those of two others.
SUNDAY = dt.date(2025, 3, 2)
ON_SUNDAY: dict[str, object] = {"permits": 10, "events": 10, "first": SUNDAY, "last": SUNDAY}
SERVICE = [RING | ON_SUNDAY, PEERS | {"permits": 3, "events": 0}, PEERS | {"permits": 3, "officer_id": "OF-3"}]


def closed(*steps: tuple[int, int, str]) -> pl.DataFrame:
    """Steps on that Sunday: first and last permit, who."""
    rows = [(f"WP-{at:06}", "01", SUNDAY, who) for first, last, who in steps for at in range(first, last)]
    return pl.DataFrame(rows, CLOSED, orient="row")


def test_a_closed_day_on_which_others_served_others_could_be_an_emergency_service() -> None:
    served = closed((0, 10, "OF-1"), (10, 13, "OF-2"), (13, 16, "OF-3"))
    result = tried(lead(), SERVICE, closed=served)["emergency service"].result
    assert result == (
        "could explain it: 10 of 10 fall on closed days on which 2 people or more handled 3 or more permits of others "
        "(1 of 1 days)"
    )


@pytest.mark.parametrize(
    ("steps", "result"),
    [
        (closed((0, 10, "OF-1")), "does not explain it: 0 of 10 fall on closed days"),
        (closed((0, 10, "OF-1"), (10, 13, "OF-2")), "does not explain it: 0 of 10"),
        (closed((0, 10, "OF-1"), (0, 10, "OF-2"), (0, 10, "OF-3")), "does not explain it: 0 of 10"),
        (closed((0, 4, "OF-1"), (10, 16, "OF-2")), "does not apply: 4 of 10 have a step on a day of closure"),
        (None, "not tried: the register has no calendar of the office"),
    ],
)
def test_a_closed_day_of_one_hand_or_of_the_subjects_permits_only_is_no_service(
    steps: pl.DataFrame | None, result: str
) -> None:
    assert tried(lead(), SERVICE, closed=steps)["emergency service"].result.startswith(result)


def edited(*runs: tuple[int, int, str, str]) -> pl.DataFrame:
    """Edits on one day: first and last permit, who, field."""
    rows = [(f"WP-{at:06}", SUNDAY, who, field) for first, last, who, field in runs for at in range(first, last)]
    return pl.DataFrame(rows, EDITS, orient="row")


#: OF-1 has 10 permits of 100.
CLEANED = [RING | {"permits": 10, "events": 10}, PEERS | {"permits": 90, "events": 0}]


def test_edits_that_met_everybody_alike_could_be_a_clean_up() -> None:
    result = tried(lead(), CLEANED, edits=edited((0, 100, "OF-9", "employer_id")))["clean-up"].result
    assert result == (
        "could explain it: the same people changed the same fields on the same days of 90 permits of others; of "
        "these and the subject's own together, the subject's share of the office (10.0%) gives 10.0; 10 were seen"
    )


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        (edited((0, 10, "OF-9", "employer_id")), "does not explain it: the same people changed the same fields on the"),
        (
            edited((0, 10, "OF-9", "employer_id"), (10, 100, "OF-9", "surname"), (10, 100, "OF-8", "employer_id")),
            "does not explain it: the same people changed the same fields on the same days of no other permit",
        ),
        (edited((0, 10, "OF-9", "surname"), (10, 20, "OF-9", "surname")), "does not explain it: the same people"),
        (edited((0, 4, "OF-9", "surname")), "does not apply: key fields of 4 of 10 were edited"),
        (None, "not tried: the register has no log of edits"),
    ],
)
def test_edits_that_sought_the_subject_out_are_no_clean_up(edits: pl.DataFrame | None, result: str) -> None:
    assert tried(lead(), CLEANED, edits=edits)["clean-up"].result.startswith(result)


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
