"""One passport number stands on permits of two holders (DUP101).

What it looks at:
    The passport numbers of all permits, by holder. The holder whose permit was issued first has the number; each other
    holder is named.

Why it matters:
    A permit granted on somebody else's passport number passes every check of that number: it is valid, it has entries,
    its holder may have worked before. Clearances have been granted that way to people who would not have got them.

What else it can be:
    - One character of the number was entered wrongly; so it is taken where one of the two holders has a number one
      character away on another permit.
    - It is one person under two holder numbers, spelled otherwise; so it is taken where names and birth date are the
      same but for spelling or one slip.
    - Two states issue the same number; it counts for less where the two permits share neither office nor officer,
      employer or agency.

When it is not applied:
    The register has no passport numbers or no holders.

What to check next:
    Look at the copies of both passports in the two files.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique); alleged in ACC v. nine (BMET, Bangladesh, 2025: clearances on
    other people's passport numbers).
"""

from __future__ import annotations

import polars as pl

from checks.dup.people import against_first, other_value_near, same_person, shared
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

_LINKS = ("office_id", "approved_by", "employer_id", "agency_id")


def passport_of_two_holders(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each holder whose passport number a permit of another holder bore before."""
    pairs = against_first(shared(tables, "passport_number", *_LINKS), "passport_number").cache()
    found = pairs.join(other_value_near(pairs, tables, "passport_number"), on="row", how="left")
    linked = pl.any_horizontal((pl.col(one) == pl.col(f"{one}_first")).fill_null(False) for one in _LINKS)
    innocent = (
        pl.when(pl.col("near").is_not_null())
        .then(
            pl.format(
                "one character of the number was entered wrongly: the holder's other permit has {}", pl.col("near")
            )
        )
        .when(same_person())
        .then(pl.lit("it is one person under two holder numbers, spelled otherwise"))
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell(
            "permits", pl.col("permit_number"), "passport_number", pl.col("passport_number"), "a number of the holder's"
        ),
        "passport number of holder {}, on permits since {}, stands on a permit of holder {}",
        pl.col("holder_id_first"),
        pl.col("issued_at_first").dt.date(),
        pl.col("holder_id"),
        cause="passport_number",
        strength=pl.when(pl.col("innocent").is_not_null())
        .then(pl.lit(int(Strength.WEAK)))
        .when(linked)
        .then(pl.lit(int(Strength.STRONG)))
        .otherwise(pl.lit(int(Strength.MODERATE))),
        hypothesis=pl.when(pl.col("innocent").is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number_first"), "passport_number", pl.col("passport_number"))],
    )


CHECK = RowCheck(
    code="DUP101",
    name="passport-of-two-holders",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.passport_number", "permits.holder_id"),
    innocent=(
        "one character of the number was entered wrongly",
        "it is one person under two holder numbers, spelled otherwise",
        "two states issue the same number",
    ),
    next_check="Look at the copies of both passports in the two files",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique); alleged in ACC v. nine (BMET, Bangladesh, 2025: "
    "clearances on other people's passport numbers)",
    rule=passport_of_two_holders,
)
