"""One medical certificate stands on permits of two persons (DUP103).

What it looks at:
    The medical certificate of each permit against the person who was examined, as the medicals say, and against other
    permits with the same certificate.

Why it matters:
    Whoever shows another's certificate was not examined, or did not pass. A certificate used again is paid for again.

What else it can be:
    - The number of the certificate was entered wrongly; so it is taken where the holder has a certificate of his or her
      own: one character away, or issued in the half-year before the permit.
    - It is one person under two holder numbers, spelled otherwise; so it is taken where names and birth date are the
      same but for spelling or one slip.

When it is not applied:
    The register has no certificates on permits, or no holders.

What to check next:
    Ask the clinic whom it examined under this number.

Source:
    UNODC, Issue Paper on corruption and the smuggling of migrants (medical professionals); reports of certificates sold
    in packages (Nepal, Gulf recruitment).
"""

from __future__ import annotations

import polars as pl

from checks.dup.people import PERSON, same_person, shared
from checks.numbers import one_character_apart
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days before the issue in which an examination of the holder's own would have served.
OWN = 183


def medical_of_another(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit with a certificate of another person."""
    mismatched = _mismatched(tables)
    examined = tables["medicals"].select("row", "medical_id", pl.col("holder_id").alias("examined")).drop_nulls()
    of_these = examined.join(mismatched, on="medical_id", how="semi").sort("row").drop("row")
    by_medicals = mismatched.join(of_these.unique("medical_id", keep="first", maintain_order=True), on="medical_id")
    first = _first_of_shared(tables)
    by_permits = first.filter(pl.col("examined") != pl.col("holder_id"))
    columns = ("row", "permit_number", "issued_at", "medical_id", *PERSON, "examined")
    pairs = pl.concat([by_medicals.select(columns), by_permits.select(columns)]).cache()
    others = tables["permits"].join(pairs, left_on="holder_id", right_on="examined", how="semi")
    there = (
        others.sort("row")
        .select(*PERSON, pl.col("permit_number").alias("permit_number_first"))
        .unique("holder_id", keep="first", maintain_order=True)
    )
    found = pairs.join(
        there.rename({one: f"{one}_first" for one in PERSON}),
        left_on="examined",
        right_on="holder_id_first",
        how="left",
    ).join(_own(pairs, tables), on="row", how="left")
    innocent = (
        pl.when(pl.col("own").is_not_null())
        .then(pl.format("the number of the certificate was entered wrongly: {} is the holder's", pl.col("own")))
        .when(same_person())
        .then(pl.lit("it is one person under two holder numbers, spelled otherwise"))
    )
    delivered = tables["medicals"].select("medical_id", pl.col("medical_id").alias("in_medicals"))
    return flags(
        found.join(
            delivered.join(pairs, on="medical_id", how="semi").unique(), on="medical_id", how="left"
        ).with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "medical_id", pl.col("medical_id"), pl.coalesce("own", pl.lit(""))),
        "certificate {} is of holder {}, the permit of holder {}",
        pl.col("medical_id"),
        pl.col("examined"),
        pl.col("holder_id"),
        cause="medical_id",
        hypothesis=pl.when(pl.col("innocent").is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("medicals", pl.col("in_medicals"), "holder_id", pl.col("examined"), pl.col("holder_id")),
            Cell("permits", pl.col("permit_number_first"), "holder_id", pl.col("examined")),
        ],
    )


def _mismatched(tables: Tables) -> pl.LazyFrame:
    """Permits whose certificate is in the medicals, for others only."""
    known = (
        tables["medicals"]
        .filter(pl.col("holder_id").is_not_null())
        .select(pl.col("medical_id").hash().alias("medical"), pl.col("holder_id").hash().alias("holder"))
    )
    permits = tables["permits"].filter(pl.col("medical_id").is_not_null() & pl.col("holder_id").is_not_null())
    keys = permits.select(
        "row", pl.col("medical_id").hash().alias("medical"), pl.col("holder_id").hash().alias("holder")
    )
    wrong = keys.join(known, on=["medical", "holder"], how="anti").join(known, on="medical", how="semi").select("row")
    columns = tables["permits"].select("row", "permit_number", "issued_at", "medical_id", *PERSON)
    return columns.join(wrong, on="row", how="semi").cache()


def _first_of_shared(tables: Tables) -> pl.LazyFrame:
    """Permits of several holders with a certificate that the medicals do not know; `examined` had it first."""
    unknown = shared(tables, "medical_id").join(tables["medicals"].drop_nulls("holder_id"), on="medical_id", how="anti")
    in_order = unknown.sort("issued_at", "row", nulls_last=True)
    return in_order.with_columns(pl.col("holder_id").first().over("medical_id").alias("examined"))


def _own(pairs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of pairs whose holder has a certificate that could have been meant, and that, `own`."""
    theirs = tables["medicals"].select("holder_id", pl.col("medical_id").alias("own"), pl.col("issued_at").alias("on"))
    theirs = theirs.join(pairs, on="holder_id", how="semi")
    age = pl.col("issued_at") - pl.col("on")
    in_time = age.is_between(pl.duration(days=0), pl.duration(days=OWN))
    return (
        pairs.select("row", "holder_id", "medical_id", "issued_at")
        .join(theirs, on="holder_id")
        .filter(in_time.fill_null(False) | one_character_apart(pl.col("medical_id"), pl.col("own")))
        .group_by("row")
        .agg(pl.col("own").min())
    )


CHECK = RowCheck(
    code="DUP103",
    name="medical-of-another",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.medical_id", "permits.holder_id"),
    innocent=(
        "the number of the certificate was entered wrongly",
        "it is one person under two holder numbers, spelled otherwise",
    ),
    next_check="Ask the clinic whom it examined under this number",
    source="UNODC, Issue Paper on corruption and the smuggling of migrants (medical professionals); reports of "
    "certificates sold in packages (Nepal, Gulf recruitment)",
    rule=medical_of_another,
)
