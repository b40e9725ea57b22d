"""The number lies outside every block of numbers that was allocated to the issuing office (SEQ101).

What it looks at:
    The number of each permit against the blocks of numbers of the office that issued it.

Why it matters:
    Blanks are accounted for by number. A permit of one office that bears a number of another office's stock, or of
    nobody's, was printed on a blank that this office never had, or was numbered by hand.

What else it can be:
    - Stock was handed over from one office to another; so it is taken where a block of this office that holds the
      number was allocated after the issue, or where this office issued at least 20 numbers of the same block.
    - The office was entered wrongly.

When it is not applied:
    The register has no blocks, or no block of the same kind of number as the permit's.

What to check next:
    Ask the stock ledger of both offices who had the blank with this number on that day.

Source:
    ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents).
"""

from __future__ import annotations

import polars as pl

from checks.numbers import numbered
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits of one office from one foreign block; so many are stock handed over, not a blank borrowed.
HANDED_OVER = 20


def number_outside_block(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose number no block of its office holds."""
    blocks = numbered(tables["blocks"], "first_number", "last_number").select(
        pl.col("first_number_stem").alias("stem"),
        pl.col("first_number_serial").alias("first"),
        pl.col("last_number_serial").alias("last"),
        pl.col("office_id").alias("holder"),
        pl.col("first_number"),
        "allocated_on",
        pl.col("row").alias("block_row"),
    )
    permits = numbered(tables["permits"], "permit_number").select(
        "permit_number",
        "office_id",
        pl.col("issued_at").dt.date().alias("issued_on"),
        pl.col("permit_number_stem").alias("stem"),
        pl.col("permit_number_serial").alias("serial"),
    )
    numbers = permits.drop_nulls(["office_id", "serial"]).join(blocks.select("stem").unique(), on="stem")
    held = numbers.join(blocks, on="stem").filter(pl.col("serial").is_between("first", "last"))
    own = held.filter(pl.col("holder") == pl.col("office_id"))
    in_time = own.filter(pl.col("allocated_on").is_null() | (pl.col("allocated_on") <= pl.col("issued_on")))
    outside = numbers.join(in_time, on="permit_number", how="anti")
    foreign = (
        held.filter(pl.col("holder") != pl.col("office_id")).sort("block_row").unique("permit_number", keep="first")
    )
    found = outside.join(
        foreign.select("permit_number", "holder", "block_row", "first_number"), on="permit_number", how="left"
    ).join(
        own.select("permit_number", pl.col("allocated_on").alias("late")).unique("permit_number"),
        on="permit_number",
        how="left",
    )
    from_block = pl.len().over("office_id", "block_row")
    most = context.threshold("SEQ101", "handed_over", HANDED_OVER)
    return flags(
        found.with_columns(from_block.alias("from_block")),
        Cell(
            "permits",
            pl.col("permit_number"),
            "permit_number",
            pl.col("permit_number"),
            pl.format("a number of office {}", "office_id"),
        ),
        "number of office {}, issued by office {} on {}",
        pl.col("holder"),
        pl.col("office_id"),
        pl.col("issued_on"),
        cause="permit_number",
        likely_innocent=pl.when(pl.col("late").is_not_null())
        .then(pl.format("the block was allocated to the office later, on {}", pl.col("late")))
        .when(pl.col("block_row").is_not_null() & (pl.col("from_block") >= most))
        .then(pl.lit("stock was handed over from one office to another")),
        also=[Cell("blocks", pl.col("block_row"), "first_number", pl.col("first_number"))],
    )


CHECK = RowCheck(
    code="SEQ101",
    name="number-outside-block",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.office_id", "blocks.first_number", "blocks.last_number"),
    innocent=("stock was handed over from one office to another", "the office was entered wrongly"),
    next_check="Ask the stock ledger of both offices who had the blank with this number on that day",
    source="ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents)",
    thresholds=(("handed_over", HANDED_OVER),),
    rule=number_outside_block,
)
