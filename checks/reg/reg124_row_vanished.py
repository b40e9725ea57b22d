"""A permit of the earlier delivery is no longer in the register (REG124).

What it looks at:
    The numbers of the permits in the register as it was delivered before, against those of the present delivery.

Why it matters:
    Nothing leaves a register: what is revoked or expired is marked so. A row that is gone hides a permit from every
    count, while its card may still be in use.

What else it can be:
    - The row was removed by order of another person; so it is taken where the access log has a deletion or clean-up of
      it, and a ticket for that by another user in the 7 days before.
    - The number was corrected; so it is taken where a permit that is new in the register has the same holder and the
      same application.
    - The card was spoiled or lost, and is recorded among the voids; so it is taken unless the card had been handed over
      and the void says that it was spoiled or destroyed.
    - The present delivery leaves out a whole office or month; so it is taken where nearly all their permits are gone.
    - The present delivery is another extract of the register; so it is taken where at least 20 permits, and one in ten
      of the earlier delivery, are gone.

When it is not applied:
    There is no earlier delivery. A number that was delivered but could not be taken is not called absent.

What to check next:
    Ask both deliveries' keeper for the log of this row, and the office for the counterfoil of the card.

Source:
    Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): entries said
    to have been removed.
"""

from __future__ import annotations

import polars as pl

from checks.reg.days import month_of
from checks.reg.deliveries import EXTRACT_PERMITS, EXTRACT_SHARE, counts, left_out, vanished
from checks.reg.keys import of_rows
from checks.reg.traces import REMOVAL, acts, removals
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


def row_vanished(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit of the earlier delivery that is gone."""
    found = _gone(tables)
    many = pl.len() >= context.threshold("REG124", "extract_permits", EXTRACT_PERMITS)
    share = pl.len() >= pl.col("all") * context.threshold("REG124", "extract_share", EXTRACT_SHARE)
    spent = pl.col("void_reason").is_in(["spoiled", "destroyed"]) & pl.col("handed_at").is_not_null()
    voided = pl.col("void_row").is_not_null() & ~spent.fill_null(False)
    return flags(
        found.with_columns((many & share).alias("extract")),
        Cell(
            "earlier.permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), "in both deliveries"
        ),
        "permit {} of office {}, issued {}, {} in the delivery before, is not in the register",
        pl.col("permit_number"),
        pl.col("office_id"),
        pl.col("issued_at").dt.date(),
        pl.col("status"),
        cause="permit_number",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("left_out"))
        .then(pl.lit("the present delivery leaves out a whole office or month"))
        .when(pl.col("extract"))
        .then(pl.lit("the present delivery is another extract of the register"))
        .when(pl.col("ticket_row").is_not_null())
        .then(pl.lit("the row was removed by order of another person"))
        .when(pl.col("new_number").is_not_null())
        .then(pl.format("the number was corrected to {}", "new_number"))
        .when(voided)
        .then(pl.format("the card is recorded among the voids as {}", pl.col("void_reason").fill_null("void"))),
        also=[
            Cell("permits", pl.col("new_number"), "permit_number", pl.col("new_number")),
            Cell("access_log", pl.col("act_row"), "action", pl.col("act")),
            Cell("access_log", pl.col("ticket_row"), "action", pl.lit("ticket")),
            Cell("voids", pl.col("void_row"), "reason", pl.col("void_reason")),
        ],
    )


def _gone(tables: Tables) -> pl.LazyFrame:
    """The permits that are gone, with what the register knows that could explain it."""
    columns = ("holder_id", "application_id", "office_id", "status", "issued_at", "issued_at_offset", "handed_at")
    gone = vanished(tables).cache()
    full = of_rows(gone.select("row"), tables, "earlier.permits", "permit_number", *columns)
    voids = (
        tables["voids"]
        .group_by("permit_number")
        .agg(pl.col("row").first().alias("void_row"), pl.col("reason").first().alias("void_reason"))
    )
    return (
        left_out(full.with_columns(month_of("issued_at").alias("month")), counts(tables))
        .join(voids, on="permit_number", how="left")
        .join(removals(acts(tables, *REMOVAL)), left_on="permit_number", right_on="object_id", how="left")
        .join(_renumbered(full, tables), on="row", how="left")
        .join(tables["earlier.permits"].select(pl.len().alias("all")), how="cross")
    )


def _renumbered(gone: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of those gone, and `new_number` of a permit not there before, of the same holder and application."""
    keys = ["holder_id", "application_id"]
    rows = tables["permits"].select(*keys, pl.col("permit_number").alias("new_number"))
    same = gone.select("row", *keys).join(rows, on=keys)
    before = tables["earlier.permits"].select(pl.col("permit_number").alias("new_number"))
    known = before.join(same.select("new_number"), on="new_number", how="semi")
    return same.join(known, on="new_number", how="anti").group_by("row").agg(pl.col("new_number").min())


CHECK = RowCheck(
    code="REG124",
    name="row-vanished",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "earlier.permits.permit_number"),
    innocent=(
        "The row was removed by order of another person",
        "The number was corrected",
        "The card was spoiled or lost, and is recorded among the voids",
        "The present delivery leaves out a whole office or month",
        "The present delivery is another extract of the register",
    ),
    next_check="Ask both deliveries' keeper for the log of this row, and the office for the counterfoil of the card",
    source="Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): entries "
    "said to have been removed",
    thresholds=(("extract_permits", EXTRACT_PERMITS), ("extract_share", EXTRACT_SHARE)),
    rule=row_vanished,
)
