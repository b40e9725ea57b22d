from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy import stats

from pipeline.audit.assignment_log import (
    ASSIGNED,
    OUT_OF_TURN,
    QUESTIONS,
    TAKEN_OVER,
    WATCHED,
    watched_log,
)

#: By the office's clock, without a zone.
_START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC).replace(tzinfo=None)
_TIMES = ("lodged_at", "assigned_at")


def log(
    count: int, seed: int, offices: int = 2, officers: int = 4, agencies: int = 12, days: int = 200
) -> pl.DataFrame:
    """Applications dealt out blindly, in the order of lodging but for noise; one in twenty decided by another."""
    generator = np.random.default_rng(seed)
    office, day = generator.integers(0, offices, count), generator.integers(0, days, count)
    share = generator.gamma(1.5, 1.0, agencies)
    lodged = generator.integers(8 * 60, 15 * 60, count)
    assigned = 600 + lodged + generator.gamma(2.0, 60.0, count).astype(np.int64)
    officer = office * officers + generator.integers(0, officers, count)
    other = office * officers + generator.integers(0, officers, count)
    return pl.DataFrame(
        {
            "application_id": [f"AP-{at}" for at in range(count)],
            "office_id": [f"O-{at}" for at in office],
            "desk": ["D-1"] * count,
            "category": [f"C-{at}" for at in generator.integers(0, 2, count)],
            "agency_id": [f"AG-{at:02}" for at in generator.choice(agencies, count, p=share / share.sum())],
            "assigned_to": [f"OF-{at}" for at in officer],
            "decided_by": [f"OF-{at}" for at in np.where(generator.random(count) < 0.05, other, officer)],
        }
    ).with_columns(
        lodged_at=pl.lit(_START) + pl.duration(minutes=pl.lit(pl.Series(day * 1440 + lodged))),
        assigned_at=pl.lit(_START) + pl.duration(minutes=pl.lit(pl.Series(day * 1440 + assigned))),
    )


_LOG = log(12_000, seed=1)
_OF = (pl.col("agency_id") == "AG-03") & (pl.col("office_id") == "O-1")
_SOME = pl.col("application_id").str.slice(-1).is_in(list("012345"))


@pytest.mark.parametrize("seed", range(3))
def test_a_log_dealt_out_blindly_has_nothing(seed: int) -> None:
    found = watched_log(log(8_000, seed=20 + seed), 0.01, 1)
    assert not found.not_assessed
    assert all(found.tests[question] > 20 and not found.found[question].height for question in QUESTIONS)
    assert all(factor < 1.3 for factor in found.dispersion.values())


def test_an_agency_whose_applications_are_given_to_one_officer_is_told() -> None:
    bent = _LOG.with_columns(
        pl.when(_OF & _SOME).then(pl.lit("OF-5")).otherwise(pl.col(name)).alias(name)
        for name in ("assigned_to", "decided_by")
    )
    found = watched_log(bent, 0.01, 1)
    assert found.found[ASSIGNED].select("office", "officer", "agency").rows() == [("O-1", "OF-5", "AG-03")]
    (row,) = found.found[ASSIGNED].iter_rows(named=True)
    assert row["permutation"] == 0.001 and row["q"] < 1e-6
    # By hand: hypergeometric means of the cells in which it could have come out otherwise.
    expected = 0.0
    cells = bent.filter(pl.col("office_id") == "O-1").group_by("category", pl.col("assigned_at").dt.date())
    for _, cell in cells:
        his, theirs = (cell["assigned_to"] == "OF-5").sum(), (cell["agency_id"] == "AG-03").sum()
        if 0 < his < cell.height and 0 < theirs < cell.height:
            expected += float(stats.hypergeom.mean(cell.height, his, theirs))
    assert row["expected"] == pytest.approx(expected)


def test_whoever_decides_in_anothers_place_for_one_agency_is_told() -> None:
    taken = _OF & _SOME & (pl.col("assigned_to") != "OF-6")
    bent = _LOG.with_columns(pl.when(taken).then(pl.lit("OF-6")).otherwise("decided_by").alias("decided_by"))
    found = watched_log(bent, 0.01, 1)
    (row,) = found.found[TAKEN_OVER].iter_rows(named=True)
    assert (row["office"], row["officer"], row["agency"]) == ("O-1", "OF-6", "AG-03")
    # Those assigned to the officer in the first place cannot be taken over, and are not counted.
    able = bent.filter(_OF & (pl.col("assigned_to") != "OF-6"))
    assert row["n"] == able.height
    assert row["observed"] == (able["decided_by"] == "OF-6").sum() > 5 * row["expected"]
    assert row["permutation"] == 0.001 and not found.found[ASSIGNED].height


def test_where_another_decides_by_rule_it_is_not_asked() -> None:
    two_hands = _LOG.with_columns(decided_by=pl.lit("OF-99"))
    found = watched_log(two_hands, 0.1, 1)
    assert TAKEN_OVER not in found.found
    assert dict(found.not_assessed)[TAKEN_OVER].startswith("at 2 of 2 offices most applications are decided by another")


def test_applications_put_before_those_that_were_lodged_earlier_are_told() -> None:
    jump = _OF & (pl.col("assigned_to") == "OF-7") & _SOME
    at_once = pl.col("lodged_at").dt.truncate("1d") + pl.duration(hours=7)
    bent = _LOG.with_columns(assigned_at=pl.when(jump).then(at_once).otherwise("assigned_at"))
    found = watched_log(bent, 0.01, 1)
    (row,) = found.found[OUT_OF_TURN].iter_rows(named=True)
    assert (row["office"], row["officer"], row["agency"]) == ("O-1", "OF-7", "AG-03")
    assert row["observed"] > 1.5 * row["expected"] and row["permutation"] == 0.001
    ours = bent.filter(_OF & (pl.col("assigned_to") == "OF-7"))
    assert row["n"] <= ours.height
    overtook = 0
    for one in ours.iter_rows(named=True):
        overtook += bent.filter(
            pl.col("office_id") == "O-1", pl.col("category") == one["category"],
            pl.col("lodged_at").dt.date() == one["lodged_at"].date(),
            pl.col("lodged_at") < one["lodged_at"], pl.col("assigned_at") > one["assigned_at"],
        ).height  # fmt: skip
    assert row["observed"] == overtook


def test_an_officer_who_is_given_everything_late_does_not_bend_the_queue() -> None:
    late = pl.when(pl.col("assigned_to") == "OF-2").then(pl.duration(hours=4)).otherwise(pl.duration())
    found = watched_log(_LOG.with_columns(pl.col("assigned_at") + late), 0.01, 1)
    assert not found.found[OUT_OF_TURN].height


@pytest.mark.parametrize(
    ("of", "open_questions", "reason"),
    [
        (_LOG.head(0), QUESTIONS, "no application was assigned"),
        (pl.DataFrame({"application_id": ["AP-1"]}), QUESTIONS, "not in the log: office_id, agency_id, assigned_to"),
        (_LOG.drop("agency_id"), QUESTIONS, "not in the log: agency_id"),
        (_LOG.with_columns(agency_id=pl.lit(None, pl.String)), QUESTIONS, "not in the log: agency_id"),
        (_LOG.drop("decided_by"), (TAKEN_OVER,), "not in the log: decided_by"),
        (_LOG.drop("lodged_at"), (OUT_OF_TURN,), "not in the log: lodged_at"),
        (_LOG.with_columns(assigned_to=pl.lit("OF-1"), decided_by=pl.lit("OF-1")), (ASSIGNED, TAKEN_OVER), "too few"),
        (_LOG.with_columns(agency_id=pl.lit("AG-1")), (ASSIGNED, TAKEN_OVER), "too few"),
        (_LOG.with_columns(pl.col(_TIMES).dt.truncate("1d")), (OUT_OF_TURN,), "another order"),
        (_LOG.head(3).with_columns(decided_by="assigned_to"), QUESTIONS, "too few"),
        (_LOG.drop("desk", "category"), (), ""),
        (_LOG.with_columns(office_id=pl.lit("O-1")), (), ""),
        (_LOG.with_columns(pl.lit(_START).alias(name) for name in _TIMES).head(600), (OUT_OF_TURN,), "another order"),
    ],
    ids=["empty", "ids alone", "no agency column", "agencies unknown", "no decider", "no lodging", "one officer",
         "one agency", "days without a time", "three applications", "no desk", "one office", "one instant"],
)  # fmt: skip
def test_poor_logs_have_nothing_and_say_why(of: pl.DataFrame, open_questions: tuple[str, ...], reason: str) -> None:
    found = watched_log(of, 0.01, 1)
    assert all(not rows.height and rows.schema == WATCHED for rows in found.found.values())
    told = dict(found.not_assessed)
    assert set(open_questions) <= set(told), told
    assert all(reason in told[question] for question in open_questions), told


def test_the_same_log_in_another_order_says_the_same() -> None:
    bent = _LOG.with_columns(assigned_to=pl.when(_OF & _SOME).then(pl.lit("OF-5")).otherwise("assigned_to"))
    first, again = watched_log(bent, 0.1, 1), watched_log(bent.reverse(), 0.1, 1)
    for question in QUESTIONS:
        assert_frame_equal(first.found[question], again.found[question])
