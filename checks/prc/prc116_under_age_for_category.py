"""The holder was under the legal minimum age for this category when the permit was issued, by the register (PRC116).

What it looks at:
    The holder's age on the day of issue, as the register has the birth date, against the minimum age that the law in
    force on that day sets for the permit category.

Why it matters:
    The minimum age protects young people from being sent into work that is closed to them. Here the register itself
    says that the holder was too young: whoever decided could see it. The holder may need protection and is not to be
    blamed.

What else it can be:
    - The birth date was typed wrongly; so it is taken where another permit of the same holder has a birth date by which
      the holder was old enough.
    - The category was coded wrongly; so it is taken where the application names a category that was open to the holder.
    - The law has an exception that the policy pack does not know.

When it is not applied:
    No policy pack, it sets no minimum age, or birth date, category or time of issue is missing.

What to check next:
    Protection desk: speak with the holder alone; non-punishment applies. Then ask for the birth certificate in the
    file.

Source:
    Issuing state's law, topic minimum-age of its policy pack; alleged in ACC v. nine (BMET, Bangladesh, 2025; a charge
    reported by a newspaper, outcome not known to us).
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.permits import named
from checks.prc.terms import completed_years
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

TOPIC = "minimum-age"


def under_age_for_category(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose holder was too young for its category."""
    columns = ("permit_number", "holder_id", "office_id", "application_id", "category", "birth_date")
    permits = (
        tables["permits"]
        .select(*columns, "issued_at", "issued_at_offset")
        .drop_nulls(["issued_at", "birth_date", "category"])
    )
    # Nobody of 40 is too young for any work: the rest need not be asked on which day it was where.
    young = permits.filter(completed_years(pl.col("birth_date"), pl.col("issued_at").dt.date()) < 40)
    local = office_time(young, tables, "issued_at").with_columns(
        named("category").alias("named"), pl.col("issued_at_local").dt.date().alias("issued_on")
    )
    aged = law_of(local, context, TOPIC, pl.col("named"), pl.col("issued_on")).with_columns(
        completed_years(pl.col("birth_date"), pl.col("issued_on")).alias("age")
    )
    found = _otherwise(aged.filter(pl.col("age") < pl.col("law_value")), tables, context)
    return flags(
        found,
        Cell(
            "permits",
            pl.col("permit_number"),
            "birth_date",
            pl.col("birth_date"),
            pl.format("an age of {} or more", pl.col("law_value").cast(pl.Int64)),
        ),
        "age {} when issued on {}, category {}; at least {} ({})",
        pl.col("age"),
        pl.col("issued_on"),
        pl.col("category"),
        pl.col("law_value").cast(pl.Int64),
        pl.col("law_citation"),
        cause="birth_date",
        likely_innocent=pl.when(pl.col("age_elsewhere") >= pl.col("law_value"))
        .then(pl.lit("the birth date was typed wrongly"))
        .when(pl.col("age") >= pl.col("least_applied_for"))
        .then(pl.lit("the category was coded wrongly")),
        also=[Cell("permits", pl.col("permit_number"), "category", pl.col("category"))],
    )


def _otherwise(found: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The rows with `age_elsewhere`, by other birth dates of the holder, and `least_applied_for`, in the file."""
    holders = found.select("holder_id").drop_nulls().unique()
    others = tables["permits"].select("holder_id", "birth_date").join(holders, on="holder_id", how="semi")
    elsewhere = (
        others.drop_nulls("birth_date").group_by("holder_id").agg(pl.col("birth_date").min().alias("born_elsewhere"))
    )
    applied = tables["applications"].select("application_id", named("category").alias("applied_for"))
    joined = (
        found.join(elsewhere, on="holder_id", how="left")
        .join(applied, on="application_id", how="left")
        .rename({"law_value": "_value", "law_citation": "_citation"})
    )
    other_category = law_of(joined, context, TOPIC, pl.col("applied_for"), pl.col("issued_on")).drop("law_citation")
    return (
        other_category.with_columns(
            completed_years(pl.col("born_elsewhere"), pl.col("issued_on")).alias("age_elsewhere"),
            pl.when(pl.col("applied_for") != pl.col("named")).then(pl.col("law_value")).alias("least_applied_for"),
        )
        .drop("law_value")
        .rename({"_value": "law_value", "_citation": "law_citation"})
    )


CHECK = RowCheck(
    code="PRC116",
    name="under-age-for-category",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.birth_date", "permits.category"),
    innocent=(
        "the birth date was typed wrongly",
        "the category was coded wrongly",
        "the law has an exception that the policy pack does not know",
    ),
    next_check="Protection desk: speak with the holder alone; non-punishment applies. Then ask for the birth "
    "certificate in the file",
    source="Issuing state's law, topic minimum-age of its policy pack; alleged in ACC v. nine (BMET, Bangladesh, 2025; "
    "a charge reported by a newspaper, outcome not known to us)",
    protection=True,
    rule=under_age_for_category,
)
