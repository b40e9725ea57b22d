"""The assignment log watched: who was given whose application, who decided in another's place, whose turn it was.

Where a rule assigns applications, those who would choose go to the log: when a third party took over the assignment in
Madagascar's customs, a new manipulation appeared there (Chalendard, Fernandes, Raballand & Rijkers 2023, Quarterly
Journal of Economics 138). Three questions, each against what the log's other applications give:

* *assigned*: does an officer get more of one agency's applications than those of the same office, desk, category and
  day give, were they dealt out blindly?
* *taken over*: does an officer decide in another's place more of one agency's applications than those of the same
  office, desk, category and month give? Where deciding is another's task by rule, it is not asked.
* *out of turn*: among the applications lodged at one office, desk and category on one day, do those of an officer and
  agency overtake more that were lodged before them than the others do, at like places of the queue?

Within a cell the applications are exchangeable: what a unit has of it is a draw without replacement (`draws`). Rates
over all tests of the three questions are Benjamini-Yekutieli's. Usual departures from blind dealing widen the variance
by one factor per question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from pipeline.audit.draws import shuffled_sums, spread, summed, tail
from pipeline.audit.exposure import Ints
from pipeline.audit.fdr import benjamini_yekutieli
from pipeline.audit.queues import overtaken
from pipeline.audit.strata import Floats

#: Expected count from which a unit is tested, and observed count from which it is told.
LEAST_EXPECTED, LEAST_EVENTS = 1.0, 3
#: Applications in queues from which an officer and agency are tested.
LEAST_QUEUED = 5
#: Share of an office's applications decided by another than assigned to, from which that is the rule there.
_BY_RULE = 0.5
_DRAWS = 999
#: Place in a queue up to which places are told apart; further back, twenty by twenty.
_PLACES = 20

LOG = pl.Schema(
    {
        "application_id": pl.String(),
        "office_id": pl.String(),
        "desk": pl.String(),
        "category": pl.String(),
        "agency_id": pl.String(),
        "assigned_to": pl.String(),
        "decided_by": pl.String(),
        "lodged_at": pl.Datetime("us"),
        "assigned_at": pl.Datetime("us"),
    }
)
WATCHED = pl.Schema(
    {
        "office": pl.String(),
        "officer": pl.String(),
        "agency": pl.String(),
        "n": pl.Int64(),
        "observed": pl.Int64(),
        "expected": pl.Float64(),
        "q": pl.Float64(),
        "permutation": pl.Float64(),
    }
)
_IDS = ("office_id", "desk", "category", "agency_id", "assigned_to", "decided_by")
ASSIGNED, TAKEN_OVER, OUT_OF_TURN = "assigned", "taken over", "out of turn"
QUESTIONS = (ASSIGNED, TAKEN_OVER, OUT_OF_TURN)
_UNIT = ["office_id", "officer", "agency_id"]
_VARIES = pl.col("variance") > 1e-9
_TESTED = _VARIES & (pl.col("expected") >= LEAST_EXPECTED)
_OF_SEVERAL = "of several agencies at one desk and category"
_NEEDS = {
    ASSIGNED: ("office_id", "agency_id", "assigned_to", "assigned_at"),
    TAKEN_OVER: ("office_id", "agency_id", "assigned_to", "assigned_at", "decided_by"),
    OUT_OF_TURN: ("office_id", "agency_id", "assigned_to", "assigned_at", "lodged_at"),
}


@dataclass(frozen=True, slots=True)
class LogWatched:
    """What the assignment log shows.

    Attributes:
        applications: in the log.
        found: by question, columns of WATCHED by office and ids: `n` applications of the agency (of officer and agency
            in queues), `observed` and `expected` of them with the officer (overtaken), `q`, and `permutation`, the
            share of shuffles within cells that give as many.
        tests: by question, how many units were tested.
        dispersion: by question, the factor of the variance.
        not_assessed: (question, reason).
    """

    applications: int = 0
    found: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    tests: Mapping[str, int] = field(default_factory=dict)
    dispersion: Mapping[str, float] = field(default_factory=dict)
    not_assessed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question: its applications, and per cell and unit the moments of what a unit draws.

    Attributes:
        rows: `cell`, `agency_id`, `officer` and `value` of each application; a unit draws the values of its agency's.
        units: `office_id`, `officer`, `agency_id`, n, observed, expected, variance, third; one row a unit to test.
        whole: whether observed counts are whole numbers one apart.
        own: whether what was assigned to the officer in the first place is left out.
    """

    rows: pl.DataFrame
    units: pl.DataFrame
    whole: bool
    own: bool = False


def watched_log(log: pl.DataFrame, fdr: float, seed: int) -> LogWatched:
    """Ask the three questions of a log.

    Args:
        log: a row an application; columns of LOG as far as the register has them; times by the office's clock.
        fdr: rate over all tests of the three questions.
        seed: of the shuffles.
    """
    log = log.with_columns(pl.lit(None, kind).alias(name) for name, kind in LOG.items() if name not in log.columns)
    log = (
        log.select(list(LOG))
        .cast(LOG)
        .unique("application_id", keep="first", maintain_order=True)
        .sort("application_id")
    )
    # Joins on codes take a third of the time and memory of those on text.
    log = log.with_columns(pl.col(_IDS).cast(pl.Categorical))
    asked: dict[str, _Asked] = {}
    refused: list[tuple[str, str]] = []
    for question, ask in ((ASSIGNED, _assigned), (TAKEN_OVER, _taken_over), (OUT_OF_TURN, _out_of_turn)):
        known = log.drop_nulls([name for name in _NEEDS[question] if name != "agency_id"])
        missing = [name for name in _NEEDS[question] if log[name].null_count() == log.height]
        reason = f"not in the log: {', '.join(missing)}" if missing else ""
        reason = reason if log.height else "no application was assigned"
        if not reason:
            asked[question], reason = ask(known)
        if reason:
            refused.append((question, reason))
    kept = {question: one for question, one in asked.items() if one.units.height}
    found, dispersion = _found(kept, fdr, seed)
    tests = {question: one.units.height for question, one in kept.items()}
    return LogWatched(log.height, found, tests, dispersion, tuple(refused))


def _assigned(log: pl.DataFrame) -> tuple[_Asked, str]:
    rows = _in_cells(log, pl.col("assigned_at").dt.date()).with_columns(officer="assigned_to")
    marks = rows.group_by("office_id", "cell", "officer").len("marked")
    units = summed(_against(rows, marks), _UNIT).filter(_TESTED)
    reason = "" if units.height else f"too few days on which several officers shared applications {_OF_SEVERAL}"
    return _Asked(rows, units, whole=True), reason


def _taken_over(log: pl.DataFrame) -> tuple[_Asked, str]:
    other = pl.col("decided_by") != pl.col("assigned_to")
    by_rule = log.group_by("office_id").agg(other.mean().alias("share")).filter(pl.col("share") >= _BY_RULE)
    rest = log.join(by_rule, on="office_id", how="anti")
    rows = _in_cells(rest, pl.col("assigned_at").dt.truncate("1mo")).with_columns(
        officer=pl.when(other).then("decided_by")
    )
    marks = rows.drop_nulls("officer").group_by("office_id", "cell", "officer").len("marked")
    offices = log["office_id"].n_unique()
    reason = ""
    if by_rule.height:
        reason = f"at {by_rule.height} of {offices} offices most applications are decided by another than assigned to"
    units = summed(_against(rows, marks, own=True), _UNIT).filter(_TESTED)
    if not units.height and by_rule.height < offices:
        few = f"too few months in which somebody decided in another's place applications {_OF_SEVERAL}"
        reason = f"{reason}; {few}" if reason else few
    return _Asked(rows, units, whole=True, own=True), reason


def _out_of_turn(log: pl.DataFrame) -> tuple[_Asked, str]:
    rows = (
        _in_cells(log, pl.col("lodged_at").dt.date())
        .with_columns(officer="assigned_to")
        .sort("cell", maintain_order=True)
    )
    overtook, before = overtaken(
        rows["lodged_at"].to_physical().to_numpy(), rows["assigned_at"].to_physical().to_numpy(), _bounds(rows["cell"])
    )
    place = np.where(before < _PLACES, before, _PLACES * (before // _PLACES))
    # At the same place of a queue, and for the same officer, who may be given work early or late: what is usual there.
    rows = rows.with_columns(overtook=overtook, place=place).with_columns(
        value=pl.col("overtook") - pl.col("overtook").mean().over("office_id", "place")
    )
    rows = rows.with_columns(pl.col("value") - pl.col("value").mean().over("office_id", "officer"))
    value = pl.col("value")
    centred = value - value.mean().over("cell")
    moments = rows.with_columns(second=centred**2, cube=centred**3).group_by("office_id", "cell").agg(
        pl.len().alias("N"), value.mean().alias("mean"), pl.col("second").mean(), pl.col("cube").mean()
    )  # fmt: skip
    moments = moments.filter(pl.col("N") > 1, pl.col("second") > 1e-12)
    drawn = rows.drop_nulls("agency_id").group_by("cell", "officer", "agency_id").agg(
        pl.len().alias("n"), value.sum().alias("observed"), pl.col("overtook").sum()
    )  # fmt: skip
    units = summed(drawn.join(moments, on="cell"), _UNIT, pl.col("overtook").sum())
    units = units.filter(pl.col("n") >= LEAST_QUEUED, _VARIES)
    reason = "" if units.height else "too few days on which applications were assigned in another order than lodged"
    return _Asked(rows, units, whole=False), reason


def _in_cells(log: pl.DataFrame, when: pl.Expr) -> pl.DataFrame:
    """The log with `cell`: office, desk, category and the day or month."""
    cell = pl.struct("office_id", "desk", "category", when.alias("when")).rank("dense").alias("cell")
    return log.with_columns(cell)


def _bounds(cell: pl.Series) -> Ints:
    """Where each cell of a sorted column begins, and the end."""
    return np.append(np.flatnonzero(cell.diff().fill_null(1).to_numpy()), len(cell)).astype(np.int64)


def _against(rows: pl.DataFrame, marks: pl.DataFrame, own: bool = False) -> pl.DataFrame:
    """Per cell, officer and agency: how many marks of the officer the agency's applications draw.

    Args:
        rows: the applications with `cell`, `agency_id` and `officer`, null where nobody's mark.
        marks: how many each officer has in each cell.
        own: leave out those assigned to the officer in the first place, who cannot take them over.
    """
    size = rows.group_by("cell").len("N")
    agencies = rows.drop_nulls("agency_id").group_by("cell", "agency_id").len("n")
    both = marks.join(size, on="cell").join(agencies, on="cell")
    if own:
        mine = rows.rename({"officer": "by", "assigned_to": "officer"})
        both = both.join(mine.group_by("cell", "officer").len("own"), on=["cell", "officer"], how="left").join(
            mine.group_by("cell", "officer", "agency_id").len("own_n"), on=["cell", "officer", "agency_id"], how="left"
        )
        both = both.with_columns(pl.col("N") - pl.col("own").fill_null(0), pl.col("n") - pl.col("own_n").fill_null(0))
    drawn = rows.drop_nulls(["officer", "agency_id"]).group_by("cell", "officer", "agency_id").len("observed")
    both = both.join(drawn, on=["cell", "officer", "agency_id"], how="left").with_columns(
        pl.col("observed").fill_null(0), mean=pl.col("marked") / pl.col("N")
    )
    # Where all are marked, or all are the agency's, nothing could have come out otherwise.
    both = both.filter(pl.col("marked") < pl.col("N"), pl.col("n") < pl.col("N"), pl.col("n") > 0)
    second = pl.col("mean") * (1 - pl.col("mean"))
    return both.with_columns(second=second, cube=second * (1 - 2 * pl.col("mean")))


def _found(asked: Mapping[str, _Asked], fdr: float, seed: int) -> tuple[dict[str, pl.DataFrame], dict[str, float]]:
    """Units above what shuffling gives, at the rate over all questions, and the factors of the variance."""
    chances: dict[str, Floats] = {}
    factors: dict[str, float] = {}
    for question, one in asked.items():
        observed, mean, variance, third = (
            one.units[name].to_numpy().astype(np.float64) for name in ("observed", "expected", "variance", "third")
        )
        factors[question] = spread(observed, mean, variance)
        chances[question] = tail(observed, mean, variance, third, factors[question], one.whole)
    found = {}
    rates = benjamini_yekutieli(np.concatenate([np.empty(0), *chances.values()]))
    for question, one in asked.items():
        generator = np.random.default_rng([seed, QUESTIONS.index(question)])
        events = one.units["observed" if one.whole else "overtook"]
        ours, rates = pl.Series("q", rates[: len(events)]), rates[len(events) :]
        raised = one.units.with_columns(ours).filter((ours <= fdr) & (events >= LEAST_EVENTS)).sort(_UNIT)
        found[question] = _told(one, raised, generator)
    return found, factors


def _told(one: _Asked, raised: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """The units of a question as they are shown, each confirmed by shuffling."""
    chances = [_shuffled(one, unit, generator) for unit in raised.iter_rows(named=True)]
    if not one.whole:
        # In applications overtaken, not in departures from the usual number of them.
        excess = pl.col("observed") - pl.col("expected")
        raised = raised.with_columns(expected=pl.col("overtook") - excess, observed="overtook")
    return raised.with_columns(permutation=pl.Series(chances, dtype=pl.Float64)).select(
        pl.col("office_id").alias("office"), "officer", pl.col("agency_id").alias("agency"),
        "n", "observed", "expected", "q", "permutation",
    ).cast(WATCHED).sort("office", "officer", "agency")  # fmt: skip


def _shuffled(one: _Asked, unit: Mapping[str, Any], generator: np.random.Generator) -> float:
    """Share of shuffles within cells that give the unit as much or more."""
    rows = one.rows.filter(pl.col("office_id") == unit["office_id"])
    mine = pl.col("agency_id") == unit["agency_id"]
    if one.whole:
        if one.own:
            rows = rows.filter(pl.col("assigned_to") != unit["officer"])
        value = (pl.col("officer") == unit["officer"]).fill_null(value=False).cast(pl.Float64)
    else:
        mine &= pl.col("officer") == unit["officer"]
        value = pl.col("value")
    rows = rows.select("cell", mine.fill_null(value=False).alias("mine"), value.alias("value")).sort(
        "cell", maintain_order=True
    )
    rows = rows.filter(pl.col("mine").any().over("cell") & (pl.len().over("cell") > 1))
    sums = shuffled_sums(rows["value"].to_numpy(), rows["mine"].to_numpy(), _bounds(rows["cell"]), _DRAWS, generator)
    observed = float(rows.filter("mine")["value"].sum())
    return float((1 + np.sum(sums >= observed - 1e-9)) / (1 + _DRAWS))
