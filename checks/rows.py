"""A row check: its declaration, what it yields, and the runner.

A rule is a pure function `(tables, context) -> LazyFrame` with one row for each irregularity, built by `flags`. All
tables of `pipeline.reference.register_tables` are handed in; one that was not delivered is empty. The tables of an
earlier delivery of the same register stand under `earlier.<table>`. The runner decides not-applicable (a table or
column that the check needs was not delivered) and turns an exception into an `error` outcome.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from checks.declaration import Declaration, NotApplicable
from pipeline.errors import place_of
from pipeline.reference.policy import PolicyPack
from pipeline.types.findings import Finding, Hypothesis, OutcomeKind, RowEvidence, Strength

log = logging.getLogger(__name__)

Tables = Mapping[str, pl.LazyFrame]

_CELL = {name: pl.String() for name in ("table", "key", "column", "value", "expected")}
#: What a rule returns. `permit_number`: the permit concerned, null where the finding is on no single one.
#: `likely_innocent`: the innocent cause that the register's own data point to. `also`: further cells it rests on.
FLAGS = pl.Schema(
    {
        **_CELL,
        "cause": pl.String(),
        "message": pl.String(),
        "permit_number": pl.String(),
        "strength": pl.Int8(),
        "hypothesis": pl.String(),
        "likely_innocent": pl.String(),
        "also": pl.List(pl.Struct(_CELL)),
    }
)


@dataclass(frozen=True, slots=True)
class RowContext:
    """Everything a row rule may know beside the tables.

    Attributes:
        law: policy pack of the state whose register it is; None where no such pack is at hand.
        delivered: names of tables and columns that were delivered with at least one value: `fees`, `fees.paid_at`.
        thresholds: settings of `[checks.CODE]`, by code and name.
    """

    today: dt.date
    law: PolicyPack | None
    delivered: frozenset[str]
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Whether all of these tables or columns were delivered."""
        return self.delivered.issuperset(names)

    def threshold(self, code: str, name: str, default: float) -> float:
        """A limit of a check: the settings' value, else the module's own constant."""
        return self.thresholds.get(code, {}).get(name, default)


RowRule = Callable[[Tables, RowContext], pl.LazyFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck(Declaration):
    """Declaration of a check on the rows of a register.

    Attributes:
        subject: table whose rows it judges; a run counts them.
        needs: `table.column` without which it is not applicable.
        rule: the rule itself.
    """

    subject: str
    needs: tuple[str, ...]
    rule: RowRule

    @property
    def module(self) -> str:
        """Where its rule stands."""
        return self.rule.__module__


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """How a row check ended on a register; `flags` has the columns of FLAGS, `reason` is for the other kinds."""

    code: str
    version: int
    kind: OutcomeKind
    flags: pl.DataFrame
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the register as expressions over the frame of `flags`.

    Attributes:
        key: of the row: the table's key column, else the number of the row.
        expected: what would have been in order; "" where that is no value.
    """

    table: str
    key: pl.Expr
    column: str
    value: pl.Expr
    expected: pl.Expr | str = ""


def flags(
    frame: pl.LazyFrame,
    cell: Cell,
    message: str,
    *values: pl.Expr,
    cause: str,
    permit: pl.Expr | None = None,
    likely_innocent: pl.Expr | None = None,
    strength: pl.Expr | Strength | None = None,
    hypothesis: pl.Expr | Hypothesis | None = None,
    also: Sequence[Cell] = (),
) -> pl.LazyFrame:
    """One finding for each row of a frame, in the columns of FLAGS.

    Args:
        frame: the irregular rows, with every column that the expressions ask for.
        cell: the cell to look at first.
        message: what is seen, with a `{}` for each of `values`; a null is shown as "none".
        values: expressions of any type.
        cause: key that findings of one cause share, so that they count once: the column that would be wrong if one
            slip explained them all (`issued_at` for out of hours, closed day and off roster alike).
        permit: number of the permit concerned; left out, it is the key of a cell in `permits`.
        likely_innocent: innocent cause that the data point to, null where they do not; such a finding is weak unless
            `strength` says otherwise.
        strength: null or left out: as declared; never more than declared.
        hypothesis: null or left out: as declared.
        also: further cells it rests on; one whose key is null is left out.
    """
    schema = frame.collect_schema()

    def text(value: pl.Expr | str) -> pl.Expr:
        if isinstance(value, str):
            return pl.lit(value, pl.String)
        return _written(value, pl.LazyFrame(schema=schema).select(value).collect_schema().dtypes()[0])

    def struct(one: Cell) -> pl.Expr:
        return pl.struct(
            pl.lit(one.table).alias("table"),
            text(one.key).alias("key"),
            pl.lit(one.column).alias("column"),
            text(one.value).fill_null("").alias("value"),
            text(one.expected).fill_null("").alias("expected"),
        )

    none = pl.lit(None, pl.String)
    innocent = none if likely_innocent is None else likely_innocent
    weak = pl.when(innocent.is_not_null()).then(pl.lit(int(Strength.WEAK), pl.Int8))
    given = pl.lit(int(strength), pl.Int8) if isinstance(strength, Strength) else strength
    named = pl.lit(str(hypothesis)) if isinstance(hypothesis, Hypothesis) else hypothesis
    named_permit = text(cell.key) if cell.table == "permits" else none
    present = [pl.when(one.key.is_not_null()).then(struct(one)) for one in also]
    listed = pl.concat_list(present).list.drop_nulls() if also else pl.lit([], FLAGS["also"])
    return frame.select(
        struct(cell).alias("cell"),
        pl.lit(cause, pl.String).alias("cause"),
        pl.format(message, *(text(value).fill_null("none") for value in values)).alias("message")
        if values
        else pl.lit(message, pl.String).alias("message"),
        (named_permit if permit is None else permit).alias("permit_number"),
        (weak if given is None else given.cast(pl.Int8)).alias("strength"),
        (none if named is None else named).alias("hypothesis"),
        innocent.alias("likely_innocent"),
        listed.alias("also"),
    ).unnest("cell")


def _written(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A value as it is shown: ISO 8601, an instant with its offset, times to the minute."""
    match dtype:
        case pl.Datetime(time_zone=None):
            return value.dt.strftime("%Y-%m-%d %H:%M")
        case pl.Datetime():
            return value.dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
        case pl.Time():
            return value.dt.strftime("%H:%M")
        case _:
            return value.cast(pl.String)


def settled(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The same rows, worked out now and kept in memory.

    Where several parts of a rule rest on the same few candidates, a plan would look for them in the million again and
    again. Only for frames that a filter has made small.
    """
    return _collected(frame).lazy()


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The rows of a plan; worked out in memory where the streaming engine panics, as it does on some joins of texts.

    Seen with Polars 2.1.0 (`binview`, index out of bounds); the other engine gives the rows.
    """
    try:
        return frame.collect(engine="streaming")
    except pl.exceptions.PanicException:
        return frame.collect(engine="in-memory")


def finding_of(check: RowCheck, flag: Mapping[str, Any], precision: float | None = None) -> Finding:
    """The finding of one row of flags; its cells are evidence, the one to look at first in front."""
    cells = [flag, *flag["also"]]
    return Finding(
        code=check.code,
        version=check.version,
        title=check.title,
        message=flag["message"],
        strength=Strength(flag["strength"]),
        hypothesis=Hypothesis(flag["hypothesis"]),
        legibility=1.0,
        evidence=tuple(RowEvidence(**{name: one[name] or "" for name in _CELL}) for one in cells),
        innocent_causes=check.innocent,
        next_check=check.next_check,
        cause=flag["cause"],
        protection=check.protection,
        likely_innocent=flag["likely_innocent"],
        precision=precision,
    )


def run_rows(check: RowCheck, tables: Tables, context: RowContext) -> RowOutcome:
    """Run one check over a register."""
    none = pl.DataFrame(schema=FLAGS)
    missing = sorted(name for name in check.needs if name not in context.delivered)
    if missing:
        reason = f"not in the register: {', '.join(missing)}"
        return RowOutcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, none, reason)
    try:
        found = _collected(check.rule(tables, context).select(list(FLAGS)))
        found = found.cast(FLAGS).with_columns(
            pl.min_horizontal(pl.col("strength").fill_null(int(check.strength)), pl.lit(int(check.strength), pl.Int8)),
            pl.col("hypothesis").fill_null(str(check.hypothesis)),
        )
    except NotApplicable as why:
        return RowOutcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, none, str(why))
    # A rule that breaks, or the engine below it (a panic is no Exception), is our fault and must not stop the run.
    except (Exception, pl.exceptions.PanicException) as error:
        log.error("check %s failed: %s", check.code, place_of(error))
        return RowOutcome(check.code, check.version, OutcomeKind.ERROR, none, type(error).__name__)
    kind = OutcomeKind.FLAG if found.height else OutcomeKind.CLEAR
    return RowOutcome(check.code, check.version, kind, found.sort("table", "key", "column", "message"))
