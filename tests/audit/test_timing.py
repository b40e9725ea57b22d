from __future__ import annotations

import dataclasses
import datetime as dt
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.timing import BEFORE_ROTATION, ENDS, before_rotation, dormant_then_busy, longest_spacing, noted
from pipeline.types.leads import Lead
from tests.audit.made_up import office
from tests.audit.test_innocent import lead

_END = dt.date(2025, 6, 30)
_LAST = {"first": _END - dt.timedelta(55), "last": _END}
_OFFICER: dict[str, object] = {"officer_id": "OF-1", "agency_id": "A-1"}


def ends(*rows: tuple[str, str | None, dt.date | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), ENDS, orient="row")


def made(groups: list[dict[str, object]], **other: object) -> tuple[Lead, pl.DataFrame]:
    """A lead about OF-1 and A-1 with all flagged permits behind it."""
    exposure, flags = office(groups)
    about = lead(subject=(("officer", "OF-1"), ("agency", "A-1")))
    return dataclasses.replace(about, permits=tuple(flags["permit_number"]), **other), exposure  # type: ignore[arg-type]


_PILED = [
    _OFFICER | {"permits": 100, "events": 5, "first": dt.date(2024, 6, 1), "last": dt.date(2025, 5, 5)},
    _OFFICER | _LAST | {"permits": 20, "events": 10},
]


def test_a_pattern_that_piles_up_before_the_posting_ends_is_noted_with_its_exact_chance() -> None:
    one, exposure = made(_PILED)
    found = before_rotation(one, exposure, ends(("OF-1", "01", _END), ("OF-2", "01", dt.date(2025, 1, 1))))
    # By hand: 15 of 120 permits are of the pattern, 20 of the 120 are in the last weeks.
    chance = sum(comb(15, k) * comb(105, 20 - k) for k in range(10, 16)) / comb(120, 20)
    assert found.result == (
        "seen: 10 of the officer's 20 permits in the 56 days up to 2025-06-30 are of the pattern, 5 of 100 before; "
        f"chance of as many {chance:.2g}"
    )


def test_a_backlog_cleared_before_leaving_is_no_pile_of_the_pattern() -> None:
    even = [_PILED[0] | {"events": 10}, _PILED[1] | {"permits": 60, "events": 6}]
    one, exposure = made(even)
    assert before_rotation(one, exposure, ends(("OF-1", None, _END))).result.startswith("not seen: 6 of")


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (None, "not assessed: the register does not say when postings end"),
        (ends(), "does not apply: no posting"),
        (ends(("OF-1", "02", _END)), "does not apply: no posting"),
        (ends(("OF-1", "01", None), ("OF-1", "01", dt.date(2031, 1, 1))), "does not apply: no posting"),
        (ends(("OF-1", "01", dt.date(2024, 6, 20))), "does not apply: no posting"),
    ],
    ids=["no table", "no end", "another office", "still there", "before the pattern"],
)
def test_what_cannot_be_told_of_a_posting_is_said(known: pl.DataFrame | None, told: str) -> None:
    one, exposure = made([_PILED[0] | {"events": 0}, _PILED[0] | {"events": 5, "first": dt.date(2024, 12, 1)}])
    assert before_rotation(one, exposure, known).result.startswith(told)


def test_an_officer_who_had_hardly_begun_has_nothing_to_compare_with() -> None:
    one, exposure = made([_PILED[1], _PILED[1] | {"permits": 3, "first": dt.date(2025, 1, 1)}])
    result = before_rotation(one, exposure, ends(("OF-1", "01", _END))).result
    assert result.startswith("not seen") and "only 2 permits before them, too few to compare with" in result


def test_several_ends_share_the_chance() -> None:
    weak = [_PILED[0] | {"events": 8}, _PILED[1] | {"events": 5}]
    one, exposure = made(weak)
    alone = ends(("OF-1", "01", _END))
    assert before_rotation(one, exposure, alone).result.startswith("seen")
    many = [("OF-1", "01", dt.date(2025, month, 1)) for month in range(1, 6)]
    assert before_rotation(one, exposure, pl.concat([alone, ends(*many)])).result.startswith("not seen: 5 of")


def test_a_lead_without_an_officer_has_no_posting() -> None:
    one, exposure = made(_PILED, subject=(("agency", "A-1"),))
    assert before_rotation(one, exposure, ends()).result.startswith("does not apply: no officer")


def test_an_agency_that_wakes_with_the_pattern_is_noted() -> None:
    before = _OFFICER | {"permits": 6, "first": dt.date(2024, 1, 1), "last": dt.date(2024, 3, 1)}
    after = _OFFICER | {"permits": 30, "events": 15, "first": dt.date(2025, 1, 1), "last": dt.date(2025, 3, 1)}
    others = {"officer_id": "OF-1", "agency_id": "A-2", "permits": 200, "first": dt.date(2024, 1, 1)}
    one, exposure = made([before, after, others])
    officer, agency = dormant_then_busy(one, exposure)
    assert officer.result.startswith("not seen: never without a permit for 182 days")
    days = (dt.date(2025, 1, 1) - dt.date(2024, 3, 1)).days
    assert agency.what.endswith("agency A-1")
    assert agency.result.startswith(
        f"seen: no permit from 2024-03-01 to 2025-01-01 ({days} days), then 15 of the pattern among 30 permits"
    )


def test_a_pause_every_year_is_a_season_and_few_permits_tell_nothing() -> None:
    summers = [
        _OFFICER | {"permits": 10, "events": 4, "first": dt.date(year, 5, 1), "last": dt.date(year, 8, 1)}
        for year in (2023, 2024, 2025)
    ]
    one, exposure = made(summers)
    assert all("pauses as long 2 times" in note.result for note in dormant_then_busy(one, exposure))
    one, exposure = made([_OFFICER | {"permits": 2, "events": 2}])
    assert all(note.result.startswith("not assessed") for note in dormant_then_busy(one, exposure))


def test_a_party_without_a_column_is_not_assessed_and_nothing_breaks_on_an_empty_exposure() -> None:
    one, exposure = made(_PILED)
    _, agency = dormant_then_busy(one, exposure.drop("agency_id"))
    assert agency.result == "not assessed: no permit names its agency"
    (notes,) = noted([one], exposure.clear(), ends(("OF-1", "01", _END)))
    assert [note.result.split(":")[0] for note in notes[1:]] == ["does not apply", "not assessed", "not assessed"]
    one_day = exposure.with_columns(issued_on=pl.lit(_END))
    (notes,) = noted([one], one_day, ends(("OF-1", "01", _END)))
    assert notes[1].what == BEFORE_ROTATION and "too few to compare with" in notes[1].result
    assert notes[2].result.startswith("not seen: never without")


def test_the_week_of_the_first_signal_is_told() -> None:
    one, exposure = made(_PILED, window=(dt.date(2025, 5, 6), _END), signalled=dt.date(2025, 5, 12))
    (notes,) = noted([one], exposure, None)
    assert notes[0].result.endswith("in the week from 2025-05-12, which ends 12 days into the window")
    (notes,) = noted([dataclasses.replace(one, signalled=None)], exposure, None)
    assert "would not have signalled" in notes[0].result


@pytest.mark.parametrize(("share", "spacings"), [(0.3, 5), (0.12, 20), (0.6, 3), (0.05, 60)])
def test_the_longest_spacing_is_that_of_points_thrown_at_random(share: float, spacings: int) -> None:
    points = np.sort(np.random.default_rng(4).random((40_000, spacings - 1)), axis=1)
    longest = np.diff(points, axis=1, prepend=0.0, append=1.0).max(axis=1)
    assert longest_spacing(share, spacings) == pytest.approx(float((longest > share).mean()), abs=0.01)


@given(st.floats(0.5, 1.0), st.integers(2, 400))
def test_above_half_only_one_spacing_can_be_as_long(share: float, spacings: int) -> None:
    assert longest_spacing(share, spacings) == pytest.approx(min(1.0, spacings * (1 - share) ** (spacings - 1)))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 100_000))
def test_longer_is_rarer(one: float, other: float, spacings: int) -> None:
    short, long = sorted((one, other))
    assert 0.0 <= longest_spacing(long, spacings) <= longest_spacing(short, spacings) + 1e-6 <= 1.0 + 1e-6


def test_a_share_beyond_the_line_is_refused() -> None:
    with pytest.raises(ValueError, match="share of a line"):
        longest_spacing(1.2, 4)
