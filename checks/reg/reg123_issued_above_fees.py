"""On one day an office issued many more permits than fees were paid for (REG123).

What it looks at:
    The permits that each office issued on each day, against the fees found under their receipts and applications. It is
    named where at least 3 permits of the day, and at least half of them, have no fee.

Why it matters:
    The ledger of fees is kept by other hands than the printer. A day on which the printer made more permits than the
    cashier was paid for is a day on which permits went past the counter.

What else it can be:
    - The fees were paid on the neighbouring working days; so it is taken for payments up to 4 days after the issue.
    - One receipt covers a group; so it is taken where all permits with the receipt have one employer. A waiver, and a
      receipt that the ledger marks as a group's, count as paid.
    - The ledger is not yet posted to the end; so it is taken for the 3 days before its last payment and afterwards.
    - The fees of this office are kept elsewhere; so it is taken where a fifth of all its permits have no fee.

When it is not applied:
    The register has no fees or no receipts of permits. Days before the first payment in the ledger are passed over, and
    so are passports of officials and permits recorded as void. A receipt that was delivered but could not be taken
    counts as paid.

What to check next:
    Ask the cashier's office for the day's receipts and the pay orders.

Source:
    Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.reg.days import day_of
from checks.reg.unpaid import charged, unpaid
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits of one day without a fee, and their share of the day's, from which the day is named.
FEWEST = 3
SHARE = 0.5
#: Share of an office's permits without a fee from which its fees are taken to be kept elsewhere.
ELSEWHERE = 0.2
#: Payments of the last days may still be on the way to the ledger.
POSTING = dt.timedelta(days=3)
_DAY = ["office_id", "on"]


def issued_above_fees(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each office and day with many more permits than fees."""
    ledger = tables["fees"].select(day_of("paid_at").min().alias("first"), day_of("paid_at").max().alias("last"))
    offices = tables["offices"].select("office_id", pl.col("office_id").alias("office"))
    fewest = context.threshold("REG123", "fewest", FEWEST)
    least = pl.max_horizontal(pl.lit(fewest), pl.col("issued") * context.threshold("REG123", "share", SHARE))
    elsewhere = pl.col("of_office") * context.threshold("REG123", "elsewhere", ELSEWHERE)
    found = (
        _days(tables)
        .join(offices, on="office_id", how="left")
        .join(ledger, how="cross")
        .filter((pl.col("short") >= least) & (pl.col("on") >= pl.col("first")))
    )
    return flags(
        found,
        Cell(
            "permits", pl.col("permit_number"), "receipt_number", pl.col("receipt_number"), "a fee by the day of issue"
        ),
        "{} of the {} permits that office {} issued on {} have no fee",
        pl.col("short"),
        pl.col("issued"),
        pl.col("office_id"),
        pl.col("on"),
        cause="receipt_number",
        permit=pl.lit(None, pl.String),
        likely_innocent=pl.when(pl.col("on") > pl.col("last") - POSTING)
        .then(pl.lit("the ledger is not yet posted to the end"))
        .when(pl.col("short_of_office") >= elsewhere)
        .then(pl.lit("the fees of this office are kept elsewhere"))
        .when((pl.col("left") < least) & (pl.col("shared") * 2 > pl.col("short")))
        .then(pl.lit("one receipt covers a group"))
        .when(pl.col("left") < least)
        .then(pl.lit("the fees were paid on the neighbouring working days")),
        also=[
            Cell("permits", pl.col("last_number"), "receipt_number", pl.col("last_receipt")),
            Cell("offices", pl.col("office"), "office_id", pl.col("office")),
        ],
    )


def _days(tables: Tables) -> pl.LazyFrame:
    """Offices and days with permits that are not paid for, how many, and how many there are at all."""
    numbers = tables["permits"].select(
        "row", "permit_number", "office_id", "issued_at", "issued_at_offset", "receipt_number"
    )
    short = unpaid(tables).join(numbers, on="row").with_columns(day_of("issued_at").alias("on"))
    issued = charged(tables).group_by(_DAY).len("issued")
    totals = issued.with_columns(pl.col("issued").sum().over("office_id").alias("of_office"))
    days = (
        short.sort("issued_at", "row")
        .group_by(_DAY, maintain_order=True)
        .agg(
            pl.len().alias("short"),
            (~pl.col("excused")).sum().alias("left"),
            (pl.col("why") == "shared").sum().alias("shared"),
            pl.col("permit_number", "receipt_number").first(),
            pl.col("permit_number").last().alias("last_number"),
            pl.col("receipt_number").last().alias("last_receipt"),
        )
    )
    of_office = pl.col("short").sum().over("office_id").alias("short_of_office")
    return days.with_columns(of_office).join(totals, on=_DAY)


CHECK = RowCheck(
    code="REG123",
    name="issued-above-fees",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        *("permits.permit_number", "permits.office_id", "permits.issued_at", "permits.receipt_number"),
        *("fees.receipt_number", "fees.paid_at"),
    ),
    innocent=(
        "The fees were paid on the neighbouring working days",
        "One receipt covers a group",
        "The ledger is not yet posted to the end",
        "The fees of this office are kept elsewhere",
    ),
    next_check="Ask the cashier's office for the day's receipts and the pay orders",
    source="Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us)",
    thresholds=(("fewest", FEWEST), ("share", SHARE), ("elsewhere", ELSEWHERE)),
    rule=issued_above_fees,
)
