"""One receipt stands on the permits of several applications (DUP102).

What it looks at:
    Receipt numbers that stand on permits of more than one application, against the fees. The application for which the
    fee was paid, or else the first, has the receipt; each other application is named.

Why it matters:
    A fee paid once and shown twice is a permit for which nobody paid the state. Who got it may have paid somebody else.

What else it can be:
    - One payment for a group: nothing is said where the fee is marked as paid for a group and the permits have one
      employer or agency, where the amount covers the usual fees of all of them, or where the receipt stands in the fees
      once for each. In a register without that fee it is taken for one where one employer or agency filed for all and
      the permits were issued within a week.
    - The receipt number was entered wrongly; so it is taken where the application has a fee of its own under another
      number.

When it is not applied:
    The register has no receipt numbers. Permits of one application, as a renewal or a card made again, share theirs.

What to check next:
    Ask the cashier's book for whom this receipt was written.

Source:
    Alleged in ACC v. two BMET employees (Bangladesh, 2024: cards issued beyond the pay orders); audit practice
    (duplicate payment evidence).
"""

from __future__ import annotations

import polars as pl

from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Share of the usual fees that covers them, for rounding.
COVERS = 0.99
#: Days within which permits of one payment are issued.
TOGETHER = 7
#: Fees from which the usual ones are worked out, about.
SAMPLE = 20_000
_COLUMNS = ("row", "permit_number", "issued_at", "receipt_number", "employer_id", "agency_id", "application_id")


def receipt_on_several_permits(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each application whose permit bears another application's receipt."""
    pairs = _pairs(tables).cache()
    one_sponsor = pl.any_horizontal(
        (pl.col(one) == pl.col(f"{one}_first")).fill_null(False) for one in ("employer_id", "agency_id")
    )
    covered = (pl.col("due") > 0) & (pl.col("amount") >= COVERS * pl.col("due"))
    in_order_payment = (
        (pl.col("group") & one_sponsor) | covered | (pl.col("times") >= pl.col("applications")) | pl.col("rightful")
    ).fill_null(False)
    together = (pl.col("issued_at") - pl.col("issued_at_first")).abs() <= pl.duration(days=TOGETHER)
    no_fee = pl.col("times").is_null()
    found = pairs.filter(~in_order_payment).join(_own_fee(pairs, tables), on="row", how="left")
    return flags(
        found,
        Cell(
            "permits",
            pl.col("permit_number"),
            "receipt_number",
            pl.col("receipt_number"),
            pl.coalesce("other_receipt", pl.lit("a receipt of its own")),
        ),
        "receipt {} stands on {} applications; {} paid",
        pl.col("receipt_number"),
        pl.col("applications"),
        pl.col("amount"),
        cause="receipt_number",
        hypothesis=pl.when(pl.col("other_receipt").is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.when(pl.col("other_receipt").is_not_null())
        .then(pl.format("the receipt number was entered wrongly: {} is for this application", pl.col("other_receipt")))
        .when(no_fee & one_sponsor & together.fill_null(False))
        .then(pl.lit("one payment for a group")),
        also=[
            Cell("permits", pl.col("permit_number_first"), "receipt_number", pl.col("receipt_number")),
            Cell("fees", pl.when(~no_fee).then(pl.col("receipt_number")), "amount", pl.col("amount"), pl.col("due")),
        ],
    )


def _pairs(tables: Tables) -> pl.LazyFrame:
    """Permits beside the one that has their receipt, `<column>_first`; what was paid, `amount`, and is usual, `due`."""
    rows = _several(tables)
    receipts = rows.select("receipt_number").unique()
    paid = (
        tables["fees"]
        .join(receipts, on="receipt_number", how="semi")
        .group_by("receipt_number")
        .agg(
            pl.col("amount").sum(),
            pl.len().alias("times"),
            (pl.col("waiver") == "GROUP").any().alias("group"),
            pl.col("application_id").drop_nulls().alias("paid_for"),
            pl.col("row").min().alias("fee_row"),
        )
    )
    known = rows.join(paid, on="receipt_number", how="left").join(_usual(rows, tables), on="row", how="left")
    rightful = pl.col("application_id").is_in(pl.col("paid_for").fill_null([])).fill_null(False)
    in_order = known.with_columns(rightful.alias("rightful")).sort(
        "rightful", "issued_at", "row", descending=[True, False, False], nulls_last=True
    )
    each = in_order.unique(["receipt_number", "own"], keep="first", maintain_order=True).with_columns(
        pl.len().over("receipt_number").alias("applications"),
        pl.col("usual").sum().over("receipt_number").alias("due"),
    )
    first = each.unique("receipt_number", keep="first", maintain_order=True).select(*_COLUMNS, "own")
    return each.join(first, on="receipt_number", suffix="_first").filter(pl.col("own") != pl.col("own_first"))


def _several(tables: Tables) -> pl.LazyFrame:
    """Permits whose receipt stands with more than one application; `own` names the application, or the lone permit."""
    own = pl.coalesce("application_id", "permit_number")
    keys = (
        tables["permits"]
        .drop_nulls("receipt_number")
        .select("row", pl.col("receipt_number").hash().alias("receipt"), own.hash().alias("own"))
    )
    ends = keys.group_by("receipt").agg(pl.col("own").min().alias("least"), pl.col("own").max().alias("most"))
    several = keys.join(ends.filter(pl.col("least") != pl.col("most")), on="receipt", how="semi").select("row")
    columns = tables["permits"].select(*_COLUMNS, _years().alias("years"))
    return columns.join(several, on="row", how="semi").with_columns(own.alias("own")).cache()


def _usual(rows: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` and `usual`: the median fee of permits with a receipt of their own and as many years of validity."""
    some = pl.col("row") % (pl.len() // SAMPLE + 1) == 0
    alone = tables["fees"].filter(some).filter(pl.col("waiver").is_null() & pl.col("application_id").is_not_null())
    paid = alone.select(pl.col("receipt_number").hash().alias("receipt"), "amount")
    years = tables["permits"].select(pl.col("receipt_number").hash().alias("receipt"), "row", _years().alias("years"))
    single = years.join(paid, on="receipt").join(rows, on="row", how="anti")
    by_years = single.group_by("years").agg(pl.col("amount").median().alias("usual"))
    overall = single.select(pl.col("amount").median().alias("overall"))
    return (
        rows.select("row", "years")
        .join(by_years, on="years", how="left", nulls_equal=True)
        .join(overall, how="cross")
        .select("row", pl.coalesce("usual", "overall").alias("usual"))
    )


def _years() -> pl.Expr:
    return ((pl.col("valid_until") - pl.col("valid_from")).dt.total_days() / 365).round()


def _own_fee(pairs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of pairs whose application has a fee under another receipt, and that, `other_receipt`."""
    own = pairs.select("row", "application_id", "receipt_number").drop_nulls("application_id")
    fees = tables["fees"].select("application_id", pl.col("receipt_number").alias("other_receipt"))
    return (
        own.join(fees.join(own, on="application_id", how="semi"), on="application_id")
        .filter(pl.col("receipt_number") != pl.col("other_receipt"))
        .group_by("row")
        .agg(pl.col("other_receipt").min())
    )


CHECK = RowCheck(
    code="DUP102",
    name="receipt-on-several-permits",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.receipt_number"),
    innocent=("one payment for a group", "the receipt number was entered wrongly"),
    next_check="Ask the cashier's book for whom this receipt was written",
    source="Alleged in ACC v. two BMET employees (Bangladesh, 2024: cards issued beyond the pay orders); audit "
    "practice (duplicate payment evidence)",
    rule=receipt_on_several_permits,
)
