"""One photograph under two identities, and two photographs of one at a time; what is in order contradicts nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.identities import ONE_PHOTO, PLACEHOLDER, RECENT_DAYS, TWO_PHOTOS, Conflicts, conflicts

_START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_NONE = pl.DataFrame(schema={"permit_number": pl.String(), "reason": pl.String()})
#: Day of issue, holder, photograph.
Permit = tuple[int, str | None, str | None]


def table(permits: list[Permit], **more: list[str]) -> pl.DataFrame:
    holders = [holder for _, holder, _ in permits]
    return pl.DataFrame(
        {
            "permit_number": [f"P{at}" for at in range(len(permits))],
            "issued_at": [_START + dt.timedelta(days=day) for day, _, _ in permits],
            "office_id": ["01"] * len(permits),
            "holder_id": holders,
            "identity": holders,
            "photo_hash": [photo for _, _, photo in permits],
            **more,
        },
        schema_overrides={
            **dict.fromkeys(("permit_number", "office_id", "holder_id", "identity", "photo_hash"), pl.String()),
            "issued_at": pl.Datetime(time_zone="UTC"),
        },
    )


def told(permits: list[Permit], explained: pl.DataFrame = _NONE, **more: list[str]) -> Conflicts:
    return conflicts(table(permits, **more).lazy(), explained)


def pairs(found: Conflicts) -> set[tuple[str, str, str]]:
    return set(found.found.select("permit_number", "other_permit", "kind").iter_rows())


def test_a_photograph_under_two_holders_is_told_of_the_later_permit() -> None:
    found = told([(0, "A", "x"), (900, "B", "x"), (1000, "C", "y")])
    assert pairs(found) == {("P1", "P0", ONE_PHOTO)}
    assert found.found["basis"].to_list() == ["same photograph; holder numbers differ; 2 identities have it"]


def test_each_further_identity_is_told_once_however_many_permits_it_has() -> None:
    found = told([(0, "A", "x"), (1, "A", "x"), (2, "B", "x"), (3, "B", "x"), (4, "C", "x")])
    assert pairs(found) == {("P2", "P0", ONE_PHOTO), ("P4", "P0", ONE_PHOTO)}


def test_renewals_share_a_photograph_and_later_have_another() -> None:
    assert not pairs(told([(0, "A", "x"), (400, "A", "x"), (400 + RECENT_DAYS + 1, "A", "y")]))


def test_what_is_not_recorded_is_in_no_conflict() -> None:
    assert not pairs(told([(0, None, "x"), (1, None, "x"), (2, "A", None), (3, "B", None)]))


def test_a_second_photograph_while_the_first_is_recent_is_told() -> None:
    found = told([(0, "A", "x"), (RECENT_DAYS, "A", "y")])
    assert pairs(found) == {("P1", "P0", TWO_PHOTOS)}
    assert found.found["basis"].to_list() == [f"another photograph {RECENT_DAYS} days later"]


def test_an_earlier_photograph_does_not_return_after_another() -> None:
    found = told([(0, "A", "x"), (1000, "A", "y"), (2000, "A", "x")])
    assert pairs(found) == {("P2", "P1", TWO_PHOTOS)}
    assert "returns" in found.found["basis"][0]


def test_a_photograph_that_is_anothers_is_told_once() -> None:
    found = told([(0, "A", "x"), (10, "B", "y"), (20, "B", "x"), (30, "B", "y")])
    assert pairs(found) == {("P2", "P0", ONE_PHOTO)}


def test_a_placeholder_is_nobodys() -> None:
    many: list[Permit] = [(at, f"H{at}", "x") for at in range(PLACEHOLDER + 1)]
    offices = [f"0{at % 3}" for at in range(PLACEHOLDER + 1)]
    found = told(many, office_id=offices)
    assert not pairs(found) and found.explained == {"a placeholder stands where no photograph was taken": PLACEHOLDER}
    assert len(pairs(told(many))) == PLACEHOLDER  # at one office it is somebody's doing


def test_what_the_register_explains_is_left_out_and_counted() -> None:
    reasons = pl.DataFrame({"permit_number": ["P1", "P9"], "reason": ["the holders are twins", "another"]})
    found = told([(0, "A", "x"), (1, "B", "x"), (2, "C", "x")], reasons)
    assert pairs(found) == {("P2", "P0", ONE_PHOTO)} and found.explained == {"the holders are twins": 1}


def test_linked_holders_are_one_identity_and_one_holder_may_be_two() -> None:
    linked = ["A", "A", "C"]
    assert pairs(told([(0, "A", "x"), (900, "B", "x"), (910, "C", "z")], identity=linked)) == set()
    two = told([(0, "A", "x"), (10, "B", "y"), (1000, "C", "z")], identity=linked)
    assert pairs(two) == {("P1", "P0", TWO_PHOTOS)} and "by linkage" in two.found["basis"][0]
    split = told([(0, "A", "x"), (10, "A", "x")], identity=["A", "A/2"])
    assert "one holder number" in split.found["basis"][0]


permits = st.lists(
    st.tuples(st.integers(0, 2000), st.none() | st.sampled_from("ABC"), st.none() | st.sampled_from("xyz")), max_size=12
)


@given(permits)
def test_every_shared_photograph_is_told_and_nothing_else_as_that(rows: list[Permit]) -> None:
    found = told(rows).found
    by_photo: dict[str, set[str]] = {}
    for _, holder, photo in rows:
        if holder and photo:
            by_photo.setdefault(photo, set()).add(holder)
    expected = sum(len(holders) - 1 for holders in by_photo.values())
    kinds = Counter(found["kind"])
    assert kinds[ONE_PHOTO] == expected
    assert found.equals(told(rows).found)
    number = {f"P{at}": row for at, row in enumerate(rows)}
    for later, earlier, kind in pairs(told(rows)):
        (_, holder, photo), (_, other, before) = number[later], number[earlier]
        assert (holder != other and photo == before) if kind == ONE_PHOTO else (holder == other and photo != before)


@given(permits, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[Permit], random: object) -> None:
    whole = table(rows)
    shuffled = whole.sample(fraction=1.0, shuffle=True, seed=random.randrange(10**6))  # type: ignore[attr-defined]
    assert conflicts(whole.lazy(), _NONE).found.equals(conflicts(shuffled.lazy(), _NONE).found)


def test_a_number_that_stands_twice_contradicts_nothing_by_itself() -> None:
    whole = table([(0, "A", "x"), (1, "A", "y")]).with_columns(permit_number=pl.lit("P0"))
    assert conflicts(whole.lazy(), _NONE).found.is_empty()
