"""The register of employers does not know the employer of the permit (EMP101).

What it looks at:
    The employer of each permit against the register of employers.

Why it matters:
    A permit needs an employer that exists. Certificates of sponsorship have been granted to an employer that did not,
    or that had never heard of the workers.

What else it can be:
    - One character of the employer's number was entered wrongly; so it is taken where the application names a
      registered employer whose number is one character off, or where the unknown number stands on this one permit only
      and a registered number is one character off.
    - The name of a registered employer was entered in place of its number.
    - The employer was registered in the last days before the register was copied; so it is taken for permits of the
      last 14 days.
    - The register of employers was delivered in part; so it is taken where at least 20 employers, and those of one
      permit in ten, are not in it.

When it is not applied:
    The register has no employers, or permits without employers. An employer whose row was delivered but could not be
    taken counts as known, and so does a number that differs only in blanks, hyphens or capitals.

What to check next:
    Look the number up in the office that registers companies, and see what the application says.

Source:
    UK ICIBI, inspection of the immigration system as it relates to the social care sector, 2024 (275 certificates of
    sponsorship for a care home that knew nothing of them).
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.listed import not_listed, plain, with_slip
from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days before the copy of the register in which a registration may not have reached it.
LAG_DAYS = 14
#: So many unknown employers, on such a share of all permits, are a register that was delivered in part.
PARTIAL_EMPLOYERS = 20
PARTIAL_SHARE = 0.1


def employer_not_in_register(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose employer is not in the register."""
    permits = tables["permits"].select(
        "permit_number", "employer_id", "application_id", "issued_at", "issued_at_offset"
    )
    strangers = not_listed(permits, "employer_id", tables, "employers")
    absent = with_row_of(strangers, tables, "applications", "application_id", applied="employer_id")
    names = tables["employers"].select(plain(pl.col("name")).alias("plain"), pl.col("employer_id").alias("named"))
    found = (
        with_slip(absent, "employer_id", tables, "employers", "applied")
        .with_columns(plain(pl.col("employer_id")).alias("plain"))
        .join(names.drop_nulls().unique("plain", keep="any"), on="plain", how="left")
        .join(tables["snapshot"].select(pl.col("as_of").max().dt.date()), how="cross")
        .join(tables["permits"].select(pl.len().alias("all")), how="cross")
        .with_columns(day_of("issued_at").alias("issued_on"), pl.col("as_of").fill_null(pl.lit(context.today)))
    )
    lag = pl.duration(days=int(context.threshold("EMP101", "lag_days", LAG_DAYS)))
    many = pl.col("employer_id").n_unique() >= context.threshold("EMP101", "partial_employers", PARTIAL_EMPLOYERS)
    share = pl.len() >= pl.col("all") * context.threshold("EMP101", "partial_share", PARTIAL_SHARE)
    return flags(
        found.with_columns((many & share).alias("partial")),
        Cell("permits", pl.col("permit_number"), "employer_id", pl.col("employer_id"), "a registered employer"),
        "employer {} is not in the register of employers; permit issued on {}",
        pl.col("employer_id"),
        pl.col("issued_on"),
        cause="employer_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("partial"))
        .then(pl.lit("the register of employers was delivered in part"))
        .when(pl.col("slip").is_not_null())
        .then(pl.format("one character off the registered employer {}", "slip"))
        .when(pl.col("named").is_not_null())
        .then(pl.format("the name of the registered employer {} was entered in place of its number", "named"))
        .when(pl.col("issued_on") > pl.col("as_of") - lag)
        .then(pl.format("the register was copied on {}, days after the issue", "as_of")),
        also=[
            Cell(
                "applications",
                pl.when(pl.col("applied").is_not_null()).then("application_id"),
                "employer_id",
                pl.col("applied"),
            )
        ],
    )


CHECK = RowCheck(
    code="EMP101",
    name="employer-not-in-register",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.employer_id", "employers.employer_id"),
    innocent=(
        "One character of the employer's number was entered wrongly",
        "The name of a registered employer was entered in place of its number",
        "The employer was registered in the last days before the register was copied",
        "The register of employers was delivered in part",
    ),
    next_check="Look the number up in the office that registers companies, and see what the application says",
    source="UK ICIBI, inspection of the immigration system as it relates to the social care sector, 2024 (275 "
    "certificates of sponsorship for a care home that knew nothing of them)",
    thresholds=(
        ("lag_days", LAG_DAYS),
        ("partial_employers", PARTIAL_EMPLOYERS),
        ("partial_share", PARTIAL_SHARE),
    ),
    rule=employer_not_in_register,
)
