"""A permit was issued or handed out under a number recorded as void (SEQ105).

What it looks at:
    Permits in force whose number stands in the voids, with the time of the record against issue and hand-over.

Why it matters:
    A blank recorded as spoiled, destroyed, lost or stolen is out of the accounts. A permit printed on it afterwards, or
    handed out afterwards, came from outside them.

What else it can be:
    - The void was recorded for a misprint of the same day, and the number was used again; so it is taken where record
      and issue fall on one day and the record comes first.
    - A character of the voided number was entered wrongly; so it is taken where the number next to the one that this
      station issued just before the record is unused, and differs by one slip.
    - The status of the permit was not brought up to date; so it is taken where a spoiled or destroyed card was recorded
      after the hand-over. Cards lost by or stolen from holders later on are not named.

When it is not applied:
    The register has no voids with the time of the record. A permit whose own status is void or revoked is passed over.

What to check next:
    Look at the card: has it this number, and who signed the record of its destruction.

Source:
    ICAO Doc 9303-2 appendix D.3 (destruction of spoiled blanks, lost and stolen stock).
"""

from __future__ import annotations

import polars as pl

from checks.numbers import serials
from checks.office_time import office_time
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from checks.seq.missing import meant
from pipeline.types.findings import Hypothesis, Strength


def void_number_issued(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit in force whose number was voided before it was issued or handed out."""
    recorded = tables["voids"].drop_nulls("recorded_at")
    voids = serials(
        recorded.select("permit_number", "recorded_at", "recorded_at_offset", "reason", pl.col("row").alias("void_row"))
    )
    numbers = serials(tables["permits"].select("row", "permit_number"))
    met = voids.join(numbers, on=["stem", "serial"]).drop("stem", "serial")
    columns = (
        "row",
        "permit_number",
        "kind",
        "office_id",
        "station_id",
        "issued_at",
        "issued_at_offset",
        "handed_at",
        "status",
    )
    gone = pl.col("status").is_in(["void", "revoked"]).fill_null(False)
    live = tables["permits"].select(columns).join(met, on="row").filter(~gone).cache()
    issued_after = (pl.col("issued_at") > pl.col("recorded_at")).fill_null(False)
    handed_after = (pl.col("handed_at") > pl.col("recorded_at")).fill_null(False)
    too_late = pl.col("reason").is_in(["spoiled", "destroyed"]) & pl.col("handed_at").is_not_null()
    slips = meant(live.with_columns(pl.col("recorded_at").alias("issued_at")), tables)
    found = office_time(live, tables, "issued_at", "recorded_at").join(slips, on="row", how="left")
    same_day = pl.col("issued_at_local").dt.date() == pl.col("recorded_at_local").dt.date()
    return flags(
        found.filter(issued_after | handed_after | too_late.fill_null(False)),
        Cell("permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), "a number in stock"),
        "recorded as {} on {}, issued on {}, handed out on {}",
        pl.col("reason"),
        pl.col("recorded_at").dt.date(),
        pl.col("issued_at").dt.date(),
        pl.col("handed_at").dt.date(),
        cause="permit_number",
        hypothesis=pl.when(pl.col("meant").is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.when(issued_after & same_day)
        .then(pl.lit("the void was recorded for a misprint of the same day"))
        .when(pl.col("meant").is_not_null())
        .then(pl.format("a character of the voided number was entered wrongly: {} is unused", pl.col("meant")))
        .when(~issued_after & ~handed_after)
        .then(pl.lit("the status of the permit was not brought up to date")),
        also=[Cell("voids", pl.col("void_row"), "recorded_at", pl.col("recorded_at"))],
    )


CHECK = RowCheck(
    code="SEQ105",
    name="void-number-issued",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "voids.permit_number", "voids.recorded_at"),
    innocent=(
        "the void was recorded for a misprint of the same day",
        "a character of the voided number was entered wrongly",
        "the status of the permit was not brought up to date",
    ),
    next_check="Look at the card: has it this number, and who signed the record of its destruction",
    source="ICAO Doc 9303-2 appendix D.3 (destruction of spoiled blanks, lost and stolen stock)",
    rule=void_number_issued,
)
