"""One doctor examined people at two clinics within minutes (EMP117).

What it looks at:
    The medical certificates of each doctor in order of the time of examination: neighbours of different clinics with
    less than 10 minutes between them.

Why it matters:
    A doctor whose name certifies examinations at several clinics at once was not there. Stamps of doctors have been
    lent to clinics by the month.

What else it can be:
    - One of them is a mobile clinic, which stood at the other; so it is taken where the register says that it is
      mobile.
    - The number of the doctor or of the clinic was entered wrongly; so it is taken where this is the doctor's only
      certificate at one of the two clinics.

When it is not applied:
    The register has no doctors or no times of examination. A certificate whose time is midnight has only a date and is
    left out.

What to check next:
    Ask both clinics for the doctor's contract and the duty roster of that day.

Source:
    Centre for the Study of Labour and Mobility, Kathmandu, press archive (doctors' signatures and stamps lent by the
    month).
"""

from __future__ import annotations

import polars as pl

from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Minutes in which nobody gets from one clinic to another and examines.
MINUTES = 10
DAY = 86_400


def doctor_at_two_clinics(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each certificate that follows one of another clinic too closely."""
    minutes = context.threshold("EMP117", "minutes", MINUTES)
    clock = pl.col("examined_at").dt.epoch("s") + pl.col("examined_at_offset").fill_null(0).cast(pl.Int64) * 60
    # A hash of the doctor above the seconds is one number to sort by; `doctor` itself says who is the same.
    order = (pl.col("doctor") // 2**32) * 2**32 + pl.col("time").cast(pl.UInt64)
    apart = pl.col("time") - pl.col("time").shift(1)
    same = pl.col("doctor") == pl.col("doctor").shift(1)
    before = ("medical_id", "clinic_id", "examined_at", "certificates")
    found = (
        tables["medicals"]
        .drop_nulls(["doctor_id", "clinic_id", "examined_at"])
        .select(
            "medical_id",
            "clinic_id",
            "doctor_id",
            "examined_at",
            clock.alias("time"),
            pl.col("doctor_id").hash().alias("doctor"),
            pl.len().over(pl.struct("doctor_id", "clinic_id").hash()).alias("certificates"),
        )
        .filter((pl.col("time") > 0) & (pl.col("time") % DAY != 0))
        .sort(order)
        .with_columns(
            *(pl.col(name).shift(1).alias(f"other_{name}") for name in before),
            pl.when(same).then(apart).alias("apart"),
        )
        .filter((pl.col("apart") < minutes * 60) & (pl.col("clinic_id") != pl.col("other_clinic_id")))
    )
    mobile = tables["clinics"].filter("mobile").select("clinic_id", pl.lit(True).alias("mobile"))
    other_mobile = mobile.rename({"clinic_id": "other_clinic_id", "mobile": "other_mobile"})
    joined = found.join(mobile, on="clinic_id", how="left").join(other_mobile, on="other_clinic_id", how="left")
    once = pl.min_horizontal("certificates", "other_certificates") == 1
    return flags(
        with_row_of(joined, tables, "permits", "medical_id", permit_number="permit_number"),
        Cell("medicals", pl.col("medical_id"), "examined_at", pl.col("examined_at")),
        "doctor {} examined at clinic {}, {} minutes after clinic {}",
        pl.col("doctor_id"),
        pl.col("clinic_id"),
        pl.col("apart") // 60,
        pl.col("other_clinic_id"),
        cause="examined_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("mobile") | pl.col("other_mobile"))
        .then(pl.lit("one of them is a mobile clinic"))
        .when(once)
        .then(pl.lit("the doctor's only certificate at one of the clinics: a number was entered wrongly")),
        also=[Cell("medicals", pl.col("other_medical_id"), "examined_at", pl.col("other_examined_at"))],
    )


CHECK = RowCheck(
    code="EMP117",
    name="doctor-at-two-clinics",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="medicals",
    needs=("medicals.medical_id", "medicals.clinic_id", "medicals.doctor_id", "medicals.examined_at"),
    innocent=(
        "One of them is a mobile clinic, which stood at the other",
        "The number of the doctor or of the clinic was entered wrongly",
    ),
    next_check="Ask both clinics for the doctor's contract and the duty roster of that day",
    source="Centre for the Study of Labour and Mobility, Kathmandu, press archive (doctors' signatures and stamps lent "
    "by the month)",
    thresholds=(("minutes", MINUTES),),
    rule=doctor_at_two_clinics,
)
