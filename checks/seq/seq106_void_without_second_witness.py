"""A record of a spoiled or destroyed blank lacks an independent second witness (SEQ106).

What it looks at:
    The two witnesses of each record of a spoiled or destroyed blank: whether both are there, are two persons, and
    neither is who printed the blank.

Why it matters:
    Two persons sign because a blank that one person alone declares destroyed can be kept. The record proves nothing of
    a misuse; it shows where one was possible.

What else it can be:
    - A small post has no second person; so it is taken where at most two officers were posted at the office that day.
    - Whoever printed the blank reported the misprint and a colleague signed; so it is taken where the printer is one of
      two witnesses.
    - The second name was left out or entered twice in haste.

When it is not applied:
    The register does not hold both witnesses. A record without any witness, or of a lost or stolen blank, is not
    named.

What to check next:
    Look at the paper record of the destruction and ask the second person named there.

Source:
    ICAO Doc 9303-2 appendix D.3 (destruction of blank documents before witnesses); GAO-06-115 (inventory of blanks).
"""

from __future__ import annotations

import polars as pl

from checks.numbers import in_block
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Officers posted at an office on a day, from which a second witness can be had beside the printer.
OFFICERS = 3


def void_without_second_witness(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each record of spoiling or destruction with one witness, one twice, or the printer as witness."""
    signed = tables["voids"].filter(
        pl.col("reason").is_in(["spoiled", "destroyed"])
        & (pl.col("witness_1").is_not_null() | pl.col("witness_2").is_not_null())
    )
    record = signed.join(_printers(tables, signed), on="permit_number", how="left")
    printer = pl.any_horizontal(
        pl.col(one).is_in(pl.col("printers").fill_null([])).fill_null(False) for one in ("witness_1", "witness_2")
    )
    one = pl.col("witness_1").is_null() | pl.col("witness_2").is_null()
    twice = (pl.col("witness_1") == pl.col("witness_2")).fill_null(False)
    lacking = record.with_columns(one.alias("one"), twice.alias("twice"), printer.alias("printer")).filter(
        pl.any_horizontal("one", "twice", "printer")
    )
    small = _staff(lacking, tables).filter(pl.col("staff") < context.threshold("SEQ106", "officers", OFFICERS))
    missing = pl.when(pl.col("witness_1").is_null()).then(pl.lit("first")).otherwise(pl.lit("second"))
    return flags(
        lacking.join(small, on="row", how="left"),
        Cell("voids", pl.col("row"), "witness_2", pl.col("witness_2"), "a second person, not the printer"),
        "{} recorded as {}: {}",
        pl.col("permit_number"),
        pl.col("reason"),
        pl.when(pl.col("one"))
        .then(pl.format("the {} witness is missing", missing))
        .when(pl.col("twice"))
        .then(pl.format("both witnesses are {}", "witness_1"))
        .otherwise(pl.lit("a witness printed the blank")),
        cause="witness_2",
        permit=pl.col("permit_number"),
        strength=pl.when(pl.col("staff").is_null() & pl.col("twice"))
        .then(pl.lit(int(Strength.MODERATE)))
        .otherwise(pl.lit(int(Strength.WEAK))),
        likely_innocent=pl.when(pl.col("staff").is_not_null())
        .then(pl.format("a small post has no second person: {} posted", pl.col("staff")))
        .when(~pl.col("one") & ~pl.col("twice"))
        .then(pl.lit("whoever printed the blank reported the misprint and a colleague signed")),
        also=[Cell("voids", pl.col("row"), "witness_1", pl.col("witness_1"))],
    )


def _printers(tables: Tables, signed: pl.LazyFrame) -> pl.LazyFrame:
    """Officers who printed each of these numbers, by permits and access log."""
    numbers = signed.select(pl.col("permit_number").unique())
    said = tables["permits"].select("permit_number", pl.col("printed_by").alias("printers"))
    logged = tables["access_log"].filter((pl.col("action") == "print") & (pl.col("object_type") == "permit"))
    both = pl.concat(
        [said, logged.select(pl.col("object_id").alias("permit_number"), pl.col("user_id").alias("printers"))]
    )
    return both.join(numbers, on="permit_number", how="semi").drop_nulls().group_by("permit_number").agg("printers")


def _staff(lacking: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of voids and `staff`: officers posted on the day of the record at the office that had the number."""
    records = lacking.select("row", "permit_number", pl.col("recorded_at").dt.date().alias("day"))
    offices = tables["blocks"].select(pl.col("row").alias("block"), "office_id")
    where = in_block(records, tables).join(offices, on="block")
    posted = where.join(tables["postings"].select("office_id", "officer_id", "from", "to"), on="office_id")
    return (
        posted.filter(pl.col("day").is_between("from", "to"))
        .group_by("row")
        .agg(pl.col("officer_id").n_unique().alias("staff"))
    )


CHECK = RowCheck(
    code="SEQ106",
    name="void-without-second-witness",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="voids",
    needs=("voids.permit_number", "voids.reason", "voids.witness_1", "voids.witness_2"),
    innocent=(
        "a small post has no second person",
        "whoever printed the blank reported the misprint and a colleague signed",
        "the second name was left out or entered twice in haste",
    ),
    next_check="Look at the paper record of the destruction and ask the second person named there",
    source="ICAO Doc 9303-2 appendix D.3 (destruction of blank documents before witnesses); GAO-06-115 (inventory of "
    "blanks)",
    thresholds=(("officers", OFFICERS),),
    rule=void_without_second_witness,
)
