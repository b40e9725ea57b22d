"""The permit was issued before its fee was paid, or without a fee and without a waiver (PRC104).

What it looks at:
    The time of issue of each work permit against the payment in the fee ledger, found by the receipt that the permit
    names or by its application.

Why it matters:
    The fee is the state's own record of how many permits there should be. A permit without one was issued past the
    counter, and what was paid for it, if anything, did not reach the ledger.

What else it can be:
    - The fee was waived, or one receipt covers a group; a waiver code or a receipt of another application is in
      order.
    - The payment was posted on the next working day; so it is taken up to the next day on which the office is open,
      and for four days, because banks keep other days than offices.
    - The ledger is not yet posted to the end; so it is taken where the permit is younger than its last payment but
      three days.
    - The fees of this office are kept elsewhere; so it is taken where a fifth of all its permits lack one.
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in the date of issue puts all steps in order and the access log does not bear the
      date out.

When it is not applied:
    No policy pack, its law does not put the fee before the issue on that day, or the permit is no work permit.
    Payment on the day of issue is in order. A receipt that was delivered but could not be taken is not called absent.

What to check next:
    Ask the cashier's office for the day's receipts and the pay order.

Source:
    Issuing state's law, topic process-order of its policy pack; alleged in ACC v. two BMET employees (Bangladesh,
    2024; case statement, outcome not known to us).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import clerical, first_of
from checks.prc.order import breaches, by_law, day_written, share_of_office, with_slip_of_issue
from checks.prc.permits import known_rows, matched, unmatched, work_permits
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Share of an office's permits without a fee from which its fees are taken to be kept elsewhere.
ELSEWHERE = 0.2
#: Payments of the last days may still be on the way to the ledger.
POSTING = dt.timedelta(days=3)
#: Banks are closed for so long at most around a holiday.
LONG_WEEKEND = 4
#: A next open day further away is a gap in the calendar.
LONGEST_CLOSURE = 10


def issued_before_fee(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit whose fee was not paid by the day of issue."""
    fees = tables["fees"].select("receipt_number", "paid_at", "waiver")
    permits = work_permits(tables, "receipt_number", "issued_at")
    unpaid = pl.col("waiver").is_null() & (pl.col("issued_at") < pl.col("paid_at"))
    suspects = pl.concat(
        [
            permits.filter(pl.col("receipt_number").is_null()).select("row"),
            unmatched(permits, fees, "receipt_number").select("row"),
            matched(permits, fees, "receipt_number").filter(unpaid).select("row"),
        ]
    )
    full = breaches(suspects, tables).join(
        known_rows(tables, "fees").rename({"key": "receipt_number"}), on="receipt_number", how="anti"
    )
    paid = _payments(full, tables)
    open_ = pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("issued_at_local").dt.date())
    unpaid_then = full.join(paid, on="row", how="left").filter(~pl.col("waived").fill_null(False) & open_)
    found = by_law(unpaid_then, context, "fee")
    paid_late = with_slip_of_issue(found.filter(pl.col("paid_on").is_not_null()), pl.col("paid_on"))
    late = _next_open_day(paid_late, tables)
    posted = pl.col("paid_on") <= pl.col("open_on")
    innocent = first_of(
        (posted, "the payment was posted on the next working day"),
        pl.col("slip_of_issue"),
    )
    absent = share_of_office(found.filter(pl.col("paid_on").is_null()), tables)
    return pl.concat(
        [
            _flags(late.with_columns(innocent.alias("innocent")), "issued_at", pl.col("issued_at_local")),
            _flags(_weighed(absent, tables, context), "receipt_number", pl.col("receipt_number")),
        ]
    )


def _payments(full: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """For each `row` the first payment under its receipt or application, and whether any of them was waived."""
    fees = tables["fees"].with_columns(
        day_written("paid_at").alias("paid_on"), pl.col("receipt_number").alias("paid_by")
    )
    first = [pl.col(column).drop_nulls().first() for column in ("paid_at", "paid_on", "paid_by")]

    def under(key: str) -> pl.LazyFrame:
        ours = fees.filter(pl.col(key).is_not_null()).join(full.select(key), on=key, how="semi").sort("paid_at")
        by_key = ours.group_by(key, maintain_order=True).agg(
            pl.col("waiver").is_not_null().any().alias("waived"), *first
        )
        return full.select("row", key).join(by_key, on=key).drop(key)

    both = pl.concat([under("receipt_number"), under("application_id")]).sort("paid_at")
    return both.group_by("row", maintain_order=True).agg(pl.col("waived").any(), *first)


def _next_open_day(late: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `open_on`: the next day after the issue on which the office is open, four days later at least."""
    days = tables["calendar"].filter("open").select("office_id", pl.col("date").alias("_open_on")).sort("_open_on")
    after = late.with_columns((pl.col("issued_at_local").dt.date() + pl.duration(days=1)).alias("_after"))
    joined = after.sort("_after").join_asof(
        days,
        left_on="_after",
        right_on="_open_on",
        by="office_id",
        strategy="forward",
        check_sortedness=False,
        tolerance=dt.timedelta(days=LONGEST_CLOSURE),
    )
    bank = pl.col("_after") + pl.duration(days=LONG_WEEKEND - 1)
    return joined.with_columns(pl.max_horizontal("_open_on", bank).alias("open_on")).drop(
        "_after", "_open_on", strict=False
    )


def _weighed(absent: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The permits without any payment, with the innocent cause where the ledger points to one."""
    ledger = tables["fees"].select(pl.col("paid_at").max().alias("ledger_to"))
    elsewhere = pl.col("share") >= context.threshold("PRC104", "elsewhere", ELSEWHERE)
    innocent = first_of(
        (pl.col("issued_at") > pl.col("ledger_to") - POSTING, "the ledger is not yet posted to the end"),
        (elsewhere, "the fees of this office are kept elsewhere"),
    )
    return absent.join(ledger, how="cross").with_columns(innocent.alias("innocent"))


def _flags(found: pl.LazyFrame, column: str, value: pl.Expr) -> pl.LazyFrame:
    """Findings on permits without a payment (`receipt_number`) or before it (`issued_at`)."""
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), column, value, "a payment up to the day of issue"),
        "issued {}, receipt {}, paid {} ({})",
        pl.col("issued_at_local"),
        pl.col("receipt_number"),
        pl.col("paid_at"),
        pl.col("law_citation"),
        cause=column,
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            Cell("fees", pl.col("paid_by"), "paid_at", pl.col("paid_at")),
            Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_at")),
        ],
    )


CHECK = RowCheck(
    code="PRC104",
    name="issued-before-fee",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.issued_at",
        "permits.receipt_number",
        "fees.receipt_number",
        "fees.paid_at",
    ),
    innocent=(
        "the fee was waived, or one receipt covers a group",
        "the payment was posted on the next working day",
        "the ledger is not yet posted to the end",
        "the fees of this office are kept elsewhere",
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
    ),
    next_check="Ask the cashier's office for the day's receipts and the pay order",
    source="Issuing state's law, topic process-order of its policy pack; alleged in ACC v. two BMET employees "
    "(Bangladesh, 2024; case statement, outcome not known to us)",
    thresholds=(("elsewhere", ELSEWHERE),),
    rule=issued_before_fee,
)
