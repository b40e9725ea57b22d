"""One photograph stands on permits of two holders (DUP104).

What it looks at:
    The fingerprints of the photographs (`photo_hash`) of all permits, by holder. The holder whose permit was issued
    first has the photograph; each other holder is named.

Why it matters:
    One face under two names is two identities of one person, or a permit on which somebody else's photograph was put.

What else it can be:
    - It is one person under two holder numbers, spelled otherwise; so it is taken where names and birth date are the
      same but for spelling or one slip.
    - The holders are twins; so it is taken where surname and birth date are the same.
    - A placeholder stands where no photograph was taken; so it is taken, once for all, where more than 10 holders of at
      least three offices have it.

When it is not applied:
    The register has no fingerprints of photographs or no holders. Permits of one holder may share one.

What to check next:
    Lay the two photographs side by side, then ask for the live capture of the later one.

Source:
    South Africa, Home Affairs (2022, photographs exchanged on passports); ICAO Doc 9303-2 appendix D.4 (one person,
    several identities).
"""

from __future__ import annotations

import polars as pl

from checks.dup.people import against_first, same_person, shared
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Holders of one photograph above which it is nobody's, if three offices have it.
PLACEHOLDER = 10
_OFFICES = 3


def photo_of_two_holders(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each holder whose photograph a permit of another holder bore before."""
    rows = shared(tables, "photo_hash", "office_id").cache()
    offices = rows.group_by("photo_hash").agg(pl.col("office_id").n_unique().alias("offices"))
    pairs = against_first(rows, "photo_hash").join(offices, on="photo_hash")
    most = context.threshold("DUP104", "placeholder", PLACEHOLDER)
    nobodys = (pl.col("holders") > most) & (pl.col("offices") >= _OFFICES)
    once = pl.col("permit_number") == pl.col("permit_number").min().over("photo_hash")
    found = pairs.filter(~nobodys | once)
    twins = (pl.col("birth_date") == pl.col("birth_date_first")) & (pl.col("surname") == pl.col("surname_first"))
    clerical = nobodys | same_person()
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "photo_hash", pl.col("photo_hash"), "a photograph of the holder's"),
        "photograph of holder {}, on permits since {}, stands on a permit of holder {}; {} holders have it",
        pl.col("holder_id_first"),
        pl.col("issued_at_first").dt.date(),
        pl.col("holder_id"),
        pl.col("holders"),
        cause="photo_hash",
        hypothesis=pl.when(clerical).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.when(nobodys)
        .then(pl.lit("a placeholder stands where no photograph was taken"))
        .when(same_person())
        .then(pl.lit("it is one person under two holder numbers, spelled otherwise"))
        .when(twins.fill_null(False))
        .then(pl.lit("the holders are twins")),
        also=[Cell("permits", pl.col("permit_number_first"), "photo_hash", pl.col("photo_hash"))],
    )


CHECK = RowCheck(
    code="DUP104",
    name="photo-of-two-holders",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.photo_hash", "permits.holder_id"),
    innocent=(
        "it is one person under two holder numbers, spelled otherwise",
        "the holders are twins",
        "a placeholder stands where no photograph was taken",
    ),
    next_check="Lay the two photographs side by side, then ask for the live capture of the later one",
    source="South Africa, Home Affairs (2022, photographs exchanged on passports); ICAO Doc 9303-2 appendix D.4 (one "
    "person, several identities)",
    thresholds=(("placeholder", PLACEHOLDER),),
    rule=photo_of_two_holders,
)
