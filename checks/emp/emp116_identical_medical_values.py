"""Certificates of one clinic for different people have exactly the same values (EMP116).

What it looks at:
    The values of medical certificates as a whole, of at least 4 values: those that 3 or more people share at one
    clinic and nobody has at another clinic.

Why it matters:
    Six measured values agree in two people by chance once in some hundred million pairs. Where they agree in several,
    one certificate was written and copied.

What else it can be:
    - One person has two certificates; they have one holder, and are no finding.
    - A common set of round values comes up by chance; so it is no finding where another clinic has the same one.
    - A line was entered twice, the second time with the next person's name; so it is taken where only 2 people share
      the values.

When it is not applied:
    The register has no medical values or no holders.

What to check next:
    Ask the clinic's laboratory for the printouts of these people.

Source:
    Centre for the Study of Labour and Mobility, Kathmandu, press archive (301 certificates of 32 clinics withdrawn).
"""

from __future__ import annotations

import polars as pl

from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: People with the same values at one clinic that neither chance nor a slip explains.
PEOPLE = 3
#: Values below which agreement says little.
FEWEST_VALUES = 4


def identical_medical_values(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each certificate with values that others at the clinic have as well."""
    people = context.threshold("EMP116", "people", PEOPLE)
    fewest = context.threshold("EMP116", "fewest_values", FEWEST_VALUES)
    again = (
        tables["medicals"]
        .select("medical_id", "holder_id", "clinic_id", "values", pl.col("values").hash().alias("hash"))
        .filter(pl.col("values").is_not_null() & pl.col("hash").is_duplicated())
        .drop_nulls(["holder_id", "clinic_id"])
    )
    numbers = pl.col("values").str.count_matches(r":\s*\"?-?[0-9]")
    shared = (
        again.filter(numbers >= fewest)
        .group_by("values")
        .agg(
            pl.col("holder_id").n_unique().alias("people"),
            pl.col("clinic_id").n_unique().alias("clinics"),
            pl.col("medical_id").sort().alias("medical_id"),
            pl.col("clinic_id").first(),
        )
        .filter((pl.col("people") > 1) & (pl.col("clinics") == 1))
        .with_columns(pl.col("medical_id").list.first().alias("first"), pl.col("medical_id").list.last().alias("last"))
        .explode("medical_id")
        .with_columns(pl.when(pl.col("medical_id") == pl.col("first")).then("last").otherwise("first").alias("other"))
    )
    return flags(
        with_row_of(shared, tables, "permits", "medical_id", permit_number="permit_number"),
        Cell("medicals", pl.col("medical_id"), "values", pl.col("values")),
        "{} people at clinic {} have exactly these values",
        pl.col("people"),
        pl.col("clinic_id"),
        cause="values",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("people") < people).then(pl.lit("a line was entered twice: only 2 people")),
        also=[Cell("medicals", pl.col("other"), "values", pl.col("values"))],
    )


CHECK = RowCheck(
    code="EMP116",
    name="identical-medical-values",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="medicals",
    needs=("medicals.medical_id", "medicals.holder_id", "medicals.clinic_id", "medicals.values"),
    innocent=(
        "One person has two certificates",
        "A common set of round values comes up by chance",
        "A line was entered twice, the second time with the next person's name",
    ),
    next_check="Ask the clinic's laboratory for the printouts of these people",
    source="Centre for the Study of Labour and Mobility, Kathmandu, press archive (301 certificates of 32 clinics "
    "withdrawn)",
    thresholds=(("people", PEOPLE), ("fewest_values", FEWEST_VALUES)),
    rule=identical_medical_values,
)
