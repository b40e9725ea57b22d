"""A medical certificate is from a clinic that the register of clinics does not know (EMP115).

What it looks at:
    The clinic of each medical certificate against the register of clinics.

Why it matters:
    Certificates count because the clinic is known and answers for them. One from nowhere was accepted by somebody.

What else it can be:
    - One character of the clinic's number was entered wrongly; so it is taken where the permit names a registered
      clinic whose number is one character off, or where the unknown number stands on this one certificate only and a
      registered number is one character off.
    - The clinic was approved in the last days before the register was copied; so it is taken for certificates of the
      last 14 days.

When it is not applied:
    The register has no clinics, or certificates without clinics. A clinic whose row was delivered but could not be
    taken counts as known, and so does a number that differs only in blanks, hyphens or capitals.

What to check next:
    Ask the health authority whether it approved a clinic with this number, and since when.

Source:
    Centre for the Study of Labour and Mobility, Kathmandu, press archive (301 certificates of 32 clinics withdrawn).
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.listed import not_listed, with_slip
from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days before the copy of the register in which an approval may not have reached it.
LAG_DAYS = 14


def clinic_not_in_register(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each certificate of an unknown clinic."""
    lag = pl.duration(days=int(context.threshold("EMP115", "lag_days", LAG_DAYS)))
    medicals = tables["medicals"].select("medical_id", "clinic_id", day_of("examined_at").alias("examined_on"))
    permitted = with_row_of(
        not_listed(medicals, "clinic_id", tables, "clinics"),
        tables,
        "permits",
        "medical_id",
        permit_number="permit_number",
        on_permit="clinic_id",
    )
    copied = tables["snapshot"].select(pl.col("as_of").max().dt.date().fill_null(pl.lit(context.today)))
    return flags(
        with_slip(permitted, "clinic_id", tables, "clinics", "on_permit").join(copied, how="cross"),
        Cell("medicals", pl.col("medical_id"), "clinic_id", pl.col("clinic_id"), "a registered clinic"),
        "clinic {} is not in the register of clinics; examined on {}",
        pl.col("clinic_id"),
        pl.col("examined_on"),
        cause="clinic_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("slip").is_not_null())
        .then(pl.format("one character off the registered clinic {}", "slip"))
        .when(pl.col("examined_on") > pl.col("as_of") - lag)
        .then(pl.format("the register was copied on {}, days after the examination", "as_of")),
        also=[Cell("permits", pl.col("permit_number"), "clinic_id", pl.col("on_permit"))],
    )


CHECK = RowCheck(
    code="EMP115",
    name="clinic-not-in-register",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="medicals",
    needs=("medicals.medical_id", "medicals.clinic_id", "clinics.clinic_id"),
    innocent=(
        "One character of the clinic's number was entered wrongly",
        "The clinic was approved in the last days before the register was copied",
    ),
    next_check="Ask the health authority whether it approved a clinic with this number, and since when",
    source="Centre for the Study of Labour and Mobility, Kathmandu, press archive (301 certificates of 32 clinics "
    "withdrawn)",
    thresholds=(("lag_days", LAG_DAYS),),
    rule=clinic_not_in_register,
)
