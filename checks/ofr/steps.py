"""The steps of a permit: who took each and when, by the register's own stamps and by the access log.

Frames of steps are narrowed first (`narrowed`), then looked up (`looked_up`), then told (`told`). The last two settle
their frame: one that is joined with itself would be worked out as often as it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from checks.office_time import office_time
from checks.rows import Cell, Tables, flags, settled
from pipeline.types.findings import Hypothesis


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the process.

    Attributes:
        officer: column of permits that names who took it.
        instant: column of permits that says when; findings about the stamp share it as their cause.
        action: word of the access log; it names the step in frames.
        done: what was done to the permit.
    """

    officer: str
    instant: str
    action: str
    done: str


ENTRY = Step("entered_by", "applied_at", "create", "entered")
APPROVAL = Step("approved_by", "decided_at", "approve", "approved")
PRINTING = Step("printed_by", "issued_at", "print", "printed")
HAND_OVER = Step("handed_by", "handed_at", "hand", "handed over")
STEPS = (ENTRY, APPROVAL, PRINTING, HAND_OVER)

#: Columns that name a step of a permit in frames.
KEY = ("permit_row", "action")


def stamped(tables: Tables, step: Step) -> pl.LazyFrame:
    """One row for each permit on which the step has an officer and an instant.

    Columns: permit_row, permit_number, office_id, officer, at, at_offset, and until, the last instant at which the step
    can have been taken: entry has no stamp of its own and lies between the application and the next stamp.
    """
    until = pl.col(step.instant)
    if step is ENTRY:
        until = pl.coalesce("assessed_at", "decided_at", "issued_at", "applied_at")
    return (
        tables["permits"]
        .select(
            pl.col("row").alias("permit_row"),
            "permit_number",
            "office_id",
            pl.col(step.officer).alias("officer"),
            pl.col(step.instant).alias("at"),
            pl.col(f"{step.instant}_offset").alias("at_offset"),
            until.alias("until"),
        )
        .drop_nulls(["office_id", "officer", "at"])
    )


def narrowed(
    tables: Tables, keep: Callable[[pl.LazyFrame], pl.LazyFrame], steps: Sequence[Step] = STEPS
) -> pl.LazyFrame:
    """The stamped steps that `keep` lets through, with `action`."""
    return pl.concat([keep(stamped(tables, step)).with_columns(pl.lit(step.action).alias("action")) for step in steps])


def looked_up(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with the access log's word and local days; entries have the instant of the log where it has one.

    Adds log_row and log_user (null where the log has no row about the step), log_at, at_local, day and last_day.
    Entries that the log has from another user are left out.

    Args:
        found: few steps, as from `narrowed`.
        tables: has `offices` and the access log.
    """
    log = (
        tables["access_log"]
        .filter(pl.col("object_type") == "permit")
        .select(
            pl.col("object_id").alias("permit_number"),
            "action",
            pl.col("at").alias("log_at"),
            pl.col("at_offset").alias("log_offset"),
            pl.col("user_id").alias("log_user"),
            pl.col("row").alias("log_row"),
        )
    )
    entered = pl.when(pl.col("action") == ENTRY.action)
    # Who is named for an entry that the log has from another user corrected it at a time that nobody wrote down.
    by_another = (pl.col("action") == ENTRY.action) & (pl.col("log_user") != pl.col("officer"))
    known = (
        settled(found)
        .join(log, on=["permit_number", "action"], how="left")
        .sort("log_at", "log_row", nulls_last=True)
        .unique(KEY, keep="first", maintain_order=True)
        .filter(by_another.fill_null(False).not_())
        .with_columns(
            pl.coalesce(entered.then("log_at"), "at").alias("at"),
            pl.coalesce(entered.then("log_at"), "until").alias("until"),
            pl.coalesce(entered.then("log_offset"), "at_offset").alias("at_offset"),
        )
    )
    later = pl.max_horizontal(pl.col("until") - pl.col("at"), pl.duration())
    local = office_time(known, tables, "at").with_columns(
        pl.col("at_local").dt.date().alias("day"), (pl.col("at_local") + later).dt.date().alias("last_day")
    )
    return settled(local)


def told(
    found: pl.LazyFrame,
    message: str,
    *values: pl.Expr,
    expected: pl.Expr,
    likely_innocent: pl.Expr,
    slip: pl.Expr,
    strength: pl.Expr | None = None,
    also: Sequence[Cell] = (),
) -> pl.LazyFrame:
    """One finding for each step, at the officer's column; its cause is the stamp's.

    Args:
        found: as from `looked_up`.
        message: begins after "entered by OF-001 on 2024-03-05".
        values: for the message.
        expected: who would have been in order.
        likely_innocent: as for `flags`; a slip goes before it.
        slip: the colleague whose identifier was meant; such a finding is clerical.
        strength: as for `flags`.
        also: further cells, after the stamp and before the log's row.
    """
    found = settled(found)
    number = pl.col("permit_number")
    clerical = pl.when(slip.is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL)))
    meant = pl.format("the identifier of a colleague, {}, was meant", slip)
    return pl.concat(
        [
            flags(
                found.filter(pl.col("action") == step.action),
                Cell("permits", number, step.officer, pl.col("officer"), expected),
                f"{step.done} by {{}} on {{}}{message}",
                pl.col("officer"),
                pl.col("day"),
                *values,
                cause=step.instant,
                permit=number,
                likely_innocent=pl.coalesce(pl.when(slip.is_not_null()).then(meant), likely_innocent),
                hypothesis=clerical,
                strength=strength,
                also=[
                    Cell("permits", number, step.instant, pl.col("at_local")),
                    *also,
                    Cell("access_log", pl.col("log_row"), "user_id", pl.col("log_user")),
                ],
            )
            for step in STEPS
        ]
    )
