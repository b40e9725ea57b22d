"""A step was taken in the name of an officer who was on leave (OFR103).

What it looks at:
    Entry, approval, printing and hand-over of each permit: the officer who is named for the step against that
    officer's leave. Leaves that overlap or follow each other count as one. An officer who was called back by a
    posting as delegate or cover that begins during the leave is in order; a delegate signs with the delegate's own
    name.

Why it matters:
    Who is away signs nothing. The commonest reason for such a stamp is an access lent to, or taken by, somebody else.

What else it can be:
    - Half a day was worked, on the first or the last day of the leave.
    - The leave was begun later or broken off, and the register was not told; taken where the officer's steps fill one
      end of the leave and leave the other half empty.
    - The identifier of a colleague was meant, one character off; taken where the access log names that colleague for
      this step, or, without a row there, where such a colleague took the same step there that day.

When it is not applied:
    The register has no leave. A leave of more than 1,100 days is not judged: such a date is mistyped. Entry is judged
    at its row in the access log, and left alone where that names another user; without one it is left alone where any
    day between the application and the next stamp lies outside the leave. A course counts as leave, but such a finding
    is moderate: some work in the evening.

What to check next:
    Ask the officer's head who was at work that day, and see from which workstation the step was taken.

Source:
    ISO/IEC 27002:2022 clause 5.17 (authentication information is personal and not shared)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.postings import postings
from checks.ofr.slips import with_slip
from checks.ofr.spells import spells
from checks.ofr.steps import KEY, looked_up, narrowed, told
from checks.rows import Cell, RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength

#: Days; a longer leave has a mistyped date.
LONGEST = 1100
#: Days with steps that show that an officer was back at work.
BACK = 3


def step_on_leave(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and step."""
    away = _leave(tables, context.threshold("OFR103", "longest_days", LONGEST))
    days = away.with_columns(
        pl.date_ranges(pl.col("since").dt.offset_by("-1d"), pl.col("till").dt.offset_by("1d")).alias("on")
    ).explode("on")
    day = pl.col("at").dt.date().alias("on")
    steps = narrowed(tables, lambda steps: steps.with_columns(day).join(days, on=["officer", "on"]).drop("on"))
    within = (pl.col("day") >= pl.col("since")) & (pl.col("last_day") <= pl.col("till"))
    found = looked_up(steps.sort("since").unique(KEY, keep="last", maintain_order=True), tables).filter(within)
    return _told(_worked(with_slip(_not_called_back(found, tables), tables)), context)


def _leave(tables: Tables, longest: float) -> pl.LazyFrame:
    """Columns officer, since, till, kind, leave_row; the kind and row are those of the first of several leaves."""
    rows = tables["leave"].select(
        pl.col("officer_id").alias("officer"),
        pl.col("from").alias("since"),
        pl.col("to").alias("till"),
        "kind",
        pl.col("row").alias("leave_row"),
    )
    lasting = (pl.col("till") - pl.col("since")).dt.total_days()
    return spells(rows.filter(lasting <= longest), "officer").filter(lasting <= longest)


def _not_called_back(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The steps for whose day no posting as delegate or cover of that officer began during the leave."""
    orders = postings(tables).filter(pl.col("role").is_in(["delegate", "cover"]))
    orders = orders.select("officer", pl.col("since").alias("from_day"), pl.col("till").alias("to_day"))
    called = pl.col("from_day").is_between("since", "day") & (pl.col("to_day") >= pl.col("day"))
    return (
        found.join(orders, on="officer", how="left")
        .filter(called.fill_null(False).any().over(KEY).not_())
        .drop("from_day", "to_day")
        .unique(KEY, keep="first", maintain_order=True)
    )


def _worked(found: pl.LazyFrame) -> pl.LazyFrame:
    """With the first and last day and the number of days on which the officer took steps during the leave."""
    one, day = ("officer", "since"), pl.col("day")
    return found.with_columns(
        day.min().over(one).alias("first"), day.max().over(one).alias("last"), day.n_unique().over(one).alias("worked")
    )


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    back = context.threshold("OFR103", "back_days", BACK)
    half = pl.col("since") + (pl.col("till") - pl.col("since")) / 2
    came_back = (pl.col("first") > half) & (pl.col("worked") * 2 > (pl.col("till") - pl.col("first")).dt.total_days())
    went_later = (pl.col("last") < half) & (pl.col("worked") * 2 > (pl.col("last") - pl.col("since")).dt.total_days())
    innocent = (
        pl.when((pl.col("day") == pl.col("since")) | (pl.col("last_day") == pl.col("till")))
        .then(pl.lit("half a day was worked, on the first or the last day of the leave"))
        .when((pl.col("worked") >= back) & (came_back | went_later))
        .then(pl.lit("the leave was begun later or broken off, and the register was not told"))
    )
    strong = pl.when(pl.col("kind") == "training").then(int(Strength.MODERATE)).otherwise(int(Strength.STRONG))
    slip = pl.col("slip")
    return told(
        found,
        ", who was on leave ({}) from {} to {}",
        pl.col("kind"),
        pl.col("since"),
        pl.col("till"),
        expected=pl.format("an officer at work on {}", "day"),
        likely_innocent=innocent,
        slip=slip,
        strength=pl.when(innocent.is_not_null() | slip.is_not_null()).then(int(Strength.WEAK)).otherwise(strong),
        also=[Cell("leave", pl.col("leave_row"), "from", pl.col("since"))],
    )


CHECK = RowCheck(
    code="OFR103",
    name="step-on-leave",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "leave.officer_id", "leave.from", "leave.to"),
    innocent=(
        "half a day was worked, on the first or the last day of the leave",
        "the leave was begun later or broken off, and the register was not told",
        "the identifier of a colleague was meant, one character off",
    ),
    next_check="Ask the officer's head who was at work that day, and see from which workstation the step was taken",
    source="ISO/IEC 27002:2022 clause 5.17 (authentication information is personal and not shared)",
    thresholds=(("longest_days", LONGEST), ("back_days", BACK)),
    rule=step_on_leave,
)
