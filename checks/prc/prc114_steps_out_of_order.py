"""The steps of the permit are out of order (PRC114).

What it looks at:
    Assessment, decision, issue and hand-over of one permit against each other, and the first print in the access log
    against the decision.

Why it matters:
    A permit that is printed before it is approved, or handed over before it is issued, did not pass through the hands
    that should have stopped it. The other steps were filled in to complete the file.

What else it can be:
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in one of the two dates puts the steps in order and the access log does not bear it
      out.
    - The clock of a workstation was set to another zone; so it is taken where the steps are in order by the times as
      written.
    - Steps were entered after an outage; so it is taken where at least 10 permits of the office have these steps out
      of order on that day.
    - Only the date of a step was recorded, and its time of day is midnight.
    - The log has a clean-up of the file.

When it is not applied:
    One of two steps has no time. Ten minutes between clocks are in order. Issue before the application is another
    check's matter.

What to check next:
    Ask for the print log of the workstation and compare it with the file.

Source:
    ICAO Doc 9303-2 appendix D (issue outside the rules); issuing state's procedure.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import clerical, first_of
from checks.prc.logs import logged, tidied
from checks.prc.order import as_written, borne_out, date_only, day_written
from checks.prc.permits import detailed, matched
from checks.prc.slips import with_slip
from checks.rows import Cell, RowCheck, RowContext, Tables, flags, settled
from pipeline.types.findings import Hypothesis, Strength

#: Clocks of two workstations may differ by so many minutes.
GRACE = 10
#: Permits of an office and day with the same steps out of order; so many were entered afterwards.
BULK = 10
#: The steps in their order, with the log's word for each.
STEPS = {"assessed_at": "assess", "decided_at": "approve", "issued_at": "print", "handed_at": "hand"}
_COLUMNS = (
    *("permit_number", "application_id", "office_id", "applied_at", "applied_at_offset", "valid_until"),
    *STEPS,
    *(f"{step}_offset" for step in STEPS),
)


def steps_out_of_order(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each step of a permit that carries an earlier time than one before it."""
    grace = dt.timedelta(minutes=context.threshold("PRC114", "grace_minutes", GRACE))
    bulk = context.threshold("PRC114", "bulk", BULK)
    parts = [_early_step(tables, step, grace, bulk) for step in list(STEPS)[1:]]
    return pl.concat([*parts, _early_print(tables, grace, bulk)])


def _early_step(tables: Tables, step: str, grace: dt.timedelta, bulk: float) -> pl.LazyFrame:
    """Findings on permits whose step lies before the one that comes before it.

    The next one alone is asked: where every step follows the one before, all are in order, and a single stamp that is
    out of order is told once.
    """
    before = list(STEPS)[: list(STEPS).index(step)]
    nearest = list(reversed(before))
    early = settled(tables["permits"].filter(pl.col(step) < pl.coalesce(nearest) - grace).select("row"))
    full = tidied(detailed(early, tables, *_COLUMNS), tables, "application_id", "permit_number")
    both = logged(logged(full, tables, STEPS[step]), tables, STEPS[before[-1]], "before")
    written = pl.coalesce(as_written(one) for one in nearest) - grace <= as_written(step)
    innocent = first_of(
        (written, "the clock of a workstation was set to another zone"),
        *_causes([step, *before], bulk, step),
        pl.coalesce("slip", "slip_before"),
    )
    return flags(
        _with_slips(both, step, before).with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), step, pl.col(step), pl.format("from {}", _latest_day(before))),
        "assessed {}, decided {}, issued {}, handed over {}",
        *(pl.col(one) for one in STEPS),
        cause=step,
        likely_innocent=pl.col("innocent"),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            *(Cell("permits", pl.col("permit_number"), one, pl.col(one)) for one in before),
            Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_at")),
        ],
    )


def _on_one_row(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits whose number no other row has: the log does not say which of two was printed."""
    same = tables["permits"].select("permit_number").join(found, on="permit_number", how="semi")
    once = same.group_by("permit_number").len().filter(pl.col("len") == 1)
    return found.join(once, on="permit_number", how="semi")


def _early_print(tables: Tables, grace: dt.timedelta, bulk: float) -> pl.LazyFrame:
    """Findings on permits that the log has printed before they were decided, though their row does not say so."""
    decided = (
        tables["permits"]
        .filter(pl.col("decided_at").is_not_null())
        .select("row", pl.col("permit_number").alias("object_id"), "decided_at", "issued_at")
    )
    prints = tables["access_log"].filter(pl.col("action") == "print").select("object_id", pl.col("at").alias("printed"))
    hidden = (pl.col("printed") < pl.col("decided_at") - grace) & (pl.col("issued_at") >= pl.col("decided_at") - grace)
    early = settled(matched(decided, prints, "object_id").filter(hidden.fill_null(False)).select("row"))
    full = tidied(detailed(early, tables, *_COLUMNS), tables, "application_id", "permit_number")
    one_row = _on_one_row(full, tables)
    found = logged(one_row, tables, "print").filter(pl.col("logged_at") < pl.col("decided_at") - grace)
    innocent = first_of(*_causes(["decided_at"], bulk, "logged_at"))
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell(
            "access_log",
            pl.col("logged_row"),
            "at",
            pl.col("logged_at"),
            pl.format("from {}", _latest_day(["decided_at"])),
        ),
        "printed {} by the log, decided {}, issued {}",
        pl.col("logged_at"),
        pl.col("decided_at"),
        pl.col("issued_at"),
        cause="decided_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), "decided_at", pl.col("decided_at"))],
    )


def _causes(steps: list[str], bulk: float, of_day: str) -> list[tuple[pl.Expr, str]]:
    """The innocent causes that do not depend on which step it is."""
    return [
        (date_only(*steps), "only the date of a step was recorded"),
        (pl.len().over("office_id", pl.col(of_day).dt.date()) >= bulk, "steps were entered after an outage"),
        (pl.col("tidied"), "the log has a clean-up of the file"),
    ]


def _with_slips(found: pl.LazyFrame, step: str, before: list[str]) -> pl.LazyFrame:
    """The permits with `slip` in the date of the step, and `slip_before` in that of the one before, alone late.

    The first puts the step behind those before it and before the next, the second that one between its neighbours.
    """
    after = [day_written(one) for one in list(STEPS)[list(STEPS).index(step) + 1 :]]
    last = pl.when(~borne_out(step, "logged_at")).then(pl.min_horizontal(*after, "valid_until"))
    of_step = with_slip(found, "slip", day_written(step), _latest_day(before), last)
    near, others = before[-1], before[:-1]
    alone = pl.all_horizontal(pl.lit(True), *((pl.col(one) <= pl.col(step)).fill_null(True) for one in others))
    first = pl.max_horizontal(day_written("applied_at"), *(day_written(one) for one in others))
    free = pl.when(alone & ~borne_out(near, "before_at")).then(day_written(step))
    return with_slip(of_step, "slip_before", day_written(near), first, free)


def _latest_day(steps: list[str]) -> pl.Expr:
    return pl.max_horizontal(day_written(step) for step in steps)


CHECK = RowCheck(
    code="PRC114",
    name="steps-out-of-order",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.decided_at", "permits.issued_at"),
    innocent=(
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
        "the clock of a workstation was set to another zone",
        "steps were entered after an outage",
        "only the date of a step was recorded",
        "the log has a clean-up of the file",
    ),
    next_check="Ask for the print log of the workstation and compare it with the file",
    source="ICAO Doc 9303-2 appendix D (issue outside the rules); issuing state's procedure",
    thresholds=(("grace_minutes", GRACE), ("bulk", BULK)),
    rule=steps_out_of_order,
)
