"""More permits were issued to an agency or employer than were approved (REG122).

What it looks at:
    The permits of each agency and employer for which there are approvals, counted in order of issue against the
    quantity approved for the period; one finding for each permit beyond it.

Why it matters:
    The approval is a decision of the ministry, the count is what its offices made of it. Whoever sells permits under an
    approval that is used up leaves correct documents, and only the count shows them.

What else it can be:
    - The rest of the approval before was carried over; so it is taken where that approval ended at most 92 days before
      and had as much left.
    - The issue belongs to the next period; so it is taken in the last 14 days of a period, where the next approval
      follows and has as much left.
    - Renewals do not count towards the approval; so it is taken where there are as many renewals as permits beyond it,
      and one approval in ten is exceeded with its renewals and kept without them.
    - An approval was delivered and could not be taken; so it is taken where the register has such rows.

When it is not applied:
    The register has no approvals. A permit of an agency and an employer without any approval for its category is passed
    over, and so is one that was issued more than 14 days before or after the period of an approval. Approvals whose
    periods overlap are added up, and a permit counts towards the narrowest approval that has room. Permits recorded as
    void do not count.

What to check next:
    Ask the ministry for the approval itself and for every change of its quantity.

Source:
    Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): 2,960 approved for
    eight agencies, 6,938 cards issued.
"""

from __future__ import annotations

import polars as pl

from checks.reg.approved import EDGE, beyond
from checks.reg.keys import of_rows, refused
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


def issued_above_approved(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit beyond the quantity approved."""
    not_taken = refused(tables, "approvals").select((pl.len() > 0).alias("not_taken"))
    found = of_rows(beyond(tables), tables, "permits", "permit_number", "agency_id", "employer_id")
    excess = pl.col("excess")
    at_the_end = pl.col("on") > pl.col("ends") - EDGE
    return flags(
        found.join(not_taken, how="cross"),
        Cell(
            "permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), "a permit that was approved"
        ),
        "permit {} of {} issued under an approval of {} from {} to {}; agency {}, employer {}",
        pl.col("count"),
        pl.col("issued"),
        pl.col("approved"),
        pl.col("begins"),
        pl.col("ends"),
        pl.col("agency_id"),
        pl.col("employer_id"),
        cause="approval",
        likely_innocent=pl.when(pl.col("not_taken"))
        .then(pl.lit("an approval was delivered and could not be taken"))
        .when(excess <= pl.col("left_before"))
        .then(pl.format("the rest of the approval before was carried over: {} were left", "left_before"))
        .when(at_the_end & (excess <= pl.col("left_after")))
        .then(pl.lit("the issue belongs to the next period"))
        .when(pl.col("apart") & (pl.col("issued") - pl.col("renewals") <= pl.col("approved")))
        .then(pl.format("renewals do not count towards the approval: {} are renewals", "renewals")),
        also=[Cell("approvals", pl.col("approval_id"), "quantity", pl.col("quantity"), pl.col("issued"))],
    )


CHECK = RowCheck(
    code="REG122",
    name="issued-above-approved",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        *("permits.permit_number", "permits.issued_at"),
        *("approvals.approval_id", "approvals.quantity", "approvals.valid_from"),
    ),
    innocent=(
        "The rest of the approval before was carried over",
        "The issue belongs to the next period",
        "Renewals do not count towards the approval",
        "An approval was delivered and could not be taken",
    ),
    next_check="Ask the ministry for the approval itself and for every change of its quantity",
    source="Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): 2,960 "
    "approved for eight agencies, 6,938 cards issued",
    rule=issued_above_approved,
)
