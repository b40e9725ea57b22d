"""Employers with different owners have the same address or telephone number (EMP107).

What it looks at:
    Addresses and telephone numbers of employers that have permits: one that 2 to 5 employers with different owners
    have at the same time.

Why it matters:
    Applications that one hand prepares for several firms carry that hand's address and number. The rarer such a thing
    is, the more it says; alone it says little.

What else it can be:
    - A business centre, a book-keeper or an agent's office is the address of many; so an address or number of more
      than 5 employers, or of an agency, is no finding.
    - Companies of one group have one owner, and are no finding.
    - Premises or numbers passed from one firm to the next; so it is no finding where their lives do not overlap.
    - Firms are neighbours in one building, or families with separate firms share a line; so it is taken where only the
      address is shared, and not the number as well.

When it is not applied:
    The register has no addresses and telephone numbers of employers, or no owners. An employer without a known owner
    is left out.

What to check next:
    See whether the same agency, assessor or officer handled the applications of these employers.

Source:
    FinCEN, Supplemental Advisory FIN-2020-A008, 2020 (unrelated customers with the same addresses and telephone
    numbers).
"""

from __future__ import annotations

import polars as pl

from checks.emp.listed import plain
from checks.emp.related import groups
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Employers with one address or number up to which it is rare.
RARE = 5


def address_or_phone_shared(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each employer and thing that it shares."""
    rare = context.threshold("EMP107", "rare", RARE)
    offices = pl.concat(
        [
            tables["agencies"].select(pl.lit(column).alias("by"), plain(pl.col(column)).alias("value"))
            for column in ("address", "phone")
        ]
    ).drop_nulls()
    own, other = pl.col("own").struct, pl.col("member").struct
    pairs = (
        groups(tables["employers"])
        .filter((pl.col("by") != "owner_id") & (pl.col("sharing") <= rare))
        .join(offices, on=["by", "value"], how="anti")
        .select("by", "sharing", "member", pl.col("member").alias("own"))
        .explode("own")
        .explode("member")
    )
    before = (own.field("dissolved_on") <= other.field("registered_on")).fill_null(False)
    after = (other.field("dissolved_on") <= own.field("registered_on")).fill_null(False)
    shared = (
        pairs.filter((own.field("owner_id") != other.field("owner_id")) & ~before & ~after)
        .select("by", "sharing", own.field("employer_id"), other.field("employer_id").alias("other"))
        .join(tables["permits"].select("employer_id"), on="employer_id", how="semi")
        .group_by("employer_id", "by", "sharing")
        .agg(pl.col("other").min())
    )
    written = tables["employers"].select("employer_id", "address", "phone")
    both = pl.col("by").n_unique().over("employer_id", "other") > 1
    joined = shared.with_columns(both.alias("both")).join(written, on="employer_id")
    return pl.concat([_of(joined, "address"), _of(joined, "phone")])


def _of(shared: pl.LazyFrame, column: str) -> pl.LazyFrame:
    number = pl.col("employer_id")
    neighbours = pl.lit("neighbours in one building: only the address is shared")
    return flags(
        shared.filter(pl.col("by") == column),
        Cell("employers", number, column, pl.col(column)),
        "{} employers have this " + column + ", with different owners; {} is one of them",
        pl.col("sharing"),
        pl.col("other"),
        cause=column,
        likely_innocent=pl.when((pl.col("by") == "address") & ~pl.col("both")).then(neighbours),
        also=[Cell("employers", pl.col("other"), column, pl.col(column))],
    )


CHECK = RowCheck(
    code="EMP107",
    name="address-or-phone-shared",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="employers",
    needs=("employers.employer_id", "employers.owner_id", "permits.employer_id"),
    innocent=(
        "A business centre, a book-keeper or an agent's office is the address of many",
        "Companies of one group have one owner",
        "Premises or numbers passed from one firm to the next",
        "Firms are neighbours in one building, or families with separate firms share a line",
    ),
    next_check="See whether the same agency, assessor or officer handled the applications of these employers",
    source="FinCEN, Supplemental Advisory FIN-2020-A008, 2020 (unrelated customers with the same addresses and "
    "telephone numbers)",
    thresholds=(("rare", RARE),),
    rule=address_or_phone_shared,
)
