"""A medical certificate has values with which nobody walks into a clinic (EMP110).

What it looks at:
    Six values of each medical certificate against limits, both inclusive: haemoglobin 4 to 25 g/dL, temperature 34 to
    42 degrees Celsius, leucocytes 0.5 to 100 x 10^9/L, pulse 30 to 220 a minute, blood pressure 60 to 280 over 20 to
    180 mmHg. One such value is moderate, two or more are strong.

Why it matters:
    A certificate of fitness with values of a dying or a dead person was not written from an examination.

What else it can be:
    - A value was entered in another unit; so it is taken where all of them lie within the limits once they are read as
      degrees Fahrenheit, g/L, cells per microlitre or kPa, or with the decimal point that was left out.
    - The clinic writes 0 for what it did not measure; so it is taken where at least 5 of its certificates, and one in
      twenty, have a 0.

When it is not applied:
    The register has no medical values. A value that is missing or is no number is no sign.

What to check next:
    Ask the clinic for the laboratory's own record of this sample.

Source:
    Homerton University Hospital, haematology critical limits, 2015 (haemoglobin 70 to 200 g/L, leucocytes 2 to 30 x
    10^9/L: at those a laboratory telephones, and these limits lie far beyond); European Resuscitation Council
    Guidelines 2021 (consciousness is impaired below 32 degrees Celsius); Centre for the Study of Labour and Mobility,
    Kathmandu, press archive (certificates with haemoglobin 2 and no leucocytes). The other limits are this project's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


@dataclass(frozen=True, slots=True)
class Limits:
    """Least and greatest value, both possible; `units`: factor and shift that turn another unit into ours."""

    least: float
    greatest: float
    units: Mapping[str, tuple[float, float]]


_POINT = {"without the decimal point": (0.1, 0.0)}
#: kPa to mmHg.
_KPA = {"in kPa": (7.500616, 0.0)}
LIMITS: Mapping[str, Limits] = {
    "haemoglobin_g_dl": Limits(4, 25, {"in g/L": (0.1, 0.0)}),
    "temperature_c": Limits(32, 43, {"in degrees Fahrenheit": (5 / 9, -160 / 9), **_POINT}),
    "leucocytes_10e9_l": Limits(0.5, 100, {"in cells per microlitre": (0.001, 0.0)}),
    "pulse_bpm": Limits(30, 220, _POINT),
    "systolic_mmhg": Limits(60, 280, _KPA),
    "diastolic_mmhg": Limits(20, 180, _KPA),
}
#: Certificates of a clinic with a 0 that show a habit, and their share.
ZEROS = 5
ZERO_SHARE = 0.05


def medical_values_out_of_range(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each certificate with a value outside the limits."""
    # One pass of one expression over the text finds the few rows that are worth taking apart.
    read = (
        tables["medicals"]
        .select("medical_id", "clinic_id", "values")
        .filter(pl.col("values").str.contains("|".join(_outside(key, LIMITS[key]) for key in LIMITS)))
        .with_columns(*(_number(key).alias(key) for key in LIMITS))
    )
    outside = [~pl.col(key).is_between(one.least, one.greatest).fill_null(True) for key, one in LIMITS.items()]
    unit = [_unit(key, one) for key, one in LIMITS.items()]
    unexplained = pl.sum_horizontal(out & how.is_null() for out, how in zip(outside, unit, strict=True))
    seen = pl.concat_str(
        [pl.when(out).then(pl.format(key + " {}", pl.col(key))) for key, out in zip(LIMITS, outside, strict=True)],
        separator=", ",
        ignore_nulls=True,
    )
    how = pl.concat_str(
        [pl.when(out).then(pl.lit(key + " ") + one) for key, out, one in zip(LIMITS, outside, unit, strict=True)],
        separator=", ",
        ignore_nulls=True,
    )
    all_zero = pl.all_horizontal(
        ~out | (pl.col(key) == 0).fill_null(True) for key, out in zip(LIMITS, outside, strict=True)
    )
    judged = read.filter(pl.any_horizontal(outside)).with_columns(
        unexplained.alias("unexplained"), seen.alias("seen"), how.alias("how"), all_zero.alias("all_zero")
    )
    return _found(judged, tables, context)


def _found(judged: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    clinics = tables["medicals"].group_by("clinic_id").agg(pl.len().alias("certificates"))
    zeros = pl.col("all_zero").sum().over("clinic_id")
    least = pl.max_horizontal(
        pl.lit(context.threshold("EMP110", "zeros", ZEROS)),
        pl.col("certificates") * context.threshold("EMP110", "zero_share", ZERO_SHARE),
    )
    habit = judged.join(clinics, on="clinic_id", how="left").with_columns((zeros >= least).alias("habit"))
    innocent = (
        pl.when(pl.col("unexplained") == 0)
        .then(pl.format("entered in another unit: {}", "how"))
        .when(pl.col("all_zero") & pl.col("habit"))
        .then(pl.lit("this clinic writes 0 for what it did not measure"))
    )
    weight = (
        pl.when(pl.col("innocent").is_not_null())
        .then(int(Strength.WEAK))
        .when(pl.col("unexplained") > 1)
        .then(int(Strength.STRONG))
        .otherwise(int(Strength.MODERATE))
    )
    found = with_row_of(habit, tables, "permits", "medical_id", permit_number="permit_number")
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("medicals", pl.col("medical_id"), "values", pl.col("values")),
        "outside what is possible: {}",
        pl.col("seen"),
        cause="values",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        strength=weight,
    )


def _outside(key: str, limits: Limits) -> str:
    """An expression that finds every value outside the limits by its whole part, and a few within them."""
    wrong = [str(whole) for whole in range(1000) if not int(limits.least) < whole < int(limits.greatest)]
    return rf'"{key}"\s*:\s*"?(?:-|0*(?:{"|".join(wrong)})(?:[^0-9]|$)|[0-9]{{4}})'


def _number(key: str) -> pl.Expr:
    text = pl.col("values").str.extract(rf'"{key}"\s*:\s*"?(-?[0-9]+(?:\.[0-9]+)?)')
    return text.cast(pl.Float64, strict=False)


def _unit(key: str, limits: Limits) -> pl.Expr:
    """The first other unit in which the value lies within the limits."""
    ways = [
        pl.when((pl.col(key) * factor + shift).is_between(limits.least, limits.greatest)).then(pl.lit(name))
        for name, (factor, shift) in limits.units.items()
    ]
    return pl.coalesce(ways)


CHECK = RowCheck(
    code="EMP110",
    name="medical-values-out-of-range",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="medicals",
    needs=("medicals.medical_id", "medicals.values"),
    innocent=(
        "A value was entered in another unit",
        "The clinic writes 0 for what it did not measure",
    ),
    next_check="Ask the clinic for the laboratory's own record of this sample",
    source="Homerton University Hospital, haematology critical limits, 2015 (haemoglobin 70 to 200 g/L, leucocytes "
    "2 to 30 x 10^9/L: at those a laboratory telephones, and these limits lie far beyond); European Resuscitation "
    "Council Guidelines 2021 (consciousness is impaired below 32 degrees Celsius); Centre for the Study of Labour and "
    "Mobility, Kathmandu, press archive (certificates with haemoglobin 2 and no leucocytes)",
    thresholds=(("zeros", ZEROS), ("zero_share", ZERO_SHARE)),
    rule=medical_values_out_of_range,
)
